public import WeirBase

/// `timeouts` of a listener: how long it waits for a client. Every one is on.
public struct ListenerTimeouts: Sendable, Hashable {
    /// For the handshakes of connection filters such as TLS, all together; then the connection is
    /// closed. Default: 10 s.
    public var handshake: Interval = .seconds(10)
    /// From a request's first byte to the end of its head; then 408. Default: 10 s.
    public var header: Interval = .seconds(10)
    /// Between two pieces of a request's body; then 408. Default: 30 s.
    public var bodyIdle: Interval = .seconds(30)
    /// Between two pieces of a response that the client takes. Default: 30 s.
    public var writeIdle: Interval = .seconds(30)
    /// On a connection without a request, also before the first. Default: 60 s.
    public var keepAlive: Interval = .seconds(60)
    /// Without a byte in either direction on an upgraded connection. Default: 5 min.
    public var tunnelIdle: Interval = .seconds(300)
    /// For the client to take the last bytes and close. Default: 2 s.
    public var linger: Interval = .seconds(2)

    /// For a filter that keeps a request or a response waiting; then 500. Default: 10 s.
    public var filterWait: Interval = .seconds(10)

    /// All defaults.
    public init() {}
}

extension ListenerTimeouts: SettingsGroup {
    static let fields: [Field<ListenerTimeouts>] = [
        .duration("handshake", \.handshake, "For the handshakes of connection filters."),
        .duration("header", \.header, "From a request's first byte to the end of its head."),
        .duration("body-idle", \.bodyIdle, "Between two pieces of a request's body."),
        .duration("write-idle", \.writeIdle, "Between two pieces of a response being taken."),
        .duration("keep-alive", \.keepAlive, "On a connection without a request."),
        .duration("tunnel-idle", \.tunnelIdle, "Without a byte on an upgraded connection."),
        .duration("filter-wait", \.filterWait, "For a filter that keeps a stream waiting."),
        .duration("linger", \.linger, "For the client to take the last bytes and close."),
    ]
}
