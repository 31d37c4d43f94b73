internal import OpenSSLDigest
internal import WeirBase
public import WeirFilter

extension ApiKey {
    /// What the operator can set. One of `keys` and `file` has to be there.
    public struct Configuration: Decodable, Sendable {
        /// Keys that stand in the configuration.
        public var keys: [Key]?
        /// A file of keys, `NAME:SHA256` on each line.
        public var file: ConfigFile?
        /// Where clients show their key; in the field `x-api-key` when nil.
        public var from: [CredentialSource]?
        /// Whether the upstream gets requests without the key; true when nil.
        public var strip: Bool?
        /// Whether requests without a key go on too; false when nil.
        public var optional: Bool?
        /// The realm that refused clients are told; `api` when nil.
        public var realm: String?
        /// A field that tells the upstream the client's name; none when nil.
        public var clientHeader: String?

        /// Sets some fields; nil stands for the default.
        public init(
            keys: [Key]? = nil, file: ConfigFile? = nil, from: [CredentialSource]? = nil,
            strip: Bool? = nil, optional: Bool? = nil, realm: String? = nil,
            clientHeader: String? = nil
        ) {
            self.keys = keys
            self.file = file
            self.from = from
            self.strip = strip
            self.optional = optional
            self.realm = realm
            self.clientHeader = clientHeader
        }
    }

    /// A key and whose it is. One of `sha256` and `secret` has to be there.
    public struct Key: Decodable, Sendable {
        /// The client's name.
        public var name: String
        /// The key's SHA-256 in 64 hexadecimal digits.
        public var sha256: String?
        /// The key itself.
        public var secret: Secret?
        /// What else later filters should know about the client; nothing when nil.
        public var labels: [String: String]?

        /// Describes a key.
        public init(
            name: String, sha256: String? = nil, secret: Secret? = nil,
            labels: [String: String]? = nil
        ) {
            self.name = name
            self.sha256 = sha256
            self.secret = secret
            self.labels = labels
        }
    }

    /// `api-key`
    public static let name = "api-key"

    /// What `weir filters api-key` shows.
    public static let documentation = FilterDocumentation(
        summary: "Lets requests in by a client's key and names the client; others get 401.",
        status: .beta,
        securityPosture: .robustToUntrustedDownstreamAndUpstream,
        phases: [.requestHeaders],
        fields: [
            ConfigurationField(
                "keys.name", "text", default: nil,
                "The client's name, for limits, rules and logs. Several keys may have one name.",
                allows: .text("visible characters", pattern: ".")),
            ConfigurationField(
                "keys.sha256", "64 hexadecimal digits", default: "none",
                "The key's SHA-256; this or `secret`.",
                allows: .text("64 hexadecimal digits", pattern: "^[0-9A-Fa-f]{64}$")),
            ConfigurationField(
                "keys.secret", "secret", default: "none",
                "The key itself, at least 16 characters; only its SHA-256 is kept."),
            ConfigurationField(
                "keys.labels", "map of text", default: "{}",
                "What else later filters know about the client, as `claim:NAME`."),
            ConfigurationField(
                "file", "path", default: "none",
                "A file with `NAME:SHA256` on each line, read again when it changes; # begins a "
                    + "comment."),
            ConfigurationField(
                "from", "list of header:NAME, query:NAME or cookie:NAME",
                default: "[header:x-api-key]",
                "Where clients show their key. Of header:authorization the scheme Bearer counts.",
                allows: .list(of: CredentialSource.schema, atLeast: 1)),
            ConfigurationField(
                "strip", "boolean", default: "true",
                "Takes the key out of the request, so that the upstream does not get it."),
            ConfigurationField(
                "optional", "boolean", default: "false",
                "Lets requests without a key go on, without a name; a wrong key is still refused."),
            ConfigurationField(
                "realm", "text", default: "api",
                "What refused clients are told to have a key for.",
                allows: .text("text without \" and \\", pattern: "^[^\"\\\\]+$")),
            ConfigurationField(
                "client-header", "field name", default: "none",
                "A request field that tells the upstream the client's name; what a client sends "
                    + "in it is removed. None of `from`.", allows: .fieldName),
        ])

    /// Checks a field that operators may name for the client's name.
    static func clientHeader(
        _ name: String?, besides sources: [CredentialSource]
    ) throws(ConfigurationError) -> HeaderName? {
        guard let name else { return nil }
        guard let header = HeaderName(name), !header.isReserved else {
            throw ConfigurationError(
                at: ["clientHeader"], "expected a field name such as x-client, found `\(name)`")
        }
        // What clients send in it is removed before any key is looked for.
        for place in sources.compactMap({ KeyPlace($0).header }) {
            guard !header.isSpelling(place.bytes.span) else {
                throw ConfigurationError(at: ["clientHeader"], "keys are looked for in this field")
            }
        }
        return header
    }

    /// The keys of the configuration.
    static func table(_ keys: [Key]) throws(ConfigurationError) -> KeyTable {
        let hasher = SHA256Hasher()
        var table = KeyTable()
        for (index, key) in keys.enumerated() {
            let path = ["keys", "\(index)"]
            guard KeyTable.isName(key.name) else {
                throw ConfigurationError(
                    at: path + ["name"], "expected visible characters, found `\(key.name)`")
            }
            let digest = try digest(key, at: path, hasher)
            let labels = (key.labels ?? [:]).sorted { $0.key < $1.key }
            let client = ClientIdentity(
                name: ByteString(key.name), source: "api-key",
                claims: labels.isEmpty
                    ? .null : .object(labels.map { .init($0.key, .string($0.value)) }))
            guard table.add(digest, client) else {
                throw ConfigurationError(at: path, "the same key stands before this one already")
            }
        }
        return table
    }

    private static func digest(
        _ key: Key, at path: [String], _ hasher: SHA256Hasher
    ) throws(ConfigurationError) -> SHA256Digest {
        switch (key.sha256, key.secret) {
        case (let text?, nil):
            guard let digest = SHA256Digest(text) else {
                // What stands there may be a key, which has no place in a log.
                throw ConfigurationError(at: path + ["sha256"], "expected 64 hexadecimal digits")
            }
            return digest
        case (nil, let secret?):
            let bytes = ByteString(secret.value)
            // The hash is fast, so what keeps a key from being found is its own length.
            guard bytes.count >= 16 else {
                throw ConfigurationError(
                    at: path + ["secret"],
                    "a key of fewer than 16 characters can be guessed; `weir api-key new NAME` "
                        + "makes a good one")
            }
            return hasher.digest(bytes.span)
        case (nil, nil): throw ConfigurationError(at: path, "expected `sha256` or `secret`")
        case (_?, _?):
            throw ConfigurationError(at: path, "expected only one of `sha256` and `secret`")
        }
    }
}
