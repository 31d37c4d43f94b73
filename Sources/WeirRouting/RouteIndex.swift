package import WeirBase
package import WeirConfig

/// Why an index cannot be made of routes.
package struct RouteIndexError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The position of the route in the list.
    package let route: Int
    /// What is wrong with it.
    package let reason: String

    /// Both, for a log.
    package var description: String { "route \(route): \(reason)" }
}

/// What an index knows of a route beside its place.
struct IndexedRoute: Sendable {
    /// The position of its conditions, or -1.
    let conditions: Int
    /// The position of its pattern, or -1.
    let pattern: Int
    /// One bit for each method that it takes.
    let methods: UInt16
    let captureNames: [String]
}

/// Finds the route of a request among any number of routes, the most specific first.
///
/// `docs/config/routes.md` says what that is. Looking up hashes the host and the segments of the
/// path; it makes no `String` and allocates nothing once `captures` has room. Immutable, so loops
/// share it.
package final class RouteIndex: Sendable {
    /// The routes that the index was made of.
    package let matches: [RouteMatch]

    let trie: RouteTrie
    let routes: [IndexedRoute]
    /// The route of every request, or -1 when it takes looking up.
    private let always: Int

    /// Prepares `matches`; positions in this list are what `match` returns.
    package init(_ matches: [RouteMatch]) throws(RouteIndexError) {
        var builder = TrieBuilder()
        for (position, match) in matches.enumerated() {
            if let reason = match.path.malformation {
                throw RouteIndexError(route: position, reason: reason)
            }
            do throws(PatternError) {
                try builder.add(match)
            } catch {
                throw RouteIndexError(route: position, reason: error.description)
            }
        }
        self.matches = matches
        always = !matches.isEmpty && matches.allSatisfy(\.takesEverything) ? 0 : -1
        routes = builder.routes
        trie = builder.build()
    }

    /// The position of the route for the request, or nil when none matches.
    ///
    /// `captures` becomes the ranges of the request's path that the route captured, in the order
    /// of `captureNames(of:)`.
    package func match(_ request: RequestHead, captures: inout [Range<Int>]) -> Int? {
        if !captures.isEmpty { captures.removeAll(keepingCapacity: true) }
        if always >= 0 { return always }
        let found = trie.find(
            authority: request.authority, path: request.path, request, &captures)
        return found < 0 ? nil : found
    }

    /// The names of what the route at `index` captures, in order.
    package func captureNames(of index: Int) -> [String] { routes[index].captureNames }
}
