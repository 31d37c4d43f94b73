/// `limits` of a listener: bounds on requests and connections.
public struct ListenerLimits: Sendable, Hashable {
    /// Bytes of a request's head; above it 431. Default: 32 KiB.
    public var headerBytes = 32 << 10
    /// Header fields of a request; above it 431. Default: 100.
    public var headerCount = 100
    /// Bytes of a request's target; above it 414. Default: 8 KiB.
    public var targetBytes = 8 << 10
    /// Client connections of this listener; above it new ones are closed. Default: 10,000.
    public var connections = 10_000
    /// Requests on one connection before it is closed; nil for no bound. Default: 100,000.
    public var requestsPerConnection: Int? = 100_000
    /// Bytes of a request's body, above it 413; nil for no bound, as bodies stream through in
    /// constant memory. A route's `body-limit` stands above it. Default: nil (`0`).
    public var bodyBytes: Int?

    /// All defaults.
    public init() {}
}

extension ListenerLimits: SettingsGroup {
    static let fields: [Field<ListenerLimits>] = [
        .size(
            "header-bytes", \.headerBytes, 1024...1 << 20,
            "Bytes of a request's head; above it 431."),
        .integer(
            "header-count", \.headerCount, 1...10_000,
            "Header fields of a request; above it 431."),
        .size(
            "target-bytes", \.targetBytes, 64...1 << 20,
            "Bytes of a request's target; above it 414."),
        .integer(
            "connections", \.connections, 1...10_000_000,
            "Client connections of this listener; above it new ones are closed."),
        .bound(
            "requests-per-connection", \.requestsPerConnection,
            "Requests on one connection before it is closed."),
        .sizeBound(
            "body", \.bodyBytes,
            "Bytes of a request's body, above it 413; a route's body-limit stands above it."),
    ]
}
