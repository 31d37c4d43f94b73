public import WeirBase

/// Which origins of web pages (RFC 6454) are meant, as it is written in configuration:
/// `https://app.example.com`, `http://localhost:8080`, or `https://*.example.com` for all names
/// below one, but not that name itself.
public struct OriginPattern: Decodable, Sendable, Hashable, CustomStringConvertible {
    /// As it was written.
    public let description: String
    private let scheme: ByteString
    /// The host; for names below it with a leading dot.
    private let host: ByteString
    private let isBelow: Bool
    private let port: Int?

    /// What a pattern may look like, for messages.
    public static let forms = "an origin such as https://app.example.com or https://*.example.com"

    /// Reads the text of a configuration.
    public init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let value = OriginPattern(text) else {
            throw ConfigurationError("expected \(Self.forms), found `\(text)`")
        }
        self = value
    }

    /// Reads text; nil when it names no origins. `null` names none: any page can have that one.
    public init?(_ text: String) {
        let isBelow = text.contains("://*.")
        let plain = ByteString(text.replacing("://*.", with: "://", maxReplacements: 1))
        guard let parts = OriginParts(plain.span) else { return nil }
        let name = plain.storage[parts.host]
        guard !name.contains(UInt8(ascii: "*")) else { return nil }
        description = text
        scheme = ByteString(plain.storage[parts.scheme].map(\.lowercased))
        host = ByteString((isBelow ? [UInt8(ascii: ".")] : []) + name.map(\.lowercased))
        self.isBelow = isBelow
        port = parts.port
    }

    /// Whether an origin is meant, as a browser sends it in `Origin`. Without regard to case; a
    /// port that the scheme implies may be left out.
    public func matches(_ origin: Span<UInt8>) -> Bool {
        guard let parts = OriginParts(origin), parts.port == port,
            origin.extracting(parts.scheme).equalsIgnoringCase(scheme.span)
        else { return false }
        let name = origin.extracting(parts.host)
        if !isBelow { return name.equalsIgnoringCase(host.span) }
        return name.count > host.count
            && name.extracting(name.count - host.count..<name.count).equalsIgnoringCase(host.span)
    }
}

extension RequestHead {
    /// Whether `origin`, as a browser sends it, is that of the request itself: the scheme, host and
    /// port by which the client reached the gateway.
    public func isFromSameOrigin(_ origin: Span<UInt8>) -> Bool {
        guard let parts = OriginParts(origin),
            origin.extracting(parts.scheme).equalsIgnoringCase(scheme.name)
        else { return false }
        let authority = self.authority
        let count = authority.hostCount
        let port =
            count == authority.count
            ? OriginParts.impliedPort(scheme.name.span)
            : authority.span.extracting(count + 1..<authority.count).decimal
        return parts.port == port
            && origin.extracting(parts.host).equalsIgnoringCase(
                authority.span.extracting(0..<count))
    }
}

/// Where the parts of an origin lie in its text, `SCHEME://HOST` or `SCHEME://HOST:PORT` and
/// nothing behind it (RFC 6454, section 6.2).
struct OriginParts {
    let scheme: Range<Int>
    let host: Range<Int>
    /// The port, or the one that the scheme implies; nil when it implies none.
    let port: Int?

    init?(_ text: Span<UInt8>) {
        guard let colon = text.firstIndex(of: UInt8(ascii: ":")), colon > 0,
            text.count > colon + 3, text[colon + 1] == UInt8(ascii: "/"),
            text[colon + 2] == UInt8(ascii: "/")
        else { return nil }
        for index in 0..<colon where !Self.isSchemeByte(text[index]) { return nil }
        scheme = 0..<colon
        var end = text.count
        while end > colon + 3, text[end - 1].isDigit { end -= 1 }
        if end < text.count, text[end - 1] == UInt8(ascii: ":") {
            guard let number = text.extracting(end..<text.count).decimal, number <= 65_535 else {
                return nil
            }
            end -= 1
            port = number
        } else {
            end = text.count
            port = Self.impliedPort(text.extracting(0..<colon))
        }
        host = colon + 3..<end
        guard !host.isEmpty else { return nil }
        let isBracketed = text[host.lowerBound] == UInt8(ascii: "[")
        guard !isBracketed || text[end - 1] == UInt8(ascii: "]") else { return nil }
        for index in host where !Self.isHostByte(text[index], isBracketed) { return nil }
    }

    static func impliedPort(_ scheme: Span<UInt8>) -> Int? {
        if scheme.equalsIgnoringCase("https") { return 443 }
        return scheme.equalsIgnoringCase("http") ? 80 : nil
    }

    private static func isSchemeByte(_ byte: UInt8) -> Bool {
        byte.isDigit || byte.lowercased &- 97 < 26 || byte == UInt8(ascii: "+")
            || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
    }

    private static func isHostByte(_ byte: UInt8, _ isBracketed: Bool) -> Bool {
        switch byte {
        case UInt8(ascii: ":"), UInt8(ascii: "["), UInt8(ascii: "]"): isBracketed
        case UInt8(ascii: "*"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"): true
        default: byte.isDigit || byte.lowercased &- 97 < 26
        }
    }
}
