package import WeirBase

/// Keeps secrets out of what is shown of messages.
///
/// It goes by names, of fields and of query parameters: what stands under a name that speaks of a
/// secret is replaced by its length. Secrets elsewhere, in a path or a body, it cannot know.
package struct Redaction: Sendable {
    /// Names in lower case that an operator hides besides.
    private let names: Set<String>

    /// Names that hold secrets although they do not say so.
    private static let known: Set<String> = [
        "authorization", "proxy-authorization", "cookie", "set-cookie", "cookie2", "x-api-key",
    ]

    /// The same for parameters alone: of signed addresses and of OAuth's redirects.
    private static let knownParameters: Set<String> = ["sig", "code", "assertion"]

    /// Parts of names that speak of a secret.
    private static let parts = [
        "token", "secret", "password", "passwd", "credential", "key", "signature", "session",
    ]

    /// The longest text that is shown, in bytes.
    package static let longestText = 256

    /// Hides what has one of `names`, in any case, besides what speaks of secrets by itself.
    package init(names: [String] = []) { self.names = Set(names.map { $0.lowercased() }) }

    /// Whether what stands under a field's name is hidden.
    package func hides(_ name: String) -> Bool {
        let name = name.lowercased()
        return Self.known.contains(name) || names.contains(name)
            || Self.parts.contains { name.contains($0) }
    }

    /// What is shown of a field's value.
    package func text(of value: ByteString, under name: String) -> String {
        hides(name) ? Self.placeholder(value.count) : text(value)
    }

    /// What is shown of text that may hold parameters, such as a path with its query or a field
    /// with an address: at most `longestText` bytes.
    package func text(_ value: ByteString) -> String { Self.cut(withoutParameters(value)) }

    static func placeholder(_ count: Int) -> String { "(redacted, \(count) bytes)" }

    /// The beginning of a text that is too long, and how long it is.
    static func cut(_ text: ByteString) -> String {
        guard text.count > longestText else { return text.description }
        // Not within a character.
        var end = longestText
        while end > 0, text.storage[end] & 0xC0 == 0x80 { end -= 1 }
        let beginning = ByteString(Array(text.storage[..<end]))
        return "\(beginning)… (\(text.count) bytes)"
    }

    // MARK: Parameters

    /// The text with the values of hidden parameters replaced, wherever `name=` stands.
    private func withoutParameters(_ text: ByteString) -> ByteString {
        let bytes = text.storage
        guard bytes.contains(UInt8(ascii: "=")) else { return text }
        var result = ByteString()
        var index = 0
        while index < bytes.count {
            let end = Self.end(of: bytes, from: index) { Self.endsName.contains($0) }
            result.storage += bytes[index..<end]
            guard end < bytes.count else { break }
            result.append(bytes[end])
            guard bytes[end] == UInt8(ascii: "="), hidesParameter(bytes[index..<end]) else {
                index = end + 1
                continue
            }
            // Where readers differ about the end of a value, the longer one is hidden.
            let last = Self.end(of: bytes, from: end + 1) { Self.endsValue.contains($0) }
            result.append(Self.placeholder(last - end - 1))
            index = last
        }
        return result
    }

    private static let endsName = Set("=?&#;,\"'<>() /".utf8)
    private static let endsValue = Set("&#\"'<> ".utf8)

    private static func end(
        of bytes: [UInt8], from start: Int, where ends: (UInt8) -> Bool
    ) -> Int { bytes[start...].firstIndex(where: ends) ?? bytes.count }

    private func hidesParameter(_ name: ArraySlice<UInt8>) -> Bool {
        let name = ByteString(Array(name)).span.percentDecoded().description.lowercased()
        return Self.knownParameters.contains(name) || hides(name)
    }
}
