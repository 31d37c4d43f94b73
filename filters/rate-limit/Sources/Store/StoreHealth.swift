internal import Synchronization
internal import WeirBase
internal import WeirFilter

/// Says in the gateway's log when a store stops answering, and when it answers again.
final class StoreHealth: Sendable {
    private struct State {
        /// How many workers do without the store.
        var without = 0
        var problem = ""
        /// Whether a worker began to do so since the log was last told.
        var hasFailed = false
        var isTold = false
    }

    private let state = Mutex(State())
    private let cluster: String
    private let policy: String

    init(
        cluster: String, _ choice: RateLimit.Unavailable, _ services: any GatewayServices
    ) {
        self.cluster = cluster
        policy = choice.rawValue
        // Loops do not write logs.
        services.every(.seconds(1)) { [weak self] in
            for (level, line) in self?.news() ?? [] { services.log(level, line) }
        }
    }

    /// A worker has found that the store does not answer.
    func failed(_ problem: String) {
        state.withLock {
            $0.without += 1
            $0.problem = problem
            $0.hasFailed = true
        }
    }

    /// The same worker has had an answer.
    func recovered() { state.withLock { $0.without -= 1 } }

    /// What has not been told yet; both when the store was away for less than a second.
    private func news() -> [(LogLevel, String)] {
        state.withLock { state in
            var news: [(LogLevel, String)] = []
            if state.hasFailed && !state.isTold {
                state.isTold = true
                news.append(
                    (
                        .error,
                        "cluster `\(cluster)` does not decide about limits (\(state.problem)); "
                            + "when-unavailable: \(policy)"
                    ))
            }
            state.hasFailed = false
            if state.isTold && state.without == 0 {
                state.isTold = false
                news.append((.notice, "cluster `\(cluster)` decides about limits again"))
            }
            return news
        }
    }
}

/// What came of the questions to a store.
struct StoreCounters: Sendable {
    private let answered: Counter
    private let late: Counter
    private let failed: Counter
    private let wait: Counter
    let skipped: Counter

    init(_ cluster: String, _ services: any GatewayServices) {
        func counter(_ outcome: String) -> Counter {
            services.counter(
                "weir_rate_limit_store_calls_total",
                "Questions to a store of limits, and what came of them.",
                labels: [("cluster", cluster), ("outcome", outcome)])
        }
        answered = counter("answered")
        late = counter("timeout")
        failed = counter("failed")
        skipped = counter("skipped")
        wait = services.counter(
            "weir_rate_limit_store_microseconds_total",
            "How long requests waited for answers of a store.", labels: [("cluster", cluster)])
    }

    func answered(for stream: FilterStream, in time: Interval) {
        answered.add(for: stream)
        wait.add(Int(time.microseconds), for: stream)
    }

    func failed(_ problem: String, for stream: FilterStream) {
        (problem == "call_timeout" ? late : failed).add(for: stream)
    }
}
