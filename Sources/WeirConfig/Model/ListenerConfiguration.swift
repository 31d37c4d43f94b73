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
    /// What answers requests, unless one of `serverNames` does.
    public let served: ServedRoutes
    /// What answers on connections that asked for these server names. An exact name goes before a
    /// wildcard; no name stands twice.
    public let serverNames: [ServerNameConfiguration]
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

    /// The routes that answer where no server name decides.
    public var routes: RouteTable { served.routes }
    /// The filters before `routes`, as they are written.
    public var filters: FilterChain { served.filters }
    /// The chain of a request that none of `routes` takes.
    public var chain: EffectiveChain { served.chain }

    /// The filters that a request on the route at `index` of `routes` passes, in order.
    public func chain(forRouteAt index: Int) -> EffectiveChain { served.chain(forRouteAt: index) }

    /// All that answers on this listener: its own routes first, then those of server names.
    var allServed: [ServedRoutes] { [served] + serverNames.map(\.served) }
}
