internal import WeirFilter

/// What came of a fetch of keys.
enum FetchOutcome: String, CaseIterable {
    /// There are keys.
    case fetched
    /// There was no response.
    case failed
    /// The response had another status than 200.
    case refused
    /// The response had no usable keys.
    case invalid
}

/// Counts fetches of keys by their outcome.
struct FetchCounters: Sendable {
    private let counters: [FetchOutcome: Counter]

    init(_ services: any GatewayServices) {
        counters = Dictionary(
            uniqueKeysWithValues: FetchOutcome.allCases.map { outcome in
                (
                    outcome,
                    services.counter(
                        "weir_jwt_key_fetches_total", "Fetches of issuers' keys by outcome.",
                        labels: [("outcome", outcome.rawValue)])
                )
            })
    }

    func count(_ outcome: FetchOutcome) { counters[outcome]?.add() }
}

/// Counts tokens by what came of them.
struct TokenCounters: Sendable {
    let valid: Counter
    let cached: Counter
    private let problems: [TokenProblem: Counter]

    init(_ services: any GatewayServices) {
        func counter(_ outcome: String) -> Counter {
            services.counter(
                "weir_jwt_tokens_total", "Requests by what came of their tokens.",
                labels: [("outcome", outcome)])
        }
        valid = counter("valid")
        cached = counter("cached")
        problems = Dictionary(
            uniqueKeysWithValues: TokenProblem.allCases.map { ($0, counter($0.rawValue)) })
    }

    func count(_ problem: TokenProblem, for stream: FilterStream) {
        problems[problem]?.add(for: stream)
    }
}
