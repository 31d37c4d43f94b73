internal import Synchronization
public import WeirBase
internal import WeirFilter

/// The loop of a stream under test: time that moves when told to, repeatable random bits, and the
/// box into which tokens drop their news from any thread.
final class TestLoop: StreamDriver {
    private(set) var now = MonotonicTime(nanoseconds: 1_000_000_000)
    private(set) var random: any RandomSource
    private let mailbox = Mailbox()
    private var timers: [(due: MonotonicTime, pause: UInt64)] = []
    /// What streams have put off.
    private var work: [(due: MonotonicTime, body: () -> Void)] = []
    private var lastPause: UInt64 = 0
    private let services: TestServices

    init(seed: UInt64, services: TestServices) {
        random = SeededRandom(seed: seed)
        self.services = services
    }

    var unixNanoseconds: Int64 { services.unixNanoseconds }

    func call(_ cluster: String, _ request: CallRequest, _ done: @escaping (CallResult) -> Void) {
        guard services.serves(cluster) else {
            return after(.zero) { done(.failure(.gone)) }
        }
        services.take(cluster, request, for: ObjectIdentifier(self), done)
    }

    /// The stream is over: nobody waits for its calls and timers.
    func forgetStream() {
        services.forget(ObjectIdentifier(self))
        work.removeAll()
    }

    var entrance: any LoopEntrance { mailbox }

    func after(_ delay: Interval, _ body: @escaping () -> Void) { work.append((now + delay, body)) }

    func log(_ level: LogLevel, _ message: String) { services.log(level, message) }

    /// Runs what was sent to the loop, and the work that is due; whether there was any.
    func runJobs() -> Bool {
        let due = work.filter { $0.due <= now }.sorted { $0.due < $1.due }
        work.removeAll { $0.due <= now }
        for (_, body) in due { body() }
        let jobs = mailbox.takeJobs()
        for job in jobs { job() }
        return !jobs.isEmpty || !due.isEmpty
    }

    func beginPause() -> (any PauseTarget, UInt64) {
        lastPause += 1
        mailbox.expect()
        return (mailbox, lastPause)
    }

    func beginPause(for delay: Interval) -> UInt64 {
        lastPause += 1
        timers.append((now + delay, lastPause))
        return lastPause
    }

    /// Whether tokens are out or have come back unseen.
    var isExpectingNews: Bool { mailbox.isExpectingNews }

    /// When the next timer is due.
    var nextTimer: MonotonicTime? { (timers.map(\.due) + work.map(\.due)).min() }

    /// Moves the clock forward, and the services' with it.
    func move(to time: MonotonicTime) {
        guard time > now else { return }
        services.advance(by: time - now)
        now = time
    }

    /// The pauses that have ended since the last call.
    func endedPauses() -> [(pause: UInt64, outcome: PauseOutcome)] {
        let due = timers.filter { $0.due <= now }.sorted { $0.due < $1.due }
        timers.removeAll { $0.due <= now }
        return due.map { ($0.pause, .resume) } + mailbox.take()
    }
}

/// Where tokens report, from any thread, and where jobs for the loop wait.
private final class Mailbox: PauseTarget, LoopEntrance, Sendable {
    private struct State {
        var jobs: [@Sendable () -> Void] = []
        var ended: [(pause: UInt64, outcome: PauseOutcome)] = []
        var outstanding = 0
    }

    private let state = Mutex(State())

    var isExpectingNews: Bool {
        state.withLock { $0.outstanding > 0 || !$0.ended.isEmpty || !$0.jobs.isEmpty }
    }

    func execute(_ job: @escaping @Sendable () -> Void) {
        state.withLock { $0.jobs.append(job) }
    }

    func takeJobs() -> [@Sendable () -> Void] {
        state.withLock { state in
            defer { state.jobs.removeAll() }
            return state.jobs
        }
    }

    func expect() { state.withLock { $0.outstanding += 1 } }

    func endPause(_ pause: UInt64, _ outcome: PauseOutcome) {
        state.withLock {
            $0.ended.append((pause, outcome))
            $0.outstanding -= 1
        }
    }

    func take() -> [(pause: UInt64, outcome: PauseOutcome)] {
        state.withLock { state in
            defer { state.ended.removeAll() }
            return state.ended
        }
    }
}

/// Random bits that repeat with their seed.
public final class SeededRandom: RandomSource {
    private var state: UInt64

    /// Starts the sequence of a seed.
    public init(seed: UInt64) { state = seed }

    /// The next 64 bits (SplitMix64).
    public func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
