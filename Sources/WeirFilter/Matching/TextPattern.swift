internal import WeirBase

/// Which text a rule means, as it is written in configuration: the text itself, `*` for any,
/// `text*`, `*text` or `*text*` for its beginning, its end or any part of it, and `absent` for no
/// text at all. After `=` the rest is taken as it stands: `=absent`, `=*`.
///
/// Texts are compared byte by byte.
public struct TextPattern: Sendable, Hashable, CustomStringConvertible {
    enum Kind: Sendable {
        case exact, prefix, suffix, part, any, absent
    }

    let kind: Kind
    let text: ByteString
    /// As it was written.
    public let description: String

    /// What a pattern may look like, for messages.
    public static let forms = "text, `*`, `text*`, `*text`, `*text*`, `absent` or `=text`"

    /// Reads a pattern; nil when a star stands in the middle, where it would mean nothing.
    public init?(_ pattern: String) {
        description = pattern
        var rest = pattern[...]
        if rest.hasPrefix("=") {
            kind = .exact
            rest = rest.dropFirst()
        } else if rest == "absent" || rest == "*" {
            kind = rest == "*" ? .any : .absent
            rest = ""
        } else {
            let isOpenAtStart = rest.hasPrefix("*")
            if isOpenAtStart { rest = rest.dropFirst() }
            let isOpenAtEnd = rest.hasSuffix("*")
            if isOpenAtEnd { rest = rest.dropLast() }
            let isOpen = isOpenAtStart || isOpenAtEnd
            guard !rest.contains("*"), !isOpen || !rest.isEmpty else { return nil }
            kind =
                isOpenAtStart
                ? (isOpenAtEnd ? .part : .suffix) : (isOpenAtEnd ? .prefix : .exact)
        }
        text = ByteString(String(rest))
    }

    /// Whether having no text is what is meant.
    public var meansAbsence: Bool { kind == .absent }

    /// Whether a text that is there is meant.
    public func matches(_ value: Span<UInt8>) -> Bool {
        let wanted = text.span
        switch kind {
        case .exact: return value.equals(wanted)
        case .any: return true
        case .absent: return false
        case .prefix:
            return value.count >= wanted.count
                && value.extracting(first: wanted.count).equals(wanted)
        case .suffix:
            return value.count >= wanted.count
                && value.extracting(last: wanted.count).equals(wanted)
        case .part: return value.holds(wanted)
        }
    }

    /// Whether a text that is there is meant.
    public func matches(_ value: String) -> Bool { matches(value.utf8.span) }
}

/// Patterns that are alternatives, prepared for requests.
struct TextChoice: Sendable {
    let patterns: [TextPattern]
    /// Whether having no text is among what is meant.
    let meansAbsence: Bool

    init(_ patterns: [TextPattern]) {
        self.patterns = patterns
        meansAbsence = patterns.contains { $0.meansAbsence }
    }

    func matches(_ value: Span<UInt8>) -> Bool {
        for index in patterns.indices where patterns[index].matches(value) { return true }
        return false
    }

    func matches(_ value: String) -> Bool { matches(value.utf8.span) }
}

extension Span where Element == UInt8 {
    /// Whether `part`, which is not empty, stands somewhere in the bytes.
    fileprivate func holds(_ part: Span<UInt8>) -> Bool {
        var start = 0
        while start + part.count <= count, let found = firstIndex(of: part[0], from: start) {
            if found + part.count > count { return false }
            if extracting(found..<found + part.count).equals(part) { return true }
            start = found + 1
        }
        return false
    }
}
