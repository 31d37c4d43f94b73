public import WeirBase

/// One of `listeners`: an address, the filters on it, and the routes behind them.
public struct ListenerConfiguration: Sendable {
    /// The name; it stands in logs and metrics. Default: `listener-1` and so on.
    public let name: String
    /// Where it listens.
    public let address: SocketAddress
    /// Where it stands in the file.
    public let mark: SourceMark
    /// The connection filters and codecs, outermost first.
    public let connection: [FilterEntry]
    /// The routes.
    public let routes: RouteTable
    /// The filters as they are written.
    public let filters: FilterChain
    /// The chain of a request that no route takes, so that even a 404 passes the filters.
    public let chain: EffectiveChain
    /// The distinct chains of the routes; most routes share the first, which is `chain`.
    public let effectiveChains: [EffectiveChain]
    /// For each route of `routes`, the index of its chain in `effectiveChains`.
    public let chainIndexes: [Int]
    /// Bounds on requests and connections.
    public let limits: ListenerLimits
    /// Time limits towards the client.
    public let timeouts: ListenerTimeouts
    /// How the client's address is found.
    public let clientAddress: ClientAddressConfiguration
    /// What the gateway says about itself in messages.
    public let forwarding: ForwardingConfiguration
    /// What happens to paths that could be read in two ways.
    public let path: PathConfiguration
    /// The protocols that `Upgrade` may switch to, in lower case. Default: `websocket`.
    public let upgrades: [String]
    /// Whether CONNECT is served. Default: false, it is refused with 501.
    public let connect: Bool

    /// The filters that a request on the route at `index` passes, in order.
    public func chain(forRouteAt index: Int) -> EffectiveChain {
        effectiveChains[chainIndexes[index]]
    }
}
