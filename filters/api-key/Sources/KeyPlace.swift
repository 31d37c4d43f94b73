internal import WeirBase
internal import WeirFilter

/// Where clients show their key.
struct KeyPlace: Sendable {
    let source: CredentialSource
    /// Whether the key follows the word `Bearer`, as in RFC 6750, section 2.1.
    private let hasScheme: Bool

    init(_ source: CredentialSource) {
        self.source = source
        hasScheme = source.description.lowercased() == "header:authorization"
    }

    /// Calls `body` with each key that the request shows there.
    func forEach(in request: RequestHead, _ body: (Span<UInt8>) -> Void) {
        let hasScheme = hasScheme
        source.forEach(in: request) { value in
            guard hasScheme else { return body(value) }
            // Another scheme is another filter's business.
            if value.startsIgnoringCase("bearer ") {
                body(value.extracting(7..<value.count).trimmed)
            }
        }
    }
}
