internal import Synchronization
internal import WeirBase
internal import WeirFilter

/// Sends finished spans away in batches, from the control loop, and again when that fails.
final class Exporter: Sendable {
    struct Limits: Sendable {
        /// How many spans a batch has at most.
        var size: Int
        /// How long a span waits for others at most.
        var delay: Interval
        /// How many spans wait at most, those that are being sent included.
        var queue: Int
        /// How long a batch is sent again and again.
        var retryFor: Interval
    }

    /// Spans that are sent together.
    struct Batch: Sendable {
        var spans: [FinishedSpan]
        /// When it was sent first, in nanoseconds since 1970; 0 for not yet.
        var first: Int64 = 0
    }

    /// What the control loop and the calls that come back share.
    struct State: Sendable {
        /// Batches that have to be sent again, or for the first time.
        var again: [Batch] = []
        /// How many are being sent.
        var inFlight = 0
        /// When to send anything again after a failure, and how long to wait after the next.
        var pausedUntil: Int64 = 0
        var backoff = Exporter.firstBackoff
        /// When all that waited was last sent.
        var drained: Int64
        var isClosed = false
        /// Why batches fail at present; nil while they do not.
        var failure: String?
        var health = ExportHealth()
    }

    static let firstBackoff = Interval.seconds(1)
    static let longestBackoff = Interval.seconds(30)
    /// How many batches are sent at a time.
    static let mostInFlight = 8
    /// A receiver that asks for more time than this is asked again then.
    static let longestPause = Interval.seconds(600)

    let queue: SpanQueue
    let counts: TraceCounters
    private let sink: any SpanSink
    private let limits: Limits
    private let services: any GatewayServices
    private let state: Mutex<State>

    init(
        _ sink: any SpanSink, _ queue: SpanQueue, _ limits: Limits, _ counts: TraceCounters,
        _ services: any GatewayServices
    ) {
        self.sink = sink
        self.queue = queue
        self.limits = limits
        self.counts = counts
        self.services = services
        state = Mutex(State(drained: services.unixNanoseconds))
        queue.addUser()
    }

    /// How often `tick` wants to be called: often enough for a queue to be emptied in time.
    var pace: Interval {
        Interval(
            nanoseconds: min(max(limits.delay.nanoseconds / 10, 10_000_000), 100_000_000))
    }

    /// Takes the spans of a request, on its loop.
    func take(_ spans: [FinishedSpan], from stream: FilterStream) {
        counts.started.add(spans.count, for: stream)
        if !queue.add(spans, worker: stream.workerIndex, limit: limits.queue) {
            counts.dropped(.overflow).add(spans.count, for: stream)
        }
    }

    /// Sends what is due. Called on the control loop, again and again.
    func tick() {
        let now = services.unixNanoseconds
        let (lines, takes) = state.withLock { state in
            let failure = state.failure
            return (state.health.lines(now, failure), mayTake(&state, now))
        }
        for (level, line) in lines { services.log(level, line) }
        let fresh = takes ? queue.takeAll() : []
        let due = admit(fresh, now)
        for batch in due { send(batch, now) }
    }

    /// Adds spans that were taken out of the queue to those that are to be sent, and gives the
    /// batches to send now. When the exporter was closed meanwhile, nobody looks at those any more.
    func admit(_ fresh: [FinishedSpan], _ now: Int64) -> [Batch] {
        let due: [Batch]? = state.withLock { state in
            if state.isClosed { return nil }
            state.again += Self.batches(fresh, limits.size)
            return Self.due(&state, now)
        }
        if due == nil { handOver(fresh) }
        return due ?? []
    }

    /// Whether spans that wait are to be sent: when they fill a batch, or when their time has come.
    private func mayTake(_ state: inout State, _ now: Int64) -> Bool {
        guard !state.isClosed, !Self.isPaused(state, now), state.inFlight < Self.mostInFlight
        else { return false }
        let age = now - state.drained
        guard queue.waiting >= limits.size || age >= limits.delay.nanoseconds || age < 0 else {
            return false
        }
        state.drained = now
        return true
    }

    /// The batches to send now.
    private static func due(_ state: inout State, _ now: Int64) -> [Batch] {
        guard !isPaused(state, now) else { return [] }
        let count = min(mostInFlight - state.inFlight, state.again.count)
        let due = Array(state.again.prefix(count))
        state.again.removeFirst(count)
        return due
    }

    private static func isPaused(_ state: State, _ now: Int64) -> Bool {
        // A clock that was set back must not keep spans for ever.
        now < state.pausedUntil && state.pausedUntil - now <= longestPause.nanoseconds
    }

    private static func batches(_ spans: [FinishedSpan], _ size: Int) -> [Batch] {
        stride(from: 0, to: spans.count, by: size).map {
            Batch(spans: Array(spans[$0..<min($0 + size, spans.count)]))
        }
    }

    private func send(_ batch: Batch, _ now: Int64) {
        var batch = batch
        if batch.first == 0 { batch.first = now }
        state.withLock { $0.inFlight += 1 }
        sink.send(batch.spans) { [batch] outcome in self.end(batch, outcome) }
    }

    // MARK: What comes back, on any thread

    private func end(_ batch: Batch, _ outcome: ExportOutcome) {
        let now = services.unixNanoseconds
        state.withLock { $0.inFlight -= 1 }
        switch outcome {
        case .accepted(let rejected, let message):
            let rejected = min(max(rejected, 0), batch.spans.count)
            counts.exports(rejected > 0 ? .partial : .accepted).add()
            counts.exported.add(batch.spans.count - rejected)
            drop(rejected, .rejected)
            queue.forget(batch.spans.count - rejected)
            state.withLock { state in
                state.backoff = Self.firstBackoff
                state.failure = nil
                if rejected > 0 || !message.isEmpty { state.health.note(rejected, message) }
            }
        case .retry(let pause, let reason):
            counts.exports(.failed).add()
            retry(batch, pause, reason, now)
        case .refused(let reason):
            counts.exports(.refused).add()
            drop(batch.spans.count, .refused)
            state.withLock { $0.failure = reason }
        case .gone: handOver(batch.spans)
        }
    }

    /// What becomes of a batch that may be sent once more.
    private enum Future { case waits, expired, left }

    private func retry(_ batch: Batch, _ pause: Interval?, _ reason: String, _ now: Int64) {
        let future: Future = state.withLock { state in
            state.failure = reason
            if state.isClosed { return .left }
            let length: Int64
            if let pause {
                length = min(pause.nanoseconds, Self.longestPause.nanoseconds)
            } else {
                length = Int64(Double(state.backoff.nanoseconds) * .random(in: 0.5...1))
                state.backoff = min(
                    Interval(nanoseconds: 2 * state.backoff.nanoseconds), Self.longestBackoff)
            }
            state.pausedUntil = max(state.pausedUntil, now + length)
            guard state.pausedUntil - batch.first <= limits.retryFor.nanoseconds else {
                return .expired
            }
            state.again.append(batch)
            return .waits
        }
        switch future {
        case .waits: break
        case .expired: drop(batch.spans.count, .expired)
        case .left: handOver(batch.spans)
        }
    }

    /// Leaves spans to the exporters of a later configuration, if there are any.
    private func handOver(_ spans: [FinishedSpan]) {
        if spans.isEmpty { return }
        queue.giveBack(spans)
        // The last of them may have left a moment ago: then nobody comes for what is in there.
        if !queue.hasUsers { drop(queue.takeAll().count, .shutdown) }
    }

    private func drop(_ number: Int, _ reason: TraceCounters.Reason) {
        guard number > 0 else { return }
        counts.dropped(reason).add(number)
        queue.forget(number)
    }

    // MARK: The end

    /// Leaves what waits to a later configuration with the same exporter, or sends it a last time.
    func close() {
        let again = state.withLock { state in
            state.isClosed = true
            defer { state.again = [] }
            return state.again
        }
        if queue.removeUser() {
            for batch in again { handOver(batch.spans) }
            return
        }
        let now = services.unixNanoseconds
        for batch in again + Self.batches(queue.takeAll(), limits.size) { send(batch, now) }
    }
}
