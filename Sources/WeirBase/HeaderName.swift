/// A field name prepared for comparison: made once from configuration, used for every request.
public struct HeaderName: Hashable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
    /// The name in lower case.
    public let bytes: ByteString

    /// The name's identity when it is a well-known one.
    public let known: KnownHeader

    /// Prepares a name; nil unless it is a token (RFC 9110, section 5.6.2).
    public init?(_ name: String) {
        guard !name.isEmpty, name.utf8.allSatisfy({ $0.isToken }) else { return nil }
        let lowered = ByteString(name.utf8.map { $0.lowercased })
        bytes = lowered
        known = .named(lowered.span)
    }

    /// Prepares a well-known name.
    public init(_ known: KnownHeader) {
        precondition(known != .other, "`other` is no name")
        bytes = ByteString(known.name.description)
        self.known = known
    }

    /// Prepares a literal, which must be a token.
    public init(stringLiteral value: String) {
        guard let name = HeaderName(value) else { preconditionFailure("no field name: \(value)") }
        self = name
    }

    /// The name in lower case, as a string.
    public var description: String { bytes.description }
}
