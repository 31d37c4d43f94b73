internal import WeirBase

/// Which paths a rule means, as it is written in configuration: `/a/b` is that path alone, in
/// `/a/*/c` a star stands for one whole segment that is not empty, and `/a/**` is `/a` and all
/// below it; `/**` is every path.
///
/// Escapes count as the bytes that they stand for, on both sides: `/a@b` means `/a%40b` as well, so
/// that nobody gets around a rule by another spelling. An escaped slash is none: it ends no segment
/// and equals nothing in a pattern.
public struct PathGlob: Sendable, Hashable, CustomStringConvertible {
    /// As it was written.
    public let description: String
    /// The bytes with escapes decoded; 0 stands for a segment.
    private let bytes: [UInt8]
    private let includesAllBelow: Bool

    private static let slash = UInt8(ascii: "/")
    private static let percent = UInt8(ascii: "%")
    private static let star: UInt8 = 0

    /// Reads a pattern. The error says what is wrong with it.
    public init(_ text: String) throws(ConfigurationError) {
        guard text.hasPrefix("/") else {
            throw ConfigurationError("the path `\(text)` is relative; expected a leading slash")
        }
        description = text
        includesAllBelow = text.hasSuffix("/**")
        var bytes: [UInt8] = []
        let pieces = (includesAllBelow ? text.dropLast(3) : text[...]).dropFirst()
            .split(separator: "/", omittingEmptySubsequences: false)
        for (index, piece) in pieces.enumerated() where text != "/**" {
            guard !piece.isEmpty || (index == pieces.count - 1 && !includesAllBelow) else {
                throw ConfigurationError("`\(text)`: `//` is in no canonical path")
            }
            bytes.append(Self.slash)
            bytes += piece == "*" ? [Self.star] : try Self.segment(piece, of: text)
        }
        self.bytes = bytes
    }

    private static func segment(
        _ piece: Substring, of text: String
    ) throws(ConfigurationError) -> [UInt8] {
        if piece.contains("*") {
            throw ConfigurationError(
                "`\(text)`: a star stands for a whole segment, as in /a/*/b; `/**` at the end "
                    + "for all below")
        }
        if let stop = piece.first(where: { "?#\\".contains($0) }) {
            throw ConfigurationError("`\(text)`: `\(stop)` is no part of a canonical path")
        }
        let raw = Array(piece.utf8)
        var result: [UInt8] = []
        var index = 0
        while index < raw.count {
            var byte = raw[index]
            index += 1
            if byte == percent {
                guard index + 1 < raw.count, let high = raw[index].hexValue,
                    let low = raw[index + 1].hexValue
                else { throw ConfigurationError("`\(text)`: `%` begins no escape") }
                byte = high << 4 | low
                index += 2
            }
            guard byte >= 0x20, byte != 0x7F, byte != slash else {
                throw ConfigurationError(
                    "`\(text)`: escaped slashes and control bytes cannot be asked for")
            }
            result.append(byte)
        }
        if result == [UInt8(ascii: ".")] || result == Array("..".utf8) {
            throw ConfigurationError("`\(text)`: `\(piece)` is in no canonical path")
        }
        return result
    }

    /// Whether the canonical path is meant.
    public func matches(_ path: Span<UInt8>) -> Bool {
        let wanted = bytes.span
        var place = 0
        var index = 0
        while index < wanted.count {
            if place >= path.count { return false }
            let byte = path[place]
            if wanted[index] == byte && byte != Self.percent {
                place &+= 1
            } else if wanted[index] == Self.star {
                let end = path.firstIndex(of: Self.slash, from: place) ?? path.count
                if end == place { return false }
                place = end
            } else {
                guard byte == Self.percent, place &+ 2 < path.count,
                    let high = path[place &+ 1].hexValue, let low = path[place &+ 2].hexValue,
                    high << 4 | low == wanted[index], wanted[index] != Self.slash
                else { return false }
                place &+= 3
            }
            index &+= 1
        }
        if place == path.count { return true }
        return includesAllBelow && (path[place] == Self.slash || wanted.isEmpty)
    }
}
