internal import Synchronization
internal import WeirBase
public import WeirFilter

/// Lets webhooks in whose bodies are signed with a shared secret.
public final class WebhookSignature: FilterFactory {
    /// What the operator can set.
    public struct Configuration: Decodable, Sendable {
        /// The secrets that a body may be signed with; several while one is exchanged.
        public var secrets: [Secret]
        /// The field with the signature; `x-hub-signature-256` when nil.
        public var header: String?
        /// The longest body; 1 MiB when nil.
        public var limit: ConfigSize?
    }

    /// `webhook-signature`
    public static let name = "webhook-signature"

    /// What `weir filters webhook-signature` shows.
    public static let documentation = FilterDocumentation(
        summary: "Lets webhooks in whose bodies are signed with a shared secret (HMAC-SHA256).",
        securityPosture: .robustToUntrustedDownstream,
        phases: [.requestHeaders, .requestBody],
        fields: [
            ConfigurationField(
                "secrets", "list of secrets", default: nil,
                "Secrets of at least 16 bytes; a body signed with any of them is let in."),
            ConfigurationField(
                "header", "field name", default: "x-hub-signature-256",
                "The field with the signature: `sha256=` and 64 hexadecimal digits."),
            ConfigurationField(
                "limit", "size", default: "1MiB", "The longest body; a longer one is a 413."),
        ])

    private let secrets: [ByteString]
    private let header: HeaderName
    private let limit: Int
    private let verifier = AtomicLazyReference<SignatureVerifier>()

    /// Checks the secrets and the field's name.
    public init(_ configuration: Configuration) throws {
        secrets = configuration.secrets.map { ByteString($0.value) }
        guard !secrets.isEmpty else {
            throw ConfigurationError(at: ["secrets"], "expected at least one secret")
        }
        for (index, secret) in secrets.enumerated() where secret.count < 16 {
            throw ConfigurationError(at: ["secrets", "\(index)"], "expected at least 16 bytes")
        }
        let name = configuration.header ?? "x-hub-signature-256"
        guard let header = HeaderName(name) else {
            throw ConfigurationError(at: ["header"], "expected a field name, found `\(name)`")
        }
        self.header = header
        limit = (configuration.limit ?? ConfigSize(1 << 20)).bytes
    }

    /// Makes the filter, which needs to know how many workers there are.
    public func provision(_ services: any GatewayServices) throws {
        _ = verifier.storeIfNil(
            SignatureVerifier(secrets, header: header, limit: limit, services))
    }

    /// The one filter that serves all streams; it keeps nothing of any.
    public func makeFilter() -> any HTTPFilter {
        guard let verifier = verifier.load() else { preconditionFailure("not provisioned") }
        return verifier
    }
}
