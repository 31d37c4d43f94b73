package import WeirBase
package import WeirRouting

/// The compiled routes of a listener, found through an index that listeners may share.
package final class RouteTable: Sendable {
    package let routes: [Route]
    package let index: RouteIndex

    package init(_ routes: [Route], index: RouteIndex) {
        self.routes = routes
        self.index = index
    }

    /// The route that matches, and what it captured of the path; nil when none does.
    package func match(_ request: RequestHead, captures: inout [Range<Int>]) -> Route? {
        index.match(request, captures: &captures).map { routes[$0] }
    }
}
