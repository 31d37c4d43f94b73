internal import WeirFilter

/// What the metrics tell of spans.
struct TraceCounters: Sendable {
    /// Why spans were dropped.
    enum Reason: String, CaseIterable {
        /// Too many waited.
        case overflow
        /// The receiver took the batch, but not them.
        case rejected
        /// The receiver refused the batch for good.
        case refused
        /// The batch was tried for as long as it may be.
        case expired
        /// The filter went out of service, and the last attempt failed.
        case shutdown
    }

    /// What became of a batch that was sent.
    enum Outcome: String, CaseIterable {
        case accepted, partial, failed, refused
    }

    let started: Counter
    let exported: Counter
    private let drops: [Counter]
    private let outcomes: [Counter]

    init(_ services: any GatewayServices) {
        started = services.counter("weir_tracing_spans_started_total", "Spans recorded.")
        exported = services.counter(
            "weir_tracing_spans_exported_total", "Spans that the exporter's receiver took.")
        drops = Reason.allCases.map {
            services.counter(
                "weir_tracing_spans_dropped_total", "Spans lost, by reason.",
                labels: [("reason", $0.rawValue)])
        }
        outcomes = Outcome.allCases.map {
            services.counter(
                "weir_tracing_exports_total", "Batches sent, by outcome.",
                labels: [("outcome", $0.rawValue)])
        }
    }

    func dropped(_ reason: Reason) -> Counter {
        drops[Reason.allCases.firstIndex(of: reason) ?? 0]
    }

    func exports(_ outcome: Outcome) -> Counter {
        outcomes[Outcome.allCases.firstIndex(of: outcome) ?? 0]
    }
}
