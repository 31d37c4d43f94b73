internal import WeirBase
internal import WeirFilter

/// The rules, prepared for requests.
struct AccessPolicy: Sendable {
    /// One rule.
    struct Rule: Sendable {
        let name: String
        /// The requests that it decides about; all when nil.
        let condition: RequestCondition?
        let decision: Access.Decision
        /// Whether it is only counted and noted.
        let isShadow: Bool

        func holds(_ stream: FilterStream) -> Bool { condition?.holds(stream) ?? true }
    }

    /// What the metrics call the decision when no rule has made one.
    static let defaultName = "default"

    let rules: [Rule]
    let fallback: Access.Decision
    /// Whether nobody is kept out.
    let isShadow: Bool
    /// What is answered to those who are denied.
    let refusal: LocalResponse
    /// What is answered to those who may come back with credentials; nil to make no difference.
    let challenge: LocalResponse?

    /// The position of the rule that decides, or the number of rules when none does. `seen` is
    /// called with the positions of shadow rules that would have decided, as far as the search
    /// comes.
    func decide(_ stream: FilterStream, seen: (Int) -> Void) -> Int {
        for index in rules.indices where rules[index].holds(stream) {
            if !rules[index].isShadow { return index }
            seen(index)
        }
        return rules.count
    }

    /// What is decided at that position.
    func decision(at index: Int) -> Access.Decision {
        index < rules.count ? rules[index].decision : fallback
    }

    /// The name of what decides at that position.
    func name(at index: Int) -> String {
        index < rules.count ? rules[index].name : Self.defaultName
    }

    /// The answer to a request that is denied at that position.
    ///
    /// A client whom nobody has identified is asked for credentials where they could help: when the
    /// rule asks who the client is, or one before it that would let the right one in.
    func answer(at index: Int, to stream: FilterStream) -> LocalResponse {
        guard let challenge, stream.identities.isEmpty else { return refusal }
        if index < rules.count, rules[index].condition?.asksForClient == true { return challenge }
        for rule in rules[..<index] where rule.decision == .allow && !rule.isShadow {
            guard let condition = rule.condition, condition.asksForClient else { continue }
            if condition.couldHold(stream) { return challenge }
        }
        return refusal
    }
}
