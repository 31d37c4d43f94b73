package import Logging
internal import Synchronization
internal import WeirBase
package import WeirFilter

/// What all workers share: how many connections are open, and where logs go.
package final class SharedState: Sendable {
    package let log: Logger
    package let accessLog: AccessLogWriter
    /// Called on the workers' loops with the outcome of every exchange; nil outside of tests.
    let recorded: (@Sendable (StreamOutcome) -> Void)?
    private let total = Atomic<Int>(0)
    private let maximum: Atomic<Int>
    private let perListener = Mutex<[ListenerPolicy.SocketKey: Int]>([:])

    package init(
        log: Logger, accessLog: AccessLogWriter, maximumConnections: Int = 50_000,
        recorded: (@Sendable (StreamOutcome) -> Void)? = nil
    ) {
        self.log = log
        self.accessLog = accessLog
        self.recorded = recorded
        maximum = Atomic(maximumConnections)
    }

    /// Changes how many connections may be open on all listeners together.
    package func setMaximum(_ count: Int) { maximum.store(count, ordering: .relaxed) }

    /// Open connections on all listeners.
    package var connectionCount: Int { total.load(ordering: .relaxed) }

    /// Counts a connection in; false when the listener or the gateway is full.
    func admit(to policy: ListenerPolicy) -> Bool {
        guard total.load(ordering: .relaxed) < maximum.load(ordering: .relaxed) else {
            return false
        }
        let isAdmitted = perListener.withLock { counts in
            let count = counts[policy.socketKey, default: 0]
            guard count < policy.connections else { return false }
            counts[policy.socketKey] = count + 1
            return true
        }
        if isAdmitted && !policy.isInternal { total.add(1, ordering: .relaxed) }
        return isAdmitted
    }

    /// Counts a connection out.
    func leave(_ policy: ListenerPolicy) {
        if !policy.isInternal { total.subtract(1, ordering: .relaxed) }
        perListener.withLock { $0[policy.socketKey, default: 1] -= 1 }
    }
}
