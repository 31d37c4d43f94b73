internal import Synchronization
internal import WeirRuntime

/// Threads for work that may block or take long, such as a password's slow hash. They start when
/// they are needed first.
final class BackgroundPool: Sendable {
    private struct State {
        var threads: [(loop: LoopHandle, thread: LoopThread)] = []
        var next = 0
        var isStopped = false
    }

    private let state = Mutex(State())
    private let waiting = Atomic<Int>(0)
    private let threadCount: Int
    private let bound: Int

    /// `bound` is how much work may wait or run at a time.
    init(threadCount: Int = 2, bound: Int = 256) {
        self.threadCount = threadCount
        self.bound = bound
    }

    /// Runs `work` on one of the threads; false when too much waits already.
    func run(_ work: @escaping @Sendable () -> Void) -> Bool {
        guard waiting.add(1, ordering: .relaxed).oldValue < bound, let loop = nextLoop() else {
            waiting.subtract(1, ordering: .relaxed)
            return false
        }
        loop.execute { [self] in
            work()
            waiting.subtract(1, ordering: .relaxed)
        }
        return true
    }

    private func nextLoop() -> LoopHandle? {
        state.withLock { state in
            guard !state.isStopped else { return nil }
            if state.threads.count < threadCount, let started = Self.start(state.threads.count) {
                state.threads.append(started)
                return started.loop
            }
            guard !state.threads.isEmpty else { return nil }
            state.next += 1
            return state.threads[state.next % state.threads.count].loop
        }
    }

    private static func start(_ index: Int) -> (loop: LoopHandle, thread: LoopThread)? {
        guard let loop = try? EventLoop(index: -3 - index) else { return nil }
        let handle = loop.handle
        guard let thread = try? LoopThread(loop, name: "weir-work-\(index)") else { return nil }
        return (handle, thread)
    }

    /// Ends the threads once they have done what they are at.
    func stop() {
        let threads = state.withLock { state in
            state.isStopped = true
            defer { state.threads = [] }
            return state.threads
        }
        for (loop, thread) in threads {
            loop.stop()
            thread.join()
        }
    }
}
