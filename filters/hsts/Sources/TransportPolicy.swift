internal import WeirBase
internal import WeirFilter

/// Puts the policy into responses with TLS, and takes it out of all others. Shared by all streams.
final class TransportPolicy: HTTPFilter, Sendable {
    private static let field: HeaderName = "strict-transport-security"

    private let value: ByteString

    init(_ value: String) { self.value = ByteString(value) }

    /// A host must send one such field with TLS (RFC 6797, section 7.1), and none without it
    /// (section 7.2), so the upstream's own gives way in both cases.
    func responseHeaders(_ response: ResponseHead, _ stream: FilterStream) -> Verdict {
        if stream.request.scheme == .https {
            let value = value
            response.headers.set(Self.field, value.span)
        } else {
            response.headers.remove(Self.field)
        }
        return .continue
    }
}
