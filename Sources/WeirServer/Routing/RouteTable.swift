package import WeirBase

/// Finds the route of a request.
package final class RouteTable: Sendable {
    package let routes: [Route]

    package init(_ routes: [Route]) { self.routes = routes }

    /// The route that matches, and what it captured of the path; nil when none does.
    package func match(_ request: RequestHead, captures: inout [Range<Int>]) -> Route? {
        routes.first
    }
}
