internal import WeirBase
internal import WeirFilter

/// Admits or refuses streams by the rules. Shared by all streams.
final class AccessGate: HTTPFilter, Sendable {
    private let policy: AccessPolicy
    /// One for each rule in order, and the one for the decision of no rule.
    private let counters: [Counter]

    init(_ policy: AccessPolicy, counters: [Counter]) {
        self.policy = policy
        self.counters = counters
    }

    func requestHeaders(_ request: RequestHead, _ stream: FilterStream) -> Verdict {
        let index = policy.decide(stream) { tell($0, stream, isShadow: true) }
        tell(index, stream, isShadow: policy.isShadow)
        guard policy.decision(at: index) == .deny, !policy.isShadow else { return .continue }
        return .respond(policy.answer(at: index, to: stream))
    }

    private func tell(_ index: Int, _ stream: FilterStream, isShadow: Bool) {
        counters[index].add(for: stream)
        stream.note(
            "access.decision",
            [
                ("rule", policy.name(at: index)),
                ("decision", policy.decision(at: index).rawValue),
                ("mode", isShadow ? "shadow" : "enforced"),
            ])
    }
}
