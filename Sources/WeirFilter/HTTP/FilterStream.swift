public import WeirBase

/// One stream as its filters see it: the heads, who is asking, where it goes, and a way to wait.
///
/// Bound to the stream's event loop; never keep it past `streamComplete`.
public final class FilterStream {
    /// The request, also readable in the response phases.
    public let request = RequestHead()

    /// The response, once there is one.
    public let response = ResponseHead()

    /// The client's address after trusted hops; nil for a client on a Unix socket.
    public package(set) var clientAddress: IPAddress?

    /// The address at the other end of the connection; nil on a Unix socket.
    public package(set) var peerAddress: IPAddress?

    /// The port at the other end of the connection; 0 on a Unix socket.
    public package(set) var peerPort: UInt16 = 0

    /// What a secure handshake with the client has settled; nil on an unprotected connection.
    public package(set) var security: ConnectionSecurity?

    /// `peerAddress` as text, made once per connection.
    package var peerText: ByteString?

    /// Facts about the place of the stream in the configuration.
    public package(set) var place: StreamPlace = .nowhere

    /// What the route's path template or pattern captured, as ranges of `request.path`.
    public package(set) var captures: [Range<Int>] = []

    /// The path by which the route was found, once a rewrite has changed `request.path`.
    package var routedPath: ByteString?

    /// How the stream ended and what it took; complete in `streamComplete`.
    public package(set) var outcome = StreamOutcome()

    /// When the request's head was complete.
    public package(set) var started = MonotonicTime(nanoseconds: 0)

    /// State that filters share along the stream.
    public var values = StreamValues()

    /// Who filters have found the client to be, in the order in which they did.
    public internal(set) var identities: [ClientIdentity] = []

    /// The trace that the stream belongs to; nil when no filter has found or begun one.
    public var trace: TraceContext?

    /// Whether filters that declared the phase `attempts` hear of them. A filter that wants to know
    /// sets it before the request goes upstream, for the streams of which it does.
    public var followsAttempts = false

    /// Whether what happens on the stream is kept in `events`, for a trace that is recorded.
    public var recordsEvents = false

    /// What has happened so far, while `recordsEvents`.
    public internal(set) var events: [StreamEvent] = []

    /// Whether the request has a body, by its framing; one that has may turn out empty.
    public package(set) var requestHasBody = false

    /// Whether the response has a body, by its framing; one that has may turn out empty.
    public package(set) var responseHasBody = false

    /// The filters of the stream, for the name of the one in charge.
    var chain = FilterChain.empty

    /// The link whose filter was called last.
    var currentLink = 0

    /// Who drives the stream. It owns the stream too: whoever drops a driver breaks the ring.
    package var driver: (any StreamDriver)?

    /// The pause made in the present call of a filter; 0 for none.
    var openPause: UInt64 = 0

    /// The worker's counters; nil in tests.
    let cells: CounterCells?

    /// Says which filter runs; nil in tests.
    let marker: FilterMarker?

    /// Creates a stream that is driven by `driver`, counts in `cells` and says in `marker` which
    /// filter runs.
    package init(
        driver: (any StreamDriver)?, cells: CounterCells? = nil, marker: FilterMarker? = nil
    ) {
        self.driver = driver
        self.cells = cells
        self.marker = marker
    }

    /// The time now, read once per turn of the loop.
    public var now: MonotonicTime { driver?.now ?? started }

    /// The time of day in nanoseconds since 1970-01-01 00:00 UTC, without leap seconds; good to a
    /// few milliseconds.
    public var unixNanoseconds: Int64 { driver?.unixNanoseconds ?? 0 }

    /// The number of the worker that serves the stream, from 0.
    public package(set) var workerIndex = 0

    /// Random bits; tests make them repeatable.
    public var random: any RandomSource { driver?.random ?? SystemRandom() }

    /// Stops the stream until the token given to `body` is used.
    ///
    /// Use it as the return value of a phase: `return stream.pause { token in … }`.
    public func pause(_ body: (consuming PauseToken) -> Void) -> Verdict {
        guard let driver else { preconditionFailure("a stream without a driver cannot pause") }
        let (target, pause) = driver.beginPause()
        openPause = pause
        body(PauseToken(target: target, pause: pause))
        return .pause(PauseTicket(pause: pause))
    }

    /// Stops the stream for `delay`, then goes on.
    public func pause(for delay: Interval) -> Verdict { pause(for: delay, nil, nil) }

    /// Stops the stream for `delay`, then answers the client.
    public func pause(for delay: Interval, thenRespond response: LocalResponse) -> Verdict {
        pause(for: delay, response, nil)
    }

    /// Stops the stream for `delay`, then ends it as `Verdict.cutOff` does.
    public func pause(
        for delay: Interval, thenCutOff cause: StaticString, _ manner: CutOff
    ) -> Verdict {
        pause(for: delay, nil, (cause, manner))
    }

    private func pause(
        for delay: Interval, _ answer: LocalResponse?, _ cut: (StaticString, CutOff)?
    ) -> Verdict {
        guard let driver else { preconditionFailure("a stream without a driver cannot pause") }
        openPause = driver.beginPause(for: delay)
        return .pause(PauseTicket(pause: openPause, isTimed: true, answer: answer, cut: cut))
    }

    /// Calls `body` on the stream's loop after `delay`, unless the stream ends before.
    public func after(_ delay: Interval, _ body: @escaping () -> Void) {
        driver?.after(delay, body)
    }

    /// Asks a cluster of the configuration by its name. `done` is called on the stream's loop,
    /// later, never from inside this call, and not at all when the stream ends before.
    ///
    /// A factory that resolves its cluster in `provision` has a wrong name reported when the
    /// configuration is loaded; here it is the failure `call_cluster_gone`.
    public func call(
        _ cluster: String, _ request: CallRequest, _ done: @escaping (CallResult) -> Void
    ) {
        guard let driver else { preconditionFailure("a stream without a driver cannot call") }
        driver.call(cluster, request, done)
    }

    /// Writes a line to the gateway's own log, with the names of the filter and the route. Lines
    /// beyond ten per second and worker are counted, not written.
    public func log(_ level: LogLevel, _ message: String) {
        let links = chain.links
        log(level, message, filter: currentLink < links.count ? links[currentLink].name : "")
    }

    func log(_ level: LogLevel, _ message: String, filter: String) {
        driver?.log(level, "filter `\(filter)` on route `\(place.route)`: \(message)")
    }

    /// The value that the route's template or pattern captured under `name`, or nil.
    public func capture(_ name: String) -> ByteString? {
        guard let index = place.captureNames.firstIndex(of: name), index < captures.count,
            // A filter may have cut the path.
            captures[index].upperBound <= (routedPath ?? request.path).count
        else { return nil }
        return ByteString(Array((routedPath ?? request.path).storage[captures[index]]))
    }

    /// Makes the stream ready for the next request.
    package func clear() {
        request.clear()
        response.clear()
        place = .nowhere
        if security != nil { security = nil }
        captures.removeAll(keepingCapacity: true)
        routedPath = nil
        openPause = 0
        outcome = StreamOutcome()
        values.clear()
        if !identities.isEmpty { identities.removeAll(keepingCapacity: true) }
        trace = nil
        followsAttempts = false
        if recordsEvents {
            recordsEvents = false
            events = []
        }
    }
}

/// Where in the configuration a stream belongs; one object per route, shared by its streams.
public final class StreamPlace: Sendable {
    /// The listener's name.
    public let listener: String
    /// The route's name; empty before a route is found.
    public let route: String
    /// The cluster that the route leads to; empty when it leads to several, or to none.
    public let cluster: String
    /// The names of the route's captures, in order.
    public let captureNames: [String]

    /// Names a place.
    public init(
        listener: String, route: String, cluster: String = "", captureNames: [String] = []
    ) {
        self.listener = listener
        self.route = route
        self.cluster = cluster
        self.captureNames = captureNames
    }

    /// The place of a stream that has none yet.
    public static let nowhere = StreamPlace(listener: "", route: "")
}

/// How a stream ended and what it took.
public struct StreamOutcome: Sendable {
    /// The status sent to the client; 0 when none was.
    public var status = 0
    /// The outcome of a gRPC call; -1 when there is none.
    public var grpcStatus = -1
    /// Why the gateway, not the upstream, decided the answer or the end; empty when it did not.
    public var cause: StaticString = ""
    /// Bytes of request body received.
    public var requestBytes: Int64 = 0
    /// Bytes of response body sent.
    public var responseBytes: Int64 = 0
    /// From the request's head to the response's last byte.
    public var duration = Interval.zero
    /// The cluster that was asked; empty when none was.
    public var cluster = ""
    /// The endpoint that was asked; empty when none was.
    public var endpoint = ""
    /// How often the request was sent upstream.
    public var attempts = 0
    /// From the request's head to a usable upstream connection; zero when none was needed.
    public var connectTime = Interval.zero
    /// From the request's head to the upstream's response head.
    public var upstreamHeadTime = Interval.zero

    /// The outcome of a stream that has not ended.
    public init() {}
}

/// What drives a stream: the server's, or a test's.
package protocol StreamDriver: AnyObject {
    var now: MonotonicTime { get }
    var random: any RandomSource { get }
    var unixNanoseconds: Int64 { get }
    /// A way onto the stream's loop.
    var entrance: any LoopEntrance { get }
    func call(_ cluster: String, _ request: CallRequest, _ done: @escaping (CallResult) -> Void)
    func after(_ delay: Interval, _ body: @escaping () -> Void)
    func log(_ level: LogLevel, _ message: String)
    func beginPause() -> (any PauseTarget, UInt64)
    func beginPause(for delay: Interval) -> UInt64
}
