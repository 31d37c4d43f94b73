public import WeirBase

/// `pool` of a cluster: connections that are kept, per worker.
public struct PoolConfiguration: Sendable, Hashable {
    /// Open connections per worker, over all endpoints. Default: 1024.
    public var connections = 1024
    /// Open connections per worker and endpoint where a connection carries several requests at a
    /// time, as HTTP/2 does; another one is opened when all are full. Default: 8.
    public var sharedConnections = 8
    /// Requests per worker that may wait for a connection; above it 503. Default: 1024.
    public var pending = 1024
    /// Requests on one connection before it is closed; nil for no bound. Default: nil (`0`).
    public var requestsPerConnection: Int?
    /// How long an unused connection is kept. Default: 60 s.
    public var idleTimeout: Interval = .seconds(60)

    /// All defaults.
    public init() {}
}

extension PoolConfiguration: SettingsGroup {
    static let fields: [Field<PoolConfiguration>] = [
        .integer("connections", \.connections, 1...1_000_000, "Open connections per worker."),
        .integer(
            "shared-connections", \.sharedConnections, 1...1000,
            "Open connections per worker and endpoint where each carries several requests."),
        .integer(
            "pending", \.pending, 0...1_000_000,
            "Requests per worker that may wait for a connection; above it 503."),
        .bound(
            "requests-per-connection", \.requestsPerConnection,
            "Requests on one connection before it is closed."),
        .duration("idle-timeout", \.idleTimeout, "How long an unused connection is kept."),
    ]
}

/// `dns` of a cluster: how host names are looked up.
public struct DNSConfiguration: Sendable, Hashable {
    /// The addresses that are asked for.
    public enum Family: String, Sendable, CaseIterable {
        /// IPv4 and IPv6.
        case any
        /// IPv4.
        case v4
        /// IPv6.
        case v6
    }

    /// The addresses that are asked for. Default: any.
    public var family = Family.any
    /// The least time between two lookups, whatever the answer's TTL. Default: 1 s.
    public var refreshMin: Interval = .seconds(1)
    /// The most time between two lookups, whatever the answer's TTL. Default: 5 min.
    public var refreshMax: Interval = .seconds(300)

    /// All defaults.
    public init() {}
}

extension DNSConfiguration: SettingsGroup {
    static let fields: [Field<DNSConfiguration>] = [
        .choice("family", \.family, "The addresses that are asked for."),
        .duration("refresh-min", \.refreshMin, "The least time between two lookups."),
        .duration("refresh-max", \.refreshMax, "The most time between two lookups."),
    ]
}

/// `timeouts` of a cluster: how long it waits for an endpoint. Every one is on.
public struct ClusterTimeouts: Sendable, Hashable {
    /// Between two pieces of a response, its head included; then 504 or a reset. Default: 60 s.
    public var responseIdle: Interval = .seconds(60)
    /// Between two pieces of a request that the endpoint takes. Default: 30 s.
    public var writeIdle: Interval = .seconds(30)
    /// For a request to get a connection of the pool; then 503. Default: 5 s.
    public var pending: Interval = .seconds(5)

    /// All defaults.
    public init() {}
}

extension ClusterTimeouts: SettingsGroup {
    static let fields: [Field<ClusterTimeouts>] = [
        .duration("response-idle", \.responseIdle, "Between two pieces of a response."),
        .duration("write-idle", \.writeIdle, "Between two pieces of a request being taken."),
        .duration("pending", \.pending, "For a request to get a connection of the pool."),
    ]
}

/// `limits` of a cluster: bounds on responses; above them 502.
public struct ClusterLimits: Sendable, Hashable {
    /// Bytes of a response's head. Default: 64 KiB.
    public var headerBytes = 64 << 10
    /// Header fields of a response. Default: 200.
    public var headerCount = 200

    /// All defaults.
    public init() {}
}

extension ClusterLimits: SettingsGroup {
    static let fields: [Field<ClusterLimits>] = [
        .size("header-bytes", \.headerBytes, 1024...1 << 20, "Bytes of a response's head."),
        .integer("header-count", \.headerCount, 1...10_000, "Header fields of a response."),
    ]
}
