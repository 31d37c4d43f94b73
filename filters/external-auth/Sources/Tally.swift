internal import WeirFilter

/// Counts what was decided, and notes it for traces.
final class Tally: Sendable {
    private let allowed: Counter
    private let denied: Counter
    private let failed: Counter
    private let timedOut: Counter
    private let fromCache: Counter
    private let notAsked: Counter
    private let refusedFields: Counter

    init(_ services: any GatewayServices) {
        func decisions(_ outcome: String) -> Counter {
            services.counter(
                "weir_external_auth_decisions_total",
                "Requests by what an external service decided about them.",
                labels: [("outcome", outcome)])
        }
        allowed = decisions("allowed")
        denied = decisions("denied")
        failed = decisions("error")
        timedOut = decisions("timeout")
        fromCache = decisions("cached")
        notAsked = decisions("unaskable")
        refusedFields = services.counter(
            "weir_external_auth_refused_fields_total",
            "Fields that a service wanted to change and that are the gateway's own affair.")
    }

    /// A service has decided, or should have.
    func count(_ decision: Decision, _ stream: FilterStream) {
        let outcome: String
        switch decision {
        case .allow(let consent):
            outcome = "allowed"
            allowed.add(for: stream)
            noteRefused(consent.refusedFields, stream)
        case .deny(let refusal):
            outcome = "denied"
            denied.add(for: stream)
            noteRefused(refusal.refusedFields, stream)
        case .timedOut:
            outcome = "timeout"
            timedOut.add(for: stream)
        case .failed:
            outcome = "error"
            failed.add(for: stream)
        }
        stream.note("external_auth.decision", [("outcome", outcome)])
    }

    /// An earlier decision holds.
    func cached(_ stream: FilterStream) {
        fromCache.add(for: stream)
        stream.note("external_auth.decision", [("outcome", "cached")])
    }

    /// The request is none about which the service could be asked.
    func unaskable(_ stream: FilterStream) {
        notAsked.add(for: stream)
        stream.note("external_auth.decision", [("outcome", "unaskable")])
    }

    private func noteRefused(_ count: Int, _ stream: FilterStream) {
        if count > 0 { refusedFields.add(count, for: stream) }
    }
}
