internal import WeirBase
internal import WeirFilter

/// What becomes of requests that a store outside this process does not decide about.
struct StoreFallback: Sendable {
    private let choice: RateLimit.Unavailable
    private let local: LocalStore?
    /// Whether there is a limit that refuses; where all only count, nothing is refused.
    private let hasLimits: Bool

    init(_ choice: RateLimit.Unavailable, _ context: StoreContext) {
        self.choice = choice
        local = choice == .local ? LocalStore(context) : nil
        hasLimits = !context.rules.allSatisfy(\.isShadow)
    }

    func cleanUp() { local?.cleanUp() }

    /// Whether requests are refused.
    var refuses: Bool { choice == .deny && hasLimits }

    /// The decision, on the stream's loop.
    func reply(to demands: Demands, for stream: FilterStream) -> StoreReply {
        if let local {
            var demands = demands
            _ = local.decide(&demands, for: stream)
            return StoreReply(decision: .outcomes(demands.items.map(\.outcome)))
        }
        if !refuses { return StoreReply(decision: .admit) }
        return StoreReply(
            decision: .respond(LocalResponse(status: 503, cause: "rate_limit_unavailable")))
    }

    /// How long a store may take. Throws `ConfigurationError` at `field`.
    static func checked(_ value: ConfigDuration?, at field: [String]) throws -> Interval {
        guard let value else { return .milliseconds(20) }
        guard (Interval.milliseconds(1)...Interval.seconds(10)).contains(value.interval) else {
            throw ConfigurationError(at: field, "expected 1ms to 10s, found \(value)")
        }
        return value.interval
    }
}

/// Spares requests the wait for a store that has not answered several times in a row: for a moment
/// they are decided without it, then one of them tries again. One per worker, on its loop.
struct StoreBreaker {
    private var failures = 0
    private var until = MonotonicTime(nanoseconds: 0)
    private(set) var isOpen = false

    /// So many failures in a row are no accident.
    static let patience = 8
    /// How long nobody asks then.
    static let rest = Interval.milliseconds(100)

    /// Whether a request may ask.
    mutating func mayAsk(at now: MonotonicTime) -> Bool {
        if !isOpen { return true }
        if now < until { return false }
        // The one that tries: the others wait for what it finds.
        until = now + Self.rest
        return true
    }

    mutating func succeeded(_ health: StoreHealth) {
        failures = 0
        guard isOpen else { return }
        isOpen = false
        health.recovered()
    }

    mutating func failed(at now: MonotonicTime, _ problem: String, _ health: StoreHealth) {
        failures += 1
        guard failures >= Self.patience else { return }
        until = now + Self.rest
        if isOpen { return }
        isOpen = true
        health.failed(problem)
    }
}
