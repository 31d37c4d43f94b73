internal import WeirBase
internal import WeirFilter
internal import WeirRuntime

/// A worker and the thread that runs its loop, as the control side sees them.
final class WorkerHandle: Sendable {
    /// The worker stays on its loop; here it is only carried there.
    private struct Bound: @unchecked Sendable {
        let worker: Worker
    }

    private let bound: Bound
    private let thread: LoopThread
    let index: Int
    let handle: LoopHandle
    /// Whether its loop goes on.
    let pulse: LoopPulse
    /// Which filter its loop runs.
    let marker: FilterMarker

    /// Starts the thread. The worker serves nothing until it is given a snapshot.
    init(index: Int, shared: SharedState) throws(SystemError) {
        let loop = try EventLoop(index: index)
        self.index = index
        handle = loop.handle
        pulse = loop.pulse
        let worker = Worker(loop: loop, shared: shared)
        marker = worker.filterMarker
        bound = Bound(worker: worker)
        thread = try LoopThread(loop, name: "weir-worker-\(index)")
    }

    /// Does something on the worker's loop.
    func run(_ body: @escaping @Sendable (Worker) -> Void) {
        let bound = self.bound
        handle.execute { body(bound.worker) }
    }

    /// Ends the loop and waits for its thread.
    func stop() {
        handle.stop()
        thread.join()
    }
}

/// A thread that runs an event loop.
final class LoopThread: Sendable {
    /// The loop is handed over to the thread; here it is only carried there.
    private struct Bound: @unchecked Sendable {
        let loop: EventLoop
    }

    private let thread: WorkerThread

    init(_ loop: EventLoop, name: String) throws(SystemError) {
        let bound = Bound(loop: loop)
        thread = try WorkerThread.start(name: name) { bound.loop.run() }
    }

    func join() { thread.join() }
}
