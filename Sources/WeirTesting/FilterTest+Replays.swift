extension FilterTest {
    /// Runs an exchange in every way in which it can arrive, each with factories of its own.
    ///
    /// The result must be the same for: each body cut at every place, byte by byte, with a late
    /// end, slowly and into sinks that refuse; fields in another order or case; a neighbour that
    /// pauses everywhere or buffers. With a reset before every step, an early answer, and a
    /// neighbour that answers in any phase, the result may differ, but no rule of the contract may
    /// break (`FilterInvariants`), and the next exchange must run.
    ///
    /// Returns the result of everything arriving at once.
    @discardableResult
    public func everySplit(
        _ request: TestRequest = TestRequest(),
        upstream: @escaping TestUpstream = { _ in TestResponse() }
    ) throws -> TestResult {
        let baseline = try fresh(filters).exchange(request, upstream: upstream)
        let responseBody = upstream(baseline.upstreamRequest ?? request).body
        let replays =
            Replay.equivalent(filters, request, responseBody: responseBody)
            + Replay.disturbed(filters, request)
        for replay in replays {
            try attempt(replay.name) {
                let result = try fresh(replay.filters).exchange(
                    replay.request, delivery: replay.delivery, upstream: upstream)
                if replay.isEquivalent { try compare(result, with: baseline) }
            }
        }
        try everyReset(request, upstream: upstream)
        return baseline
    }

    /// Runs an exchange with the client going away before every step.
    private func everyReset(_ request: TestRequest, upstream: @escaping TestUpstream) throws {
        for delivery in [Delivery(), Delivery(request: .bytes, response: .bytes)] {
            var step = 0
            var isDone = false
            while !isDone {
                var cut = delivery
                cut.resetAt = step
                try attempt(cut.description) {
                    let test = try fresh(filters)
                    let exchange = test.begin(request, delivery: cut, upstream: upstream)
                    try exchange.run()
                    try exchange.checkRules()
                    // Not every stream ends with a complete response.
                    isDone = exchange.isOver && exchange.result.cause != "client_reset"
                    // News of the dead stream must not disturb the next.
                    _ = try test.exchange(request, upstream: upstream)
                }
                // Past some hundred steps only the far ones are tried.
                step += step < 400 ? 1 : step / 8
            }
        }
    }

    private func fresh(_ filters: [TestFilter]) throws -> FilterTest {
        let test = try FilterTest(filters, seed: seed, services: replayServices?() ?? services)
        test.place = place
        return test
    }

    private func attempt(_ name: String, _ body: () throws -> Void) throws {
        do {
            try body()
        } catch {
            throw TestFailure("\(name): \(error)")
        }
    }

    private func compare(_ result: TestResult, with baseline: TestResult) throws(TestFailure) {
        func same<Value: Equatable>(
            _ name: String, _ value: Value, _ expected: Value
        ) throws(TestFailure) {
            guard value != expected else { return }
            throw TestFailure("\(name) differs:\n  \(value)\ninstead of\n  \(expected)")
        }
        try same(
            "whether the upstream got a whole request", result.isRequestComplete,
            baseline.isRequestComplete)
        // How much of a request was under way when it was answered is a matter of time.
        if baseline.isRequestComplete {
            try same(
                "the request to the upstream", result.upstreamRequest?.canonical,
                baseline.upstreamRequest?.canonical)
        }
        try same(
            "the response to the client", result.response?.canonical, baseline.response?.canonical)
        try same("the cause", result.cause, baseline.cause)
        try same("whether it is complete", result.isComplete, baseline.isComplete)
    }
}
