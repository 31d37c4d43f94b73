internal import WeirBase
internal import WeirConfig

/// A condition on a value, prepared for requests.
enum ValueTest: Sendable {
    case exact(ByteString)
    case prefix(ByteString)
    case suffix(ByteString)
    case contains(ByteString)
    case regex(Pattern)
    case present(Bool)

    init(_ match: ValueMatch) throws(PatternError) {
        switch match {
        case .exact(let text): self = .exact(ByteString(text))
        case .prefix(let text): self = .prefix(ByteString(text))
        case .suffix(let text): self = .suffix(ByteString(text))
        case .contains(let text): self = .contains(ByteString(text))
        case .regex(let text): self = .regex(try Pattern(text))
        case .present(let wanted): self = .present(wanted)
        }
    }

    /// Whether a value that is there passes.
    func passes(_ value: Span<UInt8>) -> Bool {
        switch self {
        case .exact(let text): return value.equals(text.span)
        case .prefix(let text):
            return value.count >= text.count
                && value.extracting(first: text.count).equals(text.span)
        case .suffix(let text):
            return value.count >= text.count && value.extracting(last: text.count).equals(text.span)
        case .contains(let text): return value.contains(text.span)
        case .regex(let pattern): return pattern.fullMatch(value)
        case .present(let wanted): return wanted
        }
    }

    /// Whether having no value at all passes.
    var passesWithoutValue: Bool {
        if case .present(false) = self { true } else { false }
    }
}

extension Span where Element == UInt8 {
    /// Whether `part` stands somewhere in the bytes.
    func contains(_ part: Span<UInt8>) -> Bool {
        guard part.count > 0 else { return true }
        var start = 0
        while start + part.count <= count, let found = firstIndex(of: part[0], from: start) {
            if found + part.count > count { return false }
            if extracting(found..<found + part.count).equals(part) { return true }
            start = found + 1
        }
        return false
    }
}
