public import WeirBase

/// The loop of one worker: waits for descriptors, timers and jobs, and runs what is due.
///
/// It is confined to the thread that calls `run` and shares nothing; other threads reach it
/// through `handle`. One turn is: wait, events, timers, jobs, jobs for the end of the turn.
public final class EventLoop {
    /// The worker's number.
    public let index: Int

    /// What other threads may hold of the loop; also its executor.
    public let handle: LoopHandle

    /// Tells other threads whether the loop goes on.
    public let pulse = LoopPulse()

    /// The monotonic clock as of the start of this turn.
    public var now: MonotonicTime { time }

    /// The time of day as of the start of this turn.
    public let clock = WallClock()

    /// The loop's stock of buffers.
    public let buffers = BufferPool()

    /// The loop's random numbers.
    public let random = SystemRandom()

    /// How many descriptors are watched, the loop's own one not counted.
    public var openDescriptors: Int { watched - 1 }

    // Kept apart from their public getters: the compiler then sees every access and checks none.
    private var time: MonotonicTime
    var watched = 0

    let epoll: Epoll
    let timers: TimerWheel
    /// What watches each descriptor, by its number.
    var watches: [Watch] = []
    private var turnJobs: [any TurnJob] = []
    private var runningTurnJobs: [any TurnJob] = []
    private var stopping = false

    /// How often jobs that were started by jobs run before the loop looks at descriptors again.
    private static let jobRounds = 16

    /// Creates a loop; `index` names its worker. Throws when the process has no descriptor left.
    public init(index: Int) throws(SystemError) {
        self.index = index
        epoll = try Epoll()
        handle = try LoopHandle()
        time = .current()
        timers = TimerWheel(now: time)
        buffers.attach(to: self)
        try watchEdges(handle.wakeDescriptor, WakeUp(handle))
    }

    // MARK: Turns

    /// Runs turns until `stop` is called. All else that is called on the loop happens in here.
    public func run() {
        enter()
        while !stopping { turn(atMost: nil) }
        stopping = false
        handle.leave()
    }

    /// Runs one turn, which waits for `timeout` at most; nil is as long as it takes. For tests.
    public func runOnce(timeout: Interval?) {
        enter()
        turn(atMost: timeout)
        handle.leave()
    }

    /// Makes `run` return at the end of the current turn, or of its first one if it is not running.
    public func stop() { stopping = true }

    private func enter() {
        handle.enter(self)
        // Outside of turns it stood still, and the first wait is measured from it.
        time = .current()
    }

    private func turn(atMost limit: Interval?) {
        let count = epoll.wait(timeout: patience(limit))
        pulse.beat()
        defer { pulse.beat() }
        time = .current()
        clock.refresh(now: now)
        dispatch(count)
        timers.advance(to: now)
        for _ in 0..<Self.jobRounds {
            handle.runJobs()
            runTurnJobs()
            if !handle.hasLocalJobs { break }
        }
    }

    /// How many milliseconds the loop may sleep, -1 for ever.
    private func patience(_ limit: Interval?) -> Int32 {
        if handle.hasLocalJobs || !turnJobs.isEmpty { return 0 }
        var wait = timers.nextWake.nanoseconds
        if wait != .max { wait = max(wait &- now.nanoseconds, 0) }
        if let limit { wait = min(wait, max(limit.nanoseconds, 0)) }
        if wait == .max { return -1 }
        // Round up: waking just before a deadline would spin until it has passed.
        return Int32(clamping: (wait &+ 999_999) / 1_000_000)
    }

    /// Runs `job` once at the end of this turn, after all events, timers and jobs.
    ///
    /// A job that is added while such jobs run is run in the same round.
    public func afterTurn(_ job: any TurnJob) { turnJobs.append(job) }

    private func runTurnJobs() {
        while !turnJobs.isEmpty {
            swap(&turnJobs, &runningTurnJobs)
            for job in runningTurnJobs { job.runAfterTurn() }
            runningTurnJobs.removeAll(keepingCapacity: true)
        }
    }
}

/// Notices that other threads have left jobs in the inbox.
private final class WakeUp: EventHandler {
    private let handle: LoopHandle

    init(_ handle: LoopHandle) { self.handle = handle }

    // The counter is not read: watched by its edges, it reports each write, and 2^64 never come.
    func ready(_ readiness: Readiness) { handle.collectInbox() }
}
