public import WeirBase

/// What an asynchronous filter can reach besides the messages: its place in the configuration, who
/// is asking, state shared with other filters, time, the log, clusters.
///
/// After the stream has ended, waiting throws `CancellationError`, and what is read is what was
/// known then.
public final class FilterContext {
    /// Where in the configuration the stream belongs: listener, route, cluster.
    public let place: StreamPlace
    /// The client's address after trusted hops; nil for a client on a Unix socket.
    public let clientAddress: IPAddress?
    /// The address at the other end of the connection; nil on a Unix socket.
    public let peerAddress: IPAddress?
    /// What a secure handshake with the client has settled; nil on an unprotected connection.
    public let security: ConnectionSecurity?

    private let filter: String
    private var run: AsyncRun?
    private var stream: FilterStream?
    private var lastKnown: (now: MonotonicTime, unixNanoseconds: Int64, trace: TraceContext?)

    init(_ stream: FilterStream, run: AsyncRun, filter: String) {
        self.stream = stream
        self.run = run
        self.filter = filter
        place = stream.place
        clientAddress = stream.clientAddress
        peerAddress = stream.peerAddress
        security = stream.security
        lastKnown = (MonotonicTime(nanoseconds: 0), 0, nil)
    }

    /// The stream is over.
    func detach() {
        guard let stream else { return }
        lastKnown = (stream.now, stream.unixNanoseconds, stream.trace)
        self.stream = nil
        run = nil
    }

    // MARK: What is known

    /// Who filters have found the client to be, in the order in which they did.
    public var identities: [ClientIdentity] { stream?.identities ?? [] }

    /// Who the client is by the last filter that found it out; nil when none did.
    public var client: ClientIdentity? { stream?.client }

    /// Notes who the client is, beside what filters before this one have found out.
    public func identify(_ client: ClientIdentity) { stream?.identify(client) }

    /// The first claim at that path, of the identity that was found out last.
    public func claim(_ path: ClaimPath) -> JSONValue? { stream?.claim(path) }

    /// The value that the route's template or pattern captured under `name`, or nil.
    public func capture(_ name: String) -> ByteString? { stream?.capture(name) }

    /// The trace that the stream belongs to; nil when no filter has found or begun one.
    public var trace: TraceContext? { stream?.trace ?? lastKnown.trace }

    /// State that filters share along the stream.
    public subscript<Value>(key: StreamKey<Value>) -> Value? {
        get { stream?.values[key] }
        set { stream?.values[key] = newValue }
    }

    /// Works with the stream itself, for what takes one: `Counter.add(for:)`, `WorkerLocal`,
    /// `Published`. Nil once the stream is over.
    public func withStream<Result>(_ body: (FilterStream) throws -> Result) rethrows -> Result? {
        try stream.map(body)
    }

    // MARK: Time and chance

    /// The time now, read once per turn of the loop.
    public var now: MonotonicTime { stream?.now ?? lastKnown.now }

    /// The time of day in nanoseconds since 1970-01-01 00:00 UTC, without leap seconds; good to a
    /// few milliseconds.
    public var unixNanoseconds: Int64 { stream?.unixNanoseconds ?? lastKnown.unixNanoseconds }

    /// Random bits; tests make them repeatable.
    public var random: any RandomSource { stream?.random ?? SystemRandom() }

    /// Waits. Throws `CancellationError` when the stream ends before.
    public func sleep(for delay: Interval) async throws {
        try await waiting { wait, stream in
            stream.after(delay) { wait.finish(.success(())) }
        }
    }

    // MARK: Acting

    /// Writes a line to the gateway's own log, with the names of the filter and the route.
    public func log(_ level: LogLevel, _ message: String) {
        stream?.log(level, message, filter: filter)
    }

    /// Asks a cluster of the configuration, with its endpoints, connections, TLS and limits.
    ///
    /// Throws `CallFailure` when there is no response, and `CancellationError` when the stream ends
    /// before.
    public func call(_ cluster: String, _ request: CallRequest) async throws -> CallResponse {
        try await waiting { wait, stream in
            stream.call(cluster, request) { wait.finish($0.mapError { $0 }) }
        }
    }

    private func waiting<Value>(
        _ begin: (Wait<Value>, FilterStream) -> Void
    ) async throws -> Value {
        guard let stream, let run else { throw CancellationError() }
        let wait = Wait<Value>()
        return try await wait.value { wait in
            run.note(wait)
            begin(wait, stream)
        }
    }
}
