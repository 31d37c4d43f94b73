public import WeirBase
public import WeirFilter

/// What came of an exchange.
public struct TestResult: Sendable {
    /// What the client got; nil when the stream ended before a head was sent.
    public let response: TestResponse?
    /// What the upstream got; nil when it was not asked.
    public let upstreamRequest: TestRequest?
    /// Whether the upstream got a whole request.
    public let isRequestComplete: Bool
    /// Whether the client got a whole response.
    public let isComplete: Bool
    /// Why the gateway, not the upstream, decided the answer or the end; empty when it did not.
    public let cause: String
    /// How long filters kept messages waiting, on the fake clock. Zero over sockets, where
    /// `outcome.duration` has it among other things.
    public let pausedFor: Interval
    /// How the stream ended, as filters saw it in `streamComplete`.
    public let outcome: StreamOutcome
    /// What happened to the stream, in order; over sockets the calls of filters alone.
    public let events: [FilterEvent]
    /// How often the engine was advanced; resets are counted in these.
    let steps: Int

    /// The calls of filters, in order.
    public var calls: [FilterEvent.Call] {
        events.compactMap { if case .call(let call) = $0 { call } else { nil } }
    }

    /// The phases in which the filter of that name was called, in order.
    public func phases(of filter: String) -> [Phases] {
        calls.filter { $0.filter == filter }.map(\.phase)
    }

    /// How often the filter of that name gave each verdict: the first say of each call, as
    /// `weir_filter_verdicts_total` counts them.
    public func verdicts(of filter: String) -> [TestVerdict: Int] {
        calls.filter { $0.filter == filter }.reduce(into: [:]) { counts, call in
            if let verdict = call.verdict { counts[verdict, default: 0] += 1 }
        }
    }
}

extension TestResult {
    /// The result of an exchange over sockets.
    package init(
        response: TestResponse?, upstreamRequest: TestRequest?, isRequestComplete: Bool,
        isComplete: Bool, outcome: StreamOutcome, events: [FilterEvent]
    ) {
        self.init(
            response: response, upstreamRequest: upstreamRequest,
            isRequestComplete: isRequestComplete, isComplete: isComplete,
            cause: outcome.cause.description, pausedFor: .zero, outcome: outcome, events: events,
            steps: 0)
    }
}

/// A test went wrong in a way that no expectation was written for: a broken rule of the contract,
/// a stream that hangs, a replay that came out differently.
public struct TestFailure: Error, CustomStringConvertible {
    /// What went wrong.
    public let description: String

    /// Says what went wrong.
    public init(_ description: String) { self.description = description }
}
