internal import WeirBase
internal import WeirConfig
internal import WeirConnection
internal import WeirFilter
internal import WeirHTTP
internal import WeirUpstream

// From the words of configuration to those of the data plane.

extension ConnectionPlan {
    /// HTTP/1 is always spoken to clients; to endpoints a codec takes its place.
    init(_ entries: [FilterEntry], speaksHTTP1: Bool) {
        self.init(
            filters: entries.compactMap { $0.factory as? any ConnectionFilterFactory },
            codecs: entries.compactMap { $0.factory as? any CodecFactory },
            speaksHTTP1: speaksHTTP1,
            key: entries.map(\.connectionKey).joined(separator: "\n"))
    }
}

extension FilterEntry {
    /// Equal for equal code with equal settings: the type's name tells versions of a plug-in apart.
    fileprivate var connectionKey: String {
        "\(name) of \(String(reflecting: Swift.type(of: factory))): \(secretConfiguration)"
    }
}

extension ClusterPlan {
    init(_ cluster: ClusterConfiguration, metrics: Int) {
        var policy = ClusterPolicy()
        policy.balance = cluster.balance == .roundRobin ? .roundRobin : .leastRequest
        policy.connectTimeout = cluster.connectTimeout
        policy.connections = cluster.pool.connections
        policy.sharedConnections = cluster.pool.sharedConnections
        policy.pending = cluster.pool.pending
        policy.requestsPerConnection = cluster.pool.requestsPerConnection ?? 0
        policy.idleTimeout = cluster.pool.idleTimeout
        policy.pendingTimeout = cluster.timeouts.pending
        policy.responseIdle = cluster.timeouts.responseIdle
        policy.writeIdle = cluster.timeouts.writeIdle
        policy.headerBytes = cluster.limits.headerBytes
        policy.headerCount = cluster.limits.headerCount
        policy.retriesStale = cluster.retriesStaleConnection
        self.init(
            name: cluster.name, policy: policy,
            targets: cluster.endpoints.map { endpoint in
                switch endpoint.target {
                case .address(let address):
                    .address(EndpointAddress(address, weight: endpoint.weight))
                case .host(let name, let port):
                    .host(name, port: port, weight: endpoint.weight)
                }
            },
            dns: cluster.dns,
            connection: ConnectionPlan(
                cluster.connection,
                speaksHTTP1: !cluster.connection.contains { $0.type.seam == .codec }),
            metrics: metrics)
    }
}

extension Rewrite {
    /// Nil when the route changes nothing.
    init?(_ rewrite: RouteRewrite, match: RouteMatch, captures: [String]) {
        guard rewrite.path != nil || rewrite.host != nil else { return nil }
        self.init(
            path: rewrite.path.map { Self.path($0, match: match, captures: captures) },
            host: rewrite.host.map { ByteString($0) })
    }

    static func path(
        _ path: RouteRewrite.Path, match: RouteMatch, captures: [String]
    ) -> Path {
        switch path {
        case .prefix(let replacement):
            var count = 0
            if case .prefix(let matched) = match.path { count = matched.utf8.count }
            return .prefix(count: count, with: ByteString(replacement))
        case .template(let template):
            var pieces: [PathPiece] = []
            for segment in template.segments {
                pieces.append(.literal("/"))
                switch segment {
                case .literal(let text): pieces.append(.literal(ByteString(text)))
                case .capture(let name), .tail(let name):
                    pieces.append(.capture(captures.firstIndex(of: name) ?? captures.count))
                }
            }
            return .whole(pieces)
        }
    }
}

extension ListenerPolicy {
    convenience init(
        _ listener: ListenerConfiguration, _ own: ListenerPart, connection: ConnectionPlan,
        metrics: Int, serverNames: ServerNameTable? = nil, part: Int = 0,
        others: [ListenerPolicy] = []
    ) {
        var limits = HTTPLimits()
        limits.headBytes = listener.limits.headerBytes
        limits.targetBytes = listener.limits.targetBytes
        limits.fieldCount = listener.limits.headerCount
        var timeouts = Timeouts()
        timeouts.handshake = listener.timeouts.handshake
        timeouts.header = listener.timeouts.header
        timeouts.bodyIdle = listener.timeouts.bodyIdle
        timeouts.writeIdle = listener.timeouts.writeIdle
        timeouts.filterWait = listener.timeouts.filterWait
        timeouts.keepAlive = listener.timeouts.keepAlive
        timeouts.tunnelIdle = listener.timeouts.tunnelIdle
        timeouts.linger = listener.timeouts.linger
        self.init(
            name: listener.name, address: listener.address, connection: connection,
            routes: own.routes, fallback: own.fallback,
            limits: limits, paths: PathPolicy(listener.path), timeouts: timeouts,
            forwarding: Forwarding(
                listener.forwarding, trustedHops: listener.clientAddress.trustedHops),
            connections: listener.limits.connections,
            requestsPerConnection: listener.limits.requestsPerConnection ?? 0,
            upgrades: listener.upgrades.map { ByteString($0.lowercased()) },
            allowsConnect: listener.connect, metrics: metrics, serverNames: serverNames,
            part: part, others: others)
    }
}

extension ListenerPolicy.Forwarding {
    init(_ settings: ForwardingConfiguration, trustedHops: Int) {
        self.init()
        xForwarded = settings.xForwarded
        forwarded = settings.forwarded
        via = settings.via.map { .name(ByteString($0)) } ?? .off
        server =
            switch settings.server {
            case .passThrough: .passThrough
            case .weir: .name("weir")
            case .off: .off
            }
        clientCertificate = settings.clientCertificate == .xfcc
        causeHeader = settings.causeHeader.flatMap { HeaderName($0) }
        clientCertificate = settings.clientCertificate == .xfcc
        self.trustedHops = trustedHops
    }
}

extension PathPolicy {
    init(_ settings: PathConfiguration) {
        self.init()
        escapedSlashes =
            switch settings.escapedSlashes {
            case .reject: .reject
            case .keep: .keep
            case .decode: .decode
            }
        duplicateSlashes =
            switch settings.duplicateSlashes {
            case .merge: .merge
            case .reject: .reject
            case .keep: .keep
            }
        parameters = settings.parameters == .keep ? .keep : .reject
        invalidUTF8 = settings.invalidUTF8 == .keep ? .keep : .reject
    }
}
