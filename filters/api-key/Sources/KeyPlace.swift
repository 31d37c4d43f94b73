internal import WeirBase
internal import WeirFilter

/// Where clients show their key.
struct KeyPlace: Sendable {
    let source: CredentialSource
    /// The name of the field; nil for queries and cookies.
    let header: HeaderName?
    /// Whether the key follows the word `Bearer`, as in RFC 6750, section 2.1.
    private let hasScheme: Bool

    init(_ source: CredentialSource) {
        self.source = source
        let text = source.description
        header = text.hasPrefix("header:") ? HeaderName(String(text.dropFirst(7))) : nil
        hasScheme = header?.known == .authorization
    }

    /// Calls `body` with each key that the request shows there.
    func forEach(in request: RequestHead, _ body: (Span<UInt8>) -> Void) {
        let hasScheme = hasScheme
        source.forEach(in: request) { value in
            guard hasScheme else { return body(value) }
            if let key = Self.bearer(value) { body(key) }
        }
    }

    /// Takes the keys out of the request; what is another filter's business stays.
    func remove(from request: RequestHead) {
        guard hasScheme else { return source.remove(from: request) }
        request.headers.removeAll { headers, index in
            headers.known(at: index) == .authorization
                && Self.bearer(headers.value(at: index)) != nil
        }
    }

    /// What follows the word `Bearer`; nil behind other words. A scheme ends with the first byte
    /// that none can have (RFC 9110, section 11.4): upstreams differ in where they split.
    @_lifetime(copy value)
    private static func bearer(_ value: Span<UInt8>) -> Span<UInt8>? {
        let value = value.trimmed
        guard value.startsIgnoringCase("bearer"), value.count == 6 || !value[6].isToken else {
            return nil
        }
        return value.extracting(6..<value.count).trimmed
    }
}
