internal import OpenSSLDigest
internal import WeirBase
public import WeirFilter

/// Signs what goes upstream, so that the upstream can tell that it came through this gateway.
public struct RequestSigning: AsyncFilter {
    /// What the operator can set.
    public struct Configuration: Decodable, Sendable {
        /// The name under which the upstream knows the key.
        public var keyId: String
        /// The key.
        public var secret: Secret
        /// The longest body; 1 MiB when nil.
        public var limit: ConfigSize?
    }

    /// `request-signing`
    public static let name = "request-signing"

    /// What `weir filters request-signing` shows.
    public static let documentation = FilterDocumentation(
        summary: "Signs requests for the upstream (HMAC-SHA256).",
        securityPosture: .robustToUntrustedDownstream,
        phases: [.requestHeaders, .requestBody],
        fields: [
            ConfigurationField(
                "key-id", "word", default: nil, "The name under which the upstream knows the key."),
            ConfigurationField("secret", "secret", default: nil, "The key, at least 16 bytes."),
            ConfigurationField(
                "limit", "size", default: "1MiB", "The longest body; a longer one is a 413."),
        ])

    private let keyId: String
    private let key: ByteString
    private let limit: Int

    /// Checks the key.
    public init(_ configuration: Configuration) throws {
        keyId = configuration.keyId
        guard !keyId.isEmpty, keyId.utf8.allSatisfy(\.isToken) else {
            throw ConfigurationError(at: ["key-id"], "expected a word, found `\(keyId)`")
        }
        key = ByteString(configuration.secret.value)
        guard key.count >= 16 else {
            throw ConfigurationError(at: ["secret"], "expected at least 16 bytes")
        }
        limit = (configuration.limit ?? ConfigSize(1 << 20)).bytes
    }

    /// Collects the body, signs it together with what is asked for, and sends both on.
    public func handle(_ request: Request, next: Next) async throws -> Response {
        let body = try await request.body.collect(upTo: limit)
        let digest = SHA256Hasher().digest(body.span)
        let seconds = request.context.unixNanoseconds / 1_000_000_000

        let signature = SHA256Signer(key: key.span).sign(
            Self.text(of: request.head, seconds, digest).span)
        request.headers.set("x-signature-date", "\(seconds)")
        request.headers.set("x-content-sha256", digest.description)
        request.headers.set("x-signature", "key-id=\(keyId), sha256=\(signature)")
        return try await next(request)
    }

    /// What is signed: method, target, time in seconds and the body's digest, a line each.
    private static func text(
        of head: RequestHead, _ seconds: Int64, _ digest: SHA256Digest
    ) -> ByteString {
        var text = ByteString(head.method == .other ? "\(head.methodName)" : "\(head.method.name)")
        text.append("\n")
        text.append(head.path)
        if let query = head.query { text.append("?\(query)") }
        text.append("\n\(seconds)\n\(digest)\n")
        return text
    }
}
