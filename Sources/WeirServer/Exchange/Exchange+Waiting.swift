internal import WeirBase
internal import WeirFilter
internal import WeirRuntime
internal import WeirUpstream

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
        let pause = pauseCount
        after(delay) { [unowned self] in endPause(pause, .resume) }
        return pause
    }

    var entrance: any LoopEntrance { loop.handle }

    func after(_ delay: Interval, _ body: @escaping () -> Void) {
        putOff.append((loop.now + delay, body))
        armPauseTimer()
    }

    func log(_ level: LogLevel, _ message: String) { worker.log(level, message) }

    /// A pause is over; one of an earlier exchange finds no pass that knows it.
    func endPause(_ pause: UInt64, _ outcome: PauseOutcome) {
        guard !isFinished else { return }
        if run.request.endPause(pause, outcome) {
            run.recorder?.pauseEnded(isRequest: true, outcome)
            advanceRequest()
        } else if run.response.endPause(pause, outcome) {
            run.recorder?.pauseEnded(isRequest: false, outcome)
            advanceResponse()
        }
    }

    func timerFired(_ timer: LoopTimer) {
        guard !isFinished, !isCutOff else { return }
        if timer === pauseTimer { return doPutOff() }
        let due = deadline
        guard due.time <= loop.now else { return armTimer() }
        if due.status == 500 { nameWaitingFilter() }
        respond(LocalResponse(status: due.status, cause: due.cause))
        if !isFinished { armTimer() }
    }

    /// The pass whose filter has kept it waiting for the longest; nil when none waits for a filter.
    private var waitingPass: FilterPass? {
        let request = run.request.pause == 0 ? nil : run.request.waitsSince
        let response = run.response.pause == 0 ? nil : run.response.waitsSince
        guard let response else { return request == nil ? nil : run.request }
        guard let request, request <= response else { return run.response }
        return run.request
    }

    /// A filter has taken longer than it may.
    private func nameWaitingFilter() {
        guard let pass = waitingPass else { return }
        let filter = run.chain.links[pass.pausedLink].name
        log(
            .warning,
            "filter `\(filter)` on route `\(stream.place.route)` has kept a stream waiting for "
                + "\(ConfigDuration(listener.timeouts.filterWait)), which ends it")
    }

    /// Does what was put off until now.
    private func doPutOff() {
        // Taken out first: what is done may put off more that is due at once.
        let due = putOff.filter { $0.due <= loop.now }
        putOff.removeAll { $0.due <= loop.now }
        for (_, body) in due where !isFinished { body() }
        if !isFinished { armPauseTimer() }
    }

    private func armPauseTimer() {
        if let next = putOff.map(\.due).min() { pauseTimer.arm(on: loop, at: next) }
    }

    func armTimer() { timer.arm(on: loop, at: nextLook) }

    /// When to look whether a limit is passed. Which one applies to a response changes with who
    /// waits for whom, so it is looked at as often as the shorter one wants.
    private var nextLook: MonotonicTime {
        guard responseState == .started, !isTunnel else { return deadline.time }
        let idle = cluster?.policy.responseIdle ?? listener.timeouts.writeIdle
        return min(deadline.time, loop.now + min(idle, listener.timeouts.writeIdle))
    }

    /// The limit that applies now, and the answer when it is passed.
    private var deadline: (time: MonotonicTime, status: Int, cause: StaticString) {
        var due = ownDeadline
        if callDeadline < due.time { due = (callDeadline, 504, "grpc_timeout") }
        if let since = waitingPass?.waitsSince {
            let end = since + listener.timeouts.filterWait
            if end < due.time { due = (end, 500, "filter_timeout") }
        }
        return due
    }

    private var ownDeadline: (time: MonotonicTime, status: Int, cause: StaticString) {
        if isTunnel {
            return (progress + listener.timeouts.tunnelIdle, 504, "tunnel_idle")
        }
        if responseState != .none {
            guard responseState == .started, !responseRelay.isSourceBlocked, let cluster else {
                return (progress + listener.timeouts.writeIdle, 504, "write_idle")
            }
            return (progress + cluster.policy.responseIdle, 504, "response_idle")
        }
        guard requestRelay.hasEnded else {
            if requestRelay.isSourceBlocked, let cluster {
                return (progress + cluster.policy.writeIdle, 504, "upstream_idle")
            }
            if requestRelay.isSourceBlocked || run.request.pause != 0 {
                // The client waits for a filter, not the other way round.
                let due = route.timeout.map { max(stream.started, progress) + $0 }
                return (due ?? (loop.now + .seconds(5)), 504, "route_timeout")
            }
            return (progress + listener.timeouts.bodyIdle, 408, "body_idle")
        }
        return headDeadline
    }

    /// How long the upstream has for the head of its response.
    private var headDeadline: (time: MonotonicTime, status: Int, cause: StaticString) {
        // Without a route's limit the time is looked at now and then, as what holds may change.
        let due = route.timeout.map { requestCompleted + $0 } ?? (loop.now + .seconds(5))
        if upstream != nil, let cluster {
            let idle = max(progress, requestCompleted) + cluster.policy.responseIdle
            if idle < due { return (idle, 504, "response_idle") }
        }
        return (due, 504, "route_timeout")
    }
}

extension LoopHandle: LoopEntrance {}

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
