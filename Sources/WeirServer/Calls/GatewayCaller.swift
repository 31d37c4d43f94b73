internal import Synchronization
internal import WeirFilter

/// Brings calls that belong to no stream to the workers, in turn.
///
/// A factory may call while it is provisioned, before the workers know the configuration that its
/// clusters stand in: such calls wait until they do.
final class GatewayCaller: ClusterCaller {
    private enum Phase { case waiting, open, stopped }

    private struct State {
        var phase = Phase.waiting
        var calls: [Waiting] = []
        var next = 0
    }

    /// A call that waits for service to begin.
    private struct Waiting: Sendable {
        let start: @Sendable () -> Void
        let done: @Sendable (CallResult) -> Void
    }

    private let state = Mutex(State())
    private let workers: @Sendable () -> [WorkerHandle]

    init(workers: @escaping @Sendable () -> [WorkerHandle]) { self.workers = workers }

    func call(
        _ cluster: String, _ request: CallRequest, _ done: @escaping @Sendable (CallResult) -> Void
    ) {
        let start: @Sendable () -> Void = { [self] in
            let workers = self.workers()
            let turn = state.withLock { state in
                state.next += 1
                return state.next
            }
            guard !workers.isEmpty else { return done(.failure(.gone)) }
            workers[turn % workers.count].run { $0.call(cluster, request, done) }
        }
        let phase = state.withLock { state in
            if state.phase == .waiting { state.calls.append(Waiting(start: start, done: done)) }
            return state.phase
        }
        switch phase {
        case .waiting: break
        case .open: start()
        case .stopped: done(.failure(.gone))
        }
    }

    /// The workers know the configuration.
    func open() {
        let calls = state.withLock { state in
            guard state.phase == .waiting else { return [Waiting]() }
            state.phase = .open
            defer { state.calls = [] }
            return state.calls
        }
        for call in calls { call.start() }
    }

    /// The configuration is no longer used; calls that have begun still end.
    func stop() {
        let calls = state.withLock { state in
            state.phase = .stopped
            defer { state.calls = [] }
            return state.calls
        }
        for call in calls { call.done(.failure(.gone)) }
    }
}
