internal import WeirBase
public import WeirFilter

extension BasicAuth {
    /// What the operator can set.
    public struct Configuration: Decodable, Sendable {
        /// The users, as htpasswd writes them.
        public var file: ConfigFile
        /// What clients are told to have a password for; `restricted` when nil.
        public var realm: String?
        /// Whether the upstream gets requests without the password; true when nil.
        public var strip: Bool?
        /// Whether requests without a password go on too; false when nil.
        public var optional: Bool?
        /// A field that tells the upstream the user's name; none when nil.
        public var clientHeader: String?
        /// What is remembered of passwords that were right.
        public var cache: Cache?
        /// How many passwords may be checked or wait for it; 64 when nil.
        public var maxChecks: Int?
        /// The same for one client address; 8 when nil.
        public var maxChecksPerClient: Int?

        /// Sets some fields; nil stands for the default.
        public init(
            file: ConfigFile, realm: String? = nil, strip: Bool? = nil, optional: Bool? = nil,
            clientHeader: String? = nil, cache: Cache? = nil, maxChecks: Int? = nil,
            maxChecksPerClient: Int? = nil
        ) {
            self.file = file
            self.realm = realm
            self.strip = strip
            self.optional = optional
            self.clientHeader = clientHeader
            self.cache = cache
            self.maxChecks = maxChecks
            self.maxChecksPerClient = maxChecksPerClient
        }
    }

    /// What is remembered of passwords that were right.
    public struct Cache: Decodable, Sendable {
        /// How long; 5 minutes when nil.
        public var ttl: ConfigDuration?
        /// How many per worker, an even number, 0 for none; 1024 when nil.
        public var size: Int?

        /// Sets some fields; nil stands for the default.
        public init(ttl: ConfigDuration? = nil, size: Int? = nil) {
            self.ttl = ttl
            self.size = size
        }
    }

    /// `basic-auth`
    public static let name = "basic-auth"

    /// What `weir filters basic-auth` shows.
    public static let documentation = FilterDocumentation(
        summary: "Lets requests in by a user's name and password; others get 401.",
        status: .beta,
        securityPosture: .robustToUntrustedDownstreamAndUpstream,
        phases: [.requestHeaders],
        fields: [
            ConfigurationField(
                "file", "path", default: nil,
                "Users as `NAME:HASH` on each line, with bcrypt or SHA-crypt, read again when the "
                    + "file changes."),
            ConfigurationField(
                "realm", "text", default: "restricted",
                "What clients are told to have a password for; browsers show it.",
                allows: .text("text without \" and \\", pattern: "^[^\"\\\\]+$")),
            ConfigurationField(
                "strip", "boolean", default: "true",
                "Takes the password out of the request, so that the upstream does not get it."),
            ConfigurationField(
                "optional", "boolean", default: "false",
                "Lets requests without a password go on, without a name; a wrong one is refused."),
            ConfigurationField(
                "client-header", "field name", default: "none",
                "A request field that tells the upstream the user's name; what a client sends in "
                    + "it is removed.", allows: .fieldName),
            ConfigurationField(
                "cache.ttl", "duration", default: "5m",
                "How long a password that was right is not checked again; at most 24h.",
                allows: .duration(.shortest ... .seconds(86_400))),
            ConfigurationField(
                "cache.size", "number", default: "1024",
                "How many are remembered per worker, even, at most 1000000; 0 checks every time.",
                allows: .integer(0...1_000_000)),
            ConfigurationField(
                "max-checks", "number", default: "64",
                "How many passwords may be checked or wait for it at a time, 1 to 10000; more get "
                    + "503.", allows: .integer(1...10_000)),
            ConfigurationField(
                "max-checks-per-client", "number", default: "8",
                "The same for one client address, of IPv6 for one /64; 1 to 10000.",
                allows: .integer(1...10_000)),
        ])

    static func settings(
        _ configuration: Configuration
    ) throws(ConfigurationError) -> PasswordGate.Settings {
        let realm = configuration.realm ?? "restricted"
        guard !realm.isEmpty, !realm.contains("\""), !realm.contains("\\"),
            ByteString(realm).storage.allSatisfy({ $0.isAllowedInValue })
        else {
            throw ConfigurationError(
                at: ["realm"], "expected visible characters without \" and \\, found `\(realm)`")
        }
        let size = configuration.cache?.size ?? 1024
        guard (0...1_000_000).contains(size), size % 2 == 0 else {
            throw ConfigurationError(
                at: ["cache", "size"], "expected an even number from 0 to 1000000, found \(size)")
        }
        let lifetime = configuration.cache?.ttl?.interval ?? .seconds(300)
        guard lifetime > .zero, lifetime <= .seconds(86_400) else {
            throw ConfigurationError(at: ["cache", "ttl"], "expected more than 0s and at most 24h")
        }
        let header = try clientHeader(configuration.clientHeader)
        return PasswordGate.Settings(
            strips: configuration.strip ?? true, isOptional: configuration.optional ?? false,
            clientHeader: header, removed: header.map { [$0] } ?? [],
            refusals: Refusals(realm: realm), cacheSize: size, cacheLifetime: lifetime,
            checkLimit: try limit(configuration.maxChecks ?? 64, "maxChecks"),
            clientCheckLimit: try limit(
                configuration.maxChecksPerClient ?? 8, "maxChecksPerClient"))
    }

    private static func limit(_ number: Int, _ field: String) throws(ConfigurationError) -> Int {
        guard (1...10_000).contains(number) else {
            throw ConfigurationError(at: [field], "expected 1 to 10000, found \(number)")
        }
        return number
    }

    private static func clientHeader(_ name: String?) throws(ConfigurationError) -> HeaderName? {
        guard let name else { return nil }
        guard let header = HeaderName(name), !header.isReserved, header.known != .authorization
        else {
            throw ConfigurationError(
                at: ["clientHeader"], "expected a field name such as x-user, found `\(name)`")
        }
        return header
    }
}
