package import WeirBase
package import WeirConnection
internal import WeirFilter
package import WeirHTTP

/// What a listener does with its connections; one immutable object per configuration.
package final class ListenerPolicy: Sendable {
    /// Whether and how our name is put into `Via` or `Server`.
    package enum Naming: Sendable {
        case off
        case passThrough
        case name(ByteString)
    }

    package struct Timeouts: Sendable {
        /// For the handshake of a connection filter.
        package var handshake = Interval.seconds(10)
        /// From a request's first byte to the end of its head.
        package var header = Interval.seconds(10)
        /// Without progress of a body, in either direction.
        package var bodyIdle = Interval.seconds(30)
        /// Between requests on a connection.
        package var keepAlive = Interval.seconds(60)
        /// Without a byte through a tunnel, in either direction.
        package var tunnelIdle = Interval.seconds(300)
        /// Without the client taking a byte of the response.
        package var writeIdle = Interval.seconds(30)
        /// For a filter that keeps a stream waiting.
        package var filterWait = Interval.seconds(10)
        /// For the client to take the last bytes and close.
        package var linger = Interval.seconds(2)

        package init() {}
    }

    package struct Forwarding: Sendable {
        package var xForwarded = true
        package var forwarded = false
        package var via = Naming.off
        package var server = Naming.passThrough
        /// The response header that carries the cause of our own answers.
        package var causeHeader: HeaderName?
        /// Whether upstreams are told what certificate the client has shown.
        package var clientCertificate = false
        /// How many proxies in front of us are trusted to name the client.
        package var trustedHops = 0

        package init() {}
    }

    /// What a listening socket is kept by over reloads.
    package struct SocketKey: Sendable, Hashable {
        package let address: SocketAddress
        /// Set when the system chooses the port: then the address alone says nothing.
        let listener: String?
    }

    package let name: String
    package let address: SocketAddress
    /// What connections pass before HTTP/1.
    package let connection: ConnectionPlan
    package let routes: RouteTable
    /// Answers requests that no route matches.
    package let fallback: Route
    /// Answers what is no proper request.
    package let refusal: Route
    package let limits: HTTPLimits
    package let paths: PathPolicy
    package let timeouts: Timeouts
    package let forwarding: Forwarding
    /// How many connections may be open at once, over all workers.
    package let connections: Int
    /// How many requests a connection may carry; 0 for no bound.
    package let requestsPerConnection: Int
    /// The protocols that clients may switch to, in lower case.
    package let upgrades: [ByteString]
    package let allowsConnect: Bool
    /// Whether the listener is the gateway's own: it stays open while the others drain, and its
    /// requests are not in the access log.
    package let isInternal: Bool
    /// The first of the listener's metrics.
    package let metrics: Int
    /// Chooses among the listener's parts by server name; nil when there is but one.
    package let serverNames: ServerNameTable?
    /// Whether there is more than one.
    package let hasParts: Bool
    /// Which of the parts this is.
    package let part: Int
    /// The parts after the first; only the first knows them.
    private let others: [ListenerPolicy]

    /// What serves connections whose client asked for that name (SNI).
    package func policy(forServerName name: String?) -> ListenerPolicy {
        guard let serverNames else { return self }
        let part = serverNames.part(for: name)
        return part == 0 ? self : others[part - 1]
    }

    /// What the listener's socket is kept by.
    package var socketKey: SocketKey {
        SocketKey(address: address, listener: address.port == 0 ? name : nil)
    }

    package init(
        name: String, address: SocketAddress, connection: ConnectionPlan = .plain,
        routes: RouteTable, fallback: Route,
        limits: HTTPLimits = HTTPLimits(), paths: PathPolicy = PathPolicy(),
        timeouts: Timeouts = Timeouts(), forwarding: Forwarding = Forwarding(),
        connections: Int = 10_000, requestsPerConnection: Int = 0,
        upgrades: [ByteString] = ["websocket"], allowsConnect: Bool = false,
        isInternal: Bool = false, metrics: Int, serverNames: ServerNameTable? = nil,
        part: Int = 0, others: [ListenerPolicy] = []
    ) {
        self.name = name
        self.address = address
        self.connection = connection
        self.routes = routes
        self.fallback = fallback
        refusal = Route(
            place: StreamPlace(listener: name, route: ""),
            action: .respond(LocalResponse(status: 400, cause: "refused")), chain: .empty,
            metrics: fallback.metrics)
        self.limits = limits
        self.paths = paths
        self.timeouts = timeouts
        self.forwarding = forwarding
        self.connections = connections
        self.requestsPerConnection = requestsPerConnection
        self.upgrades = upgrades
        self.allowsConnect = allowsConnect
        self.isInternal = isInternal
        self.metrics = metrics
        self.serverNames = serverNames
        hasParts = serverNames != nil
        self.part = part
        self.others = others
    }
}
