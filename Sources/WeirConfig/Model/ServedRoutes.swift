/// Routes behind a filter chain: what answers the requests of a listener, or of some server names
/// on it.
public struct ServedRoutes: Sendable {
    /// The routes.
    public let routes: RouteTable
    /// The filters as they are written.
    public let filters: FilterChain
    /// The distinct chains of the routes; most routes share the first, which is `chain`.
    public let effectiveChains: [EffectiveChain]
    /// For each route of `routes`, the index of its chain in `effectiveChains`.
    public let chainIndexes: [Int]

    /// The chain of a request that no route takes, so that even a 404 passes the filters.
    public var chain: EffectiveChain { effectiveChains[0] }

    /// The filters that a request on the route at `index` passes, in order.
    public func chain(forRouteAt index: Int) -> EffectiveChain {
        effectiveChains[chainIndexes[index]]
    }
}

/// One of a listener's `server-names`: what answers on connections whose handshake asked for one
/// of these names (SNI, RFC 6066, section 3).
public struct ServerNameConfiguration: Sendable {
    /// A name, or all names one label longer than another.
    public enum Name: Sendable, Hashable, CustomStringConvertible {
        /// This name, in lower case.
        case exact(String)
        /// Any one label in front of this, as in certificates (RFC 9525, section 6.3):
        /// `*.example.com` holds `example.com` and takes `a.example.com`, never `a.b.example.com`.
        case wildcard(String)

        /// The text as it would be written.
        public var description: String {
            switch self {
            case .exact(let name): name
            case .wildcard(let suffix): "*.\(suffix)"
            }
        }
    }

    /// The names; at least one, and none stands twice on a listener.
    public let names: [Name]
    /// Where it stands in the file.
    public let mark: SourceMark
    /// What answers; the listener's own filters or routes where it names none.
    public let served: ServedRoutes
}
