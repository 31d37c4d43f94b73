internal import Glibc
internal import WeirBase
internal import WeirFilter

extension TestExchange {
    /// Tells the passes which pauses have ended; whether one was theirs.
    func endPauses() -> Bool {
        var any = test.services.answerCalls()
        if loop.runJobs() { any = true }
        for (pause, outcome) in loop.endedPauses() {
            if engine.request.endPause(pause, outcome) {
                resume(request, isRequest: true, outcome)
                any = true
            } else if engine.response.endPause(pause, outcome) {
                resume(response, isRequest: false, outcome)
                any = true
            }
        }
        return any
    }

    private func resume(_ flow: MessageFlow, isRequest: Bool, _ outcome: PauseOutcome) {
        test.journal.note(.pauseEnded(isRequest: isRequest))
        if case .askAgain = outcome { test.journal.note(.askedAgain(isRequest: isRequest)) }
        if let since = flow.pausedSince {
            pausedFor.nanoseconds += (loop.now - since).nanoseconds
            flow.pausedSince = nil
        }
    }

    /// When something happens next by itself: a timer, or a piece of body.
    var nextMoment: MonotonicTime? {
        var moments: [MonotonicTime] = []
        if let timer = loop.nextTimer { moments.append(timer) }
        for flow in [request, response]
        where flow.isStarted && !flow.isOver && flow.hasMore && flow.readyAt > loop.now {
            moments.append(flow.readyAt)
        }
        return moments.min()
    }

    /// Runs to the end. Time on the fake clock passes as needed; tokens on other threads are
    /// waited for, at most for `patience` of real time.
    ///
    /// A filter that needs Swift's own threads to go on wants `runWaiting`, which does not block
    /// the one it is called on.
    public func run(patience: Duration = .seconds(10)) throws(TestFailure) {
        let deadline = ContinuousClock.now + patience
        while try step(deadline) == false { usleep(50) }
    }

    /// Runs to the end as `run` does, without blocking the thread while others are at work.
    public nonisolated(nonsending) func runWaiting(
        patience: Duration = .seconds(10)
    ) async throws(TestFailure) {
        let deadline = ContinuousClock.now + patience
        while try step(deadline) == false { try? await Task.sleep(for: .microseconds(50)) }
    }

    /// Goes on as far as this thread can; whether the stream is over.
    private func step(_ deadline: ContinuousClock.Instant) throws(TestFailure) -> Bool {
        while true {
            turn()
            if isOver { return true }
            if request.wasRefused || response.wasRefused { continue }
            if let next = nextMoment {
                loop.move(to: next)
                continue
            }
            guard loop.isExpectingNews else {
                throw TestFailure("the stream hangs: nobody is left who could make it go on")
            }
            guard ContinuousClock.now < deadline else {
                throw TestFailure("the stream hangs: a filter keeps its pause token")
            }
            return false
        }
    }
}
