internal import Synchronization

/// The executor of one stream's task: its jobs run on the stream's loop, and right away while a
/// phase of the filter waits to hear how far the task has come.
///
/// It is the task's preferred executor, so that everything which `handle` calls runs here too, its
/// child tasks among it. From other threads jobs come through the loop's entrance.
final class StreamLane: TaskExecutor {
    private struct State {
        var jobs: [UnownedJob] = []
        /// Whether somebody is about to run the jobs.
        var isAttended = false
    }

    private let state = Mutex(State())
    private let entrance: any LoopEntrance
    /// Whose jobs they are, for whoever watches the loop.
    private let mark: (marker: FilterMarker, row: Int)?
    private let woken: @Sendable () -> Void

    /// Creates a lane on a loop. `woken` is called there after jobs ran that no phase was waiting
    /// for.
    init(
        _ entrance: any LoopEntrance, mark: (marker: FilterMarker, row: Int)? = nil,
        woken: @escaping @Sendable () -> Void
    ) {
        self.entrance = entrance
        self.mark = mark
        self.woken = woken
    }

    /// Takes a job from the concurrency runtime, on any thread.
    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let isFirst = state.withLock { state in
            state.jobs.append(job)
            defer { state.isAttended = true }
            return !state.isAttended
        }
        guard isFirst else { return }
        entrance.execute {
            if let mark = self.mark { mark.marker.enter(mark.row) }
            self.runJobs()
            self.mark?.marker.leave()
            self.woken()
        }
    }

    /// Does `body`, then runs the jobs that it and they have led to; whether there were any. On the
    /// loop.
    func attend(_ body: () -> Void) -> Bool {
        // Jobs on their way through the entrance run here, ahead of it; then it finds none.
        state.withLock { $0.isAttended = true }
        body()
        return runJobs()
    }

    /// Runs jobs until there are none; whether there were any.
    @discardableResult
    private func runJobs() -> Bool {
        var any = false
        while true {
            let job = state.withLock { state -> UnownedJob? in
                guard !state.jobs.isEmpty else {
                    state.isAttended = false
                    return nil
                }
                return state.jobs.removeFirst()
            }
            guard let job else { return any }
            any = true
            unsafe job.runSynchronously(on: asUnownedTaskExecutor())
        }
    }
}

/// A way onto a loop, from any thread.
package protocol LoopEntrance: Sendable {
    /// Runs `job` on the loop, soon; jobs of one thread run in the order in which they were sent.
    func execute(_ job: @escaping @Sendable () -> Void)
}
