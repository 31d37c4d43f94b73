internal import WeirBase
internal import WeirFilter
internal import WeirRuntime

/// What an exchange waits for: filters that paused it, and time limits.
extension Exchange: StreamDriver, TimerTarget {
    var now: MonotonicTime { loop.now }
    var random: any RandomSource { loop.random }

    func beginPause() -> (any PauseTarget, UInt64) {
        pauseCount += 1
        return (PauseEnds(exchange: self, loop: loop.handle), pauseCount)
    }

    func beginPause(for delay: Interval) -> UInt64 {
        pauseCount += 1
        timedPauses.append((pauseCount, loop.now + delay))
        armPauseTimer()
        return pauseCount
    }

    /// A pause is over; one of an earlier exchange finds no pass that knows it.
    func endPause(_ pause: UInt64, _ outcome: PauseOutcome) {
        guard !isFinished else { return }
        if run.request.endPause(pause, outcome) {
            advanceRequest()
        } else if run.response.endPause(pause, outcome) {
            advanceResponse()
        }
    }

    func timerFired(_ timer: LoopTimer) {
        guard !isFinished else { return }
        if timer === pauseTimer { return endTimedPauses() }
        let due = deadline
        guard due.time <= loop.now else { return timer.arm(on: loop, at: due.time) }
        respond(LocalResponse(status: due.status, cause: due.cause))
        if !isFinished && responseState == .started { armTimer() }
    }

    /// Request and response can both be paused at once.
    private func endTimedPauses() {
        for (pause, due) in timedPauses where due <= loop.now && !isFinished {
            endPause(pause, .resume)
        }
        timedPauses.removeAll { $0.due <= loop.now }
        if !isFinished { armPauseTimer() }
    }

    private func armPauseTimer() {
        if let next = timedPauses.map(\.due).min() { pauseTimer.arm(on: loop, at: next) }
    }

    func armTimer() { timer.arm(on: loop, at: deadline.time) }

    /// The limit that applies now, and the answer when it is passed.
    private var deadline: (time: MonotonicTime, status: Int, cause: StaticString) {
        if isTunnel {
            return (progress + listener.timeouts.tunnelIdle, 504, "tunnel_idle")
        }
        let idle = progress + listener.timeouts.bodyIdle
        if responseState != .none {
            return (idle, 504, "response_idle")
        }
        guard requestRelay.hasEnded else {
            let isClientSlow = !requestRelay.isSourceBlocked
            return (idle, isClientSlow ? 408 : 504, isClientSlow ? "body_idle" : "upstream_idle")
        }
        guard let timeout = route.timeout else {
            return (loop.now + .seconds(3600), 504, "route_timeout")
        }
        return (requestCompleted + timeout, 504, "route_timeout")
    }
}

/// Brings the end of a pause from any thread to the exchange's loop.
private final class PauseEnds: PauseTarget {
    /// The exchange is touched on its loop only; here it is just carried there.
    private struct Carried: @unchecked Sendable {
        let exchange: Exchange
    }

    private let carried: Carried
    private let loop: LoopHandle

    init(exchange: Exchange, loop: LoopHandle) {
        carried = Carried(exchange: exchange)
        self.loop = loop
    }

    func endPause(_ pause: UInt64, _ outcome: PauseOutcome) {
        let carried = self.carried
        loop.execute { carried.exchange.endPause(pause, outcome) }
    }
}
