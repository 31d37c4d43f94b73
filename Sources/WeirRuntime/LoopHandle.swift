internal import CLinux
internal import Synchronization

/// What any thread may hold of a loop: a way to run code on it.
///
/// It is also the loop's executor: an actor whose `unownedExecutor` is the handle's, and a task
/// that prefers it, run on the loop's thread between events, without a thread of Swift's own.
/// What is sent to a loop that is not running waits until it runs; what is sent to one that has
/// ended is never run.
@safe
public final class LoopHandle: SerialExecutor, TaskExecutor, @unchecked Sendable {
    private struct Inbox {
        var jobs: [LoopJob] = []
        /// Whether the loop has been told and has not yet emptied the inbox.
        var signalled = false
    }

    let wakeDescriptor: Int32
    private let inbox = Mutex(Inbox())

    /// The thread that runs the loop, 0 when none does.
    private let owner = Atomic<UInt>(0)

    // The rest is touched only by the thread that runs the loop.
    private unowned(unsafe) var loop: EventLoop?
    private var local: [LoopJob] = []
    private var running: [LoopJob] = []

    init() throws(SystemError) {
        wakeDescriptor = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        unsafe loop = nil
        guard wakeDescriptor >= 0 else { throw SystemError.last("eventfd") }
    }

    deinit { _ = close(wakeDescriptor) }

    /// Whether the caller runs on the loop's thread, inside `run` or `runOnce`.
    public var isOnLoop: Bool { owner.load(ordering: .relaxed) == UInt(pthread_self()) }

    /// Whether any thread runs the loop now.
    public var isRunning: Bool { owner.load(ordering: .relaxed) != 0 }

    /// Runs `body` with the loop, right here. It is a programming error to call this elsewhere
    /// than on the loop.
    public func assumeOnLoop<Result: ~Copyable, Failure: Error>(
        _ body: (EventLoop) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        guard isOnLoop, let loop = unsafe loop else { preconditionFailure("not on the loop") }
        return try body(loop)
    }

    /// Runs `job` on the loop, later in this turn or in its next one. From any thread; jobs of one
    /// thread run in the order in which they were sent.
    public func execute(_ job: @escaping @Sendable () -> Void) { add(.closure(job)) }

    /// Makes the loop's `run` return. From any thread.
    public func stop() {
        execute { self.assumeOnLoop { $0.stop() } }
    }

    // MARK: Executor

    /// Runs a Swift concurrency job on the loop.
    public func enqueue(_ job: consuming ExecutorJob) { add(.task(UnownedJob(job))) }

    /// Stops the program when the caller is not on the loop.
    public func checkIsolated() { precondition(isOnLoop, "not on the loop") }

    /// Whether the caller is on the loop.
    public func isIsolatingCurrentContext() -> Bool? { isOnLoop }

    // MARK: The loop's side

    private func add(_ job: LoopJob) {
        if isOnLoop {
            local.append(job)
            return
        }
        let first = inbox.withLock { inbox in
            inbox.jobs.append(job)
            let first = !inbox.signalled
            inbox.signalled = true
            return first
        }
        if first { eventfd_write(wakeDescriptor, 1) }
    }

    var hasLocalJobs: Bool { !local.isEmpty }

    /// Makes the calling thread the loop's.
    func enter(_ loop: EventLoop) {
        let before = owner.exchange(UInt(pthread_self()), ordering: .acquiring)
        precondition(before == 0, "the loop runs already")
        unsafe self.loop = loop
    }

    /// Ends what `enter` began; jobs left over wait for the next time.
    func leave() {
        unsafe loop = nil
        owner.store(0, ordering: .releasing)
    }

    /// Moves what other threads have sent to the loop's own jobs.
    func collectInbox() {
        inbox.withLock { inbox in
            inbox.signalled = false
            local.append(contentsOf: inbox.jobs)
            inbox.jobs.removeAll(keepingCapacity: true)
        }
    }

    /// Runs the loop's jobs, but not those that they add.
    func runJobs() {
        guard !local.isEmpty else { return }
        swap(&local, &running)
        for job in running {
            switch job {
            case .closure(let body): body()
            case .task(let job):
                unsafe job.runSynchronously(
                    isolatedTo: asUnownedSerialExecutor(),
                    taskExecutor: asUnownedTaskExecutor())
            }
        }
        running.removeAll(keepingCapacity: true)
    }
}

/// Something to run on a loop.
private enum LoopJob: Sendable {
    case closure(@Sendable () -> Void)
    case task(UnownedJob)
}
