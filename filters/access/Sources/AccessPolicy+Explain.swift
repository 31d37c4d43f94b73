internal import WeirFilter

extension AccessPolicy {
    /// How many rules that do not hold are told of.
    private static let mostMissed = 3

    /// What the rules say of such a request: the decision, then what shadow rules would have
    /// decided, then the rules before it that came nearest.
    func explain(_ stream: FilterStream) -> [String] {
        var shadows: [String] = []
        let index = decide(stream) { position in
            shadows.append(
                "\(title(position)) would \(rules[position].decision.rawValue), in shadow")
        }
        return [verdict(index, stream)] + shadows + missed(stream, before: index)
    }

    private func verdict(_ index: Int, _ stream: FilterStream) -> String {
        let decision = decision(at: index)
        let text: String
        if index < rules.count {
            text = "\(title(index)) \(decision == .allow ? "allows" : "denies")"
        } else {
            text =
                (rules.isEmpty ? "there is no rule" : "no rule matches")
                + ": default \(decision.rawValue)"
        }
        guard decision == .deny else { return text }
        let answer = answer(at: index, to: stream)
        return text + (isShadow ? ", in shadow: the request goes on" : ", with \(answer.status)")
    }

    /// Rules that were tried in vain, those with the fewest fields against them first.
    private func missed(_ stream: FilterStream, before end: Int) -> [String] {
        let missed = rules[..<end].indices.compactMap { index in
            rules[index].condition.map { (index: index, fields: $0.unmet(stream)) }
        }.filter { !$0.fields.isEmpty }
        var nearest = missed.sorted { ($0.fields.count, $0.index) < ($1.fields.count, $1.index) }
        nearest.removeLast(max(0, nearest.count - Self.mostMissed))
        var lines = nearest.map {
            "\(title($0.index)) does not hold: \($0.fields.joined(separator: ", "))"
        }
        if missed.count > nearest.count {
            let rest = missed.count - nearest.count
            lines.append("nor \(rest == 1 ? "does 1 other" : "do \(rest) others")")
        }
        return lines
    }

    private func title(_ index: Int) -> String { "rule \(index + 1) `\(rules[index].name)`" }
}
