internal import Logging
internal import WeirBase
internal import WeirConfig
package import WeirRuntime

/// Ending in order.
extension Gateway: TimerTarget {
    /// Accepts nothing more, lets requests finish until the deadline, then stops.
    package func drain() {
        guard phase == .ready || phase == .starting else { return }
        phase = .draining
        drainDeadline = control.now + configuration.runtime.drainTimeout
        log.notice("draining \(shared.connectionCount) connections")
        for worker in workers { worker.run { $0.drain() } }
        let timer = LoopTimer(self)
        drainTimer = timer
        timer.arm(on: control, at: control.now + .milliseconds(10))
    }

    package func timerFired(_ timer: LoopTimer) {
        if shared.connectionCount == 0 || control.now >= drainDeadline {
            if shared.connectionCount > 0 {
                log.warning("drain deadline: closing \(shared.connectionCount) connections")
            }
            stop()
        } else {
            timer.arm(on: control, at: control.now + .milliseconds(20))
        }
    }
}
