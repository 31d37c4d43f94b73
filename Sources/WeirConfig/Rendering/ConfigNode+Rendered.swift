extension ConfigNode {
    /// The node ready to be shown, without what stands at `secrets`.
    func rendered(hiding secrets: Set<SourceMark>) -> Rendered {
        if secrets.contains(mark) { return .text("(redacted)") }
        switch content {
        case .null: return .null
        case .text(let text):
            // A file says nothing of types, but numbers and flags read better as such.
            if let number = Int(scalar: text), "\(number)" == text { return .number(number) }
            if let flag = Bool(scalar: text) { return .flag(flag) }
            return .text(text)
        case .list(let list): return .list(list.map { $0.rendered(hiding: secrets) })
        case .mapping(let mapping):
            return .object(mapping.entries.map { ($0.key, $0.value.rendered(hiding: secrets)) })
        }
    }
}

extension Rendered {
    /// The value in one line: plain text as it is, anything else as JSON.
    var inline: String {
        if case .text(let text) = self { return text }
        return json()
    }
}
