internal import WeirBase

extension PathPattern {
    /// Reads `/exact`, `/prefix/**` or a template.
    static func parse(_ text: String) throws(PatternProblem) -> PathPattern {
        let template = try PathTemplate.parse(text)
        let hasCaptures = template.segments.contains { segment in
            if case .capture = segment { return true }
            return false
        }
        if !hasCaptures, template.names.isEmpty {
            if !text.hasSuffix("/**") { return .exact(template.description) }
            var segments = template.segments
            if case .tail = segments.last { segments.removeLast() }
            if segments.isEmpty { return .any }
            return .prefix(PathTemplate(segments).description)
        }
        return .template(template)
    }
}

extension PathTemplate {
    /// Reads a path whose segments may be captures.
    static func parse(_ text: String) throws(PatternProblem) -> PathTemplate {
        guard text.hasPrefix("/") else {
            throw PatternProblem("the path `\(text)` is relative", expected: "a leading slash")
        }
        if let stop = text.first(where: { $0 == "?" || $0 == "#" }) {
            throw PatternProblem(
                "`\(stop)` is no part of a path",
                expected: stop == "?" ? "the query under `query`" : nil)
        }
        let pieces = text.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
        var segments: [Segment] = []
        var names: Set<String> = []
        for (index, piece) in pieces.enumerated() {
            let isLast = index == pieces.count - 1
            let segment = try segment(piece, isLast: isLast)
            segments.append(segment)
            switch segment {
            case .capture(let name), .tail(let name):
                if !name.isEmpty, !names.insert(name).inserted {
                    throw PatternProblem("two captures are named `\(name)`")
                }
            case .literal: break
            }
        }
        return PathTemplate(segments)
    }

    private static func segment(
        _ piece: Substring, isLast: Bool
    ) throws(PatternProblem) -> Segment {
        if piece == "**" || (piece.hasPrefix("{") && piece.hasSuffix("=**}")) {
            guard isLast else {
                throw PatternProblem("`\(piece)` takes all the rest", expected: "it at the end")
            }
            return .tail(piece == "**" ? "" : try name(piece.dropFirst().dropLast(4)))
        }
        if piece.hasPrefix("{") && piece.hasSuffix("}") {
            return .capture(try name(piece.dropFirst().dropLast()))
        }
        if piece.contains("{") || piece.contains("}") {
            throw PatternProblem(
                "`\(piece)` mixes text and a capture",
                expected: "`{name}` as a whole segment, or a `regex`")
        }
        if piece.contains("*") {
            throw PatternProblem(
                "`*` stands for nothing in `\(piece)`",
                expected: "`{name}` for one segment, or `/**` at the end for all below")
        }
        if piece.isEmpty && !isLast {
            throw PatternProblem("`//` is in no canonical path", expected: "single slashes")
        }
        if piece == "." || piece == ".." {
            throw PatternProblem("`\(piece)` is in no canonical path")
        }
        return .literal(try canonical(piece))
    }

    private static func name(_ text: Substring) throws(PatternProblem) -> String {
        let isName =
            !text.isEmpty && text.utf8.first?.isDigit == false
            && text.utf8.allSatisfy { $0 == UInt8(ascii: "_") || ($0.isToken && $0.isNameByte) }
        guard isName else {
            throw PatternProblem(
                "`\(text)` is no name of a capture", expected: "letters, digits, `_` and `-`")
        }
        return String(text)
    }

    /// The segment as it stands in a canonical path (RFC 3986, section 6.2.2): escapes in upper
    /// case, and none where the byte may stand for itself.
    private static func canonical(_ piece: Substring) throws(PatternProblem) -> String {
        let bytes = Array(piece.utf8)
        var result: [UInt8] = []
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            if byte.isPathByte {
                result.append(byte)
                continue
            }
            guard byte == UInt8(ascii: "%") else {
                let shown = String(decoding: bytes, as: UTF8.self)
                throw PatternProblem(
                    "`\(shown)` holds a character that no path holds as it is",
                    expected: "it escaped, such as %20 for a space")
            }
            guard index + 1 < bytes.count, let high = bytes[index].hexValue,
                let low = bytes[index + 1].hexValue
            else { throw PatternProblem("`%` begins no escape", expected: "two hex digits") }
            index += 2
            let value = high << 4 | low
            if value.isUnreserved {
                result.append(value)
            } else {
                let digits = String(value, radix: 16, uppercase: true)
                result.append(contentsOf: (value < 16 ? "%0\(digits)" : "%\(digits)").utf8)
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}

extension UInt8 {
    fileprivate var isNameByte: Bool {
        isDigit || self == UInt8(ascii: "-") || (lowercased &- 97 < 26)
    }

    /// RFC 3986, section 2.3.
    fileprivate var isUnreserved: Bool {
        isNameByte || self == UInt8(ascii: ".") || self == UInt8(ascii: "_")
            || self == UInt8(ascii: "~")
    }

    /// RFC 3986, section 3.3, without escapes.
    fileprivate var isPathByte: Bool {
        switch self {
        case UInt8(ascii: "!"), UInt8(ascii: "$"), 0x26...0x2C, UInt8(ascii: ":"),
            UInt8(ascii: ";"), UInt8(ascii: "="), UInt8(ascii: "@"):
            true
        default: isUnreserved
        }
    }
}
