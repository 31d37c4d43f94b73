public import WeirBase
internal import WeirFilter

/// One exchange under test, step by step: the part of the server that moves messages through a
/// chain, with a client and an upstream made of values.
///
/// `FilterTest.exchange` runs one to its end; take this when the test is about what happens in
/// between: begin, `turn`, look, `advance(by:)`, `reset`.
public final class TestExchange {
    let test: FilterTest
    let engine: ChainRun
    let loop: TestLoop
    let delivery: Delivery
    private let upstream: TestUpstream
    let asked: TestRequest

    var request = MessageFlow()
    var response = MessageFlow()
    var upstreamHead: TestRequest?
    var clientHead: TestResponse?
    var cause: StaticString = ""
    private var attempt: UpstreamAttempt?
    var steps = 0
    var pausedFor = Interval.zero
    var events: [FilterEvent] = []
    /// Rules of the contract that were seen broken on the way.
    var violations: [String] = []

    /// Whether the gateway answers, not the upstream.
    var isAnswered = false

    /// Whether a filter ended the stream without an answer, or without the rest of one.
    public internal(set) var wasCutOff = false
    /// Whether the stream is over.
    public internal(set) var isOver = false
    /// Whether the upstream has the whole request.
    public internal(set) var isRequestComplete = false
    /// Whether the client has the whole response.
    public internal(set) var isComplete = false

    init(
        _ test: FilterTest, _ asked: TestRequest, _ delivery: Delivery,
        _ upstream: @escaping TestUpstream
    ) {
        self.test = test
        self.asked = asked
        self.delivery = delivery
        self.upstream = upstream
        engine = test.engine
        loop = test.loop
        engine.stream.clear()
        engine.stream.adopt(asked, place: test.place, now: loop.now)
        engine.stream.security = test.security
        for identity in test.identities { engine.stream.identify(identity) }
        request = MessageFlow(
            body: asked.body, trailers: asked.trailers, split: delivery.request,
            delivery: delivery, now: loop.now)
        engine.stream.requestHasBody = request.hasBody
        engine.start(test.chain)
    }

    deinit {
        // A test may lose interest half-way; the next exchange needs the engine.
        if !isOver {
            engine.finish()
            _ = test.journal.take()
        }
    }

    /// Whether a filter keeps a message waiting.
    public var isPaused: Bool {
        !isOver && (engine.request.pause != 0 || engine.response.pause != 0)
    }

    /// The time on the exchange's clock.
    public var now: MonotonicTime { loop.now }

    /// Goes as far as it can without time passing or another thread helping.
    public func turn() {
        request.wasRefused = false
        response.wasRefused = false
        var progress = true
        while progress && !isOver {
            progress = endPauses()
            if pump(isRequest: true) { progress = true }
            if pump(isRequest: false) { progress = true }
        }
        if !isOver, isTimeToLeave { finish(cause: "client_closed") }
    }

    /// Whether the client, if it does not stay, goes now that nothing moves any more.
    private var isTimeToLeave: Bool {
        if request.wasRefused || response.wasRefused { return false }
        return switch delivery.departure {
        case .requestHead: true
        case .request: !request.hasMore || request.readyAt <= loop.now
        case .responseHead: clientHead != nil
        case nil: false
        }
    }

    /// Lets time pass, then goes as far as it can.
    public func advance(by interval: Interval) {
        let end = loop.now + interval
        turn()
        while !isOver, let next = nextMoment, next <= end {
            loop.move(to: next)
            turn()
        }
        loop.move(to: end)
        turn()
    }

    /// The client goes away.
    public func reset() {
        if !isOver { finish(cause: "client_reset") }
    }

    /// What came of it so far.
    public var result: TestResult {
        var clientResponse = clientHead
        clientResponse?.body = response.sentBody
        clientResponse?.trailers = response.sentTrailers
        return TestResult(
            response: clientResponse, upstreamRequest: upstreamRequest,
            isRequestComplete: isRequestComplete, isComplete: isComplete,
            cause: cause.description, pausedFor: pausedFor, outcome: engine.stream.outcome,
            events: events + test.journal.peek(), steps: steps)
    }

    private var upstreamRequest: TestRequest? {
        var copy = upstreamHead
        copy?.body = request.sentBody
        copy?.trailers = request.sentTrailers
        return copy
    }

    /// Asks the upstream, which has the whole request or answers early.
    func askUpstream() {
        guard !response.isStarted, delivery.departure != .request, let upstreamRequest
        else { return }
        let answer = upstream(upstreamRequest)
        endAttempt(status: answer.status)
        engine.stream.response.clear()
        engine.stream.response.status = answer.status
        engine.stream.response.headers = answer.headers.headerMap
        let hasNoBody = asked.method == "HEAD" || [204, 304].contains(answer.status)
        response = MessageFlow(
            body: hasNoBody ? nil : answer.body, trailers: answer.trailers,
            split: delivery.response, delivery: delivery, now: loop.now)
        engine.stream.responseHasBody = response.hasBody
        engine.startResponse()
    }

    /// The request's head goes to the upstream, after as many attempts in vain as are asked for.
    func startAttempt() {
        for number in 1...delivery.failedAttempts + 1 {
            var started = UpstreamAttempt(number: number, cluster: "test", started: loop.now)
            started.endpoint = "192.0.2.\(9 + number):8080"
            engine.stream.outcome.attempts = number
            engine.stream.outcome.cluster = started.cluster
            engine.stream.outcome.endpoint = started.endpoint
            guard engine.stream.followsAttempts else { continue }
            attempt = started
            engine.attemptStarted(started)
            if number <= delivery.failedAttempts { endAttempt(status: 0, cause: "upstream_reset") }
        }
    }

    private func endAttempt(status: Int, cause: StaticString = "") {
        guard var ended = attempt else { return }
        attempt = nil
        ended.status = status
        ended.cause = cause
        engine.attemptEnded(ended)
    }

    /// Ends the stream; filters hear of it.
    func finish(cause: StaticString) {
        isOver = true
        endAttempt(status: 0, cause: cause)
        if cause.utf8CodeUnitCount > 0 { self.cause = cause }
        let stream = engine.stream
        stream.outcome.status = clientHead?.status ?? 0
        stream.outcome.cause = self.cause
        stream.outcome.requestBytes = Int64(request.receivedBytes)
        stream.outcome.responseBytes = Int64(response.sentBody?.count ?? 0)
        stream.outcome.duration = loop.now - stream.started
        engine.finish()
        loop.forgetStream()
        test.journal.note(.finished)
        events += test.journal.take()
    }
}
