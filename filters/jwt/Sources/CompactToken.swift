internal import WeirBase

/// A signed token in its compact form (RFC 7515, section 3.1; RFC 7519), taken apart but not
/// believed.
struct CompactToken {
    let algorithm: SignatureAlgorithm
    /// The name of the key that is said to have signed it.
    let keyID: String?
    /// The kind of token that it says it is, in lower case and without `application/`.
    let type: String?
    let claims: JSONValue
    let signature: [UInt8]
    /// How many bytes of the text are signed: header, dot and claims.
    let signedCount: Int

    /// Takes a token apart.
    init(_ text: Span<UInt8>) throws(TokenProblem) {
        let dot = UInt8(ascii: ".")
        guard let first = text.firstIndex(of: dot),
            let second = text.firstIndex(of: dot, from: first + 1),
            text.firstIndex(of: dot, from: second + 1) == nil
        else { throw .malformed }
        let header = try Self.object(text.extracting(0..<first))
        guard case .string(let name)? = header["alg"] else { throw .malformed }
        // Extensions that must be understood: there are none that are (RFC 7515, section 4.1.11).
        guard header["crit"] == nil else { throw .malformed }
        guard let algorithm = SignatureAlgorithm(rawValue: name) else {
            throw .unsupportedAlgorithm
        }
        self.algorithm = algorithm
        keyID = try Self.text(header["kid"])
        type = try Self.text(header["typ"]).map(Self.shortType)
        claims = try Self.object(text.extracting(first + 1..<second))
        guard let signature = Base64URL.decode(text.extracting(second + 1..<text.count)),
            !signature.isEmpty
        else { throw .malformed }
        self.signature = signature
        signedCount = second
    }

    private static func text(_ value: JSONValue?) throws(TokenProblem) -> String? {
        guard let value else { return nil }
        guard let text = value.string else { throw .malformed }
        return text
    }

    private static func object(_ part: Span<UInt8>) throws(TokenProblem) -> JSONValue {
        guard let bytes = Base64URL.decode(part) else { throw .malformed }
        let value: JSONValue
        do {
            value = try JSONReader(depthLimit: 16).read(bytes.span)
        } catch {
            throw .malformed
        }
        guard case .object = value else { throw .malformed }
        return value
    }

    /// Media types are compared without case and without `application/` (RFC 7515, section 4.1.9).
    static func shortType(_ type: String) -> String {
        let lowered = type.lowercased()
        return lowered.hasPrefix("application/") ? String(lowered.dropFirst(12)) : lowered
    }
}
