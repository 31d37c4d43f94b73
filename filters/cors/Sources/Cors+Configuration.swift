internal import WeirBase
public import WeirFilter

extension Cors {
    /// What the operator can set.
    public struct Configuration: Decodable, Sendable {
        /// Origins whose pages may read responses; `*` alone for all.
        public var origins: [String]
        /// Methods that they may use; GET, HEAD and POST when nil.
        public var methods: [String]?
        /// Request fields that they may set; none when nil, `*` alone for all.
        public var headers: [String]?
        /// Response fields that they may read; only the usual ones when nil.
        public var expose: [String]?
        /// Whether requests may carry cookies and the like; false when nil.
        public var credentials: Bool?
        /// How long browsers remember a preflight; their own default when nil.
        public var maxAge: ConfigDuration?
        /// Whether pages of public networks may ask a private one; false when nil.
        public var privateNetwork: Bool?
        /// Whether other origins' requests are left to the upstream; false when nil.
        public var passUnmatched: Bool?

        /// Sets some fields; nil stands for the default.
        public init(
            origins: [String], methods: [String]? = nil, headers: [String]? = nil,
            expose: [String]? = nil, credentials: Bool? = nil, maxAge: ConfigDuration? = nil,
            privateNetwork: Bool? = nil, passUnmatched: Bool? = nil
        ) {
            self.origins = origins
            self.methods = methods
            self.headers = headers
            self.expose = expose
            self.credentials = credentials
            self.maxAge = maxAge
            self.privateNetwork = privateNetwork
            self.passUnmatched = passUnmatched
        }
    }

    /// `cors`
    public static let name = "cors"

    /// What `weir filters cors` shows.
    public static let documentation = FilterDocumentation(
        summary:
            "Says which other sites' pages may ask and read responses, and answers preflights.",
        status: .beta,
        securityPosture: .robustToUntrustedDownstreamAndUpstream,
        phases: [.requestHeaders, .responseHeaders],
        fields: [
            ConfigurationField(
                "origins", "list of origins", default: nil,
                "Whose pages may read responses: https://app.example.com, https://*.example.com, "
                    + "or * alone for all.",
                allows: .list(of: .anyOf([.choice(["*"]), OriginPattern.schema]), atLeast: 1)),
            ConfigurationField(
                "methods", "list of methods", default: "[GET, HEAD, POST]",
                "What those pages may do; case counts.", allows: .list(of: .method)),
            ConfigurationField(
                "headers", "list of field names", default: "[]",
                "Request fields that those pages may set, content-type for JSON among them; * "
                    + "alone for all.", allows: .list(of: .fieldName)),
            ConfigurationField(
                "expose", "list of field names", default: "[]",
                "Response fields that those pages may read besides the usual ones; * alone for "
                    + "all, where there are no credentials.", allows: .list(of: .fieldName)),
            ConfigurationField(
                "credentials", "boolean", default: "false",
                "Whether requests may carry cookies, certificates and passwords; not with all "
                    + "origins."),
            ConfigurationField(
                "max-age", "duration", default: "none",
                "How long browsers remember what a preflight said, in whole seconds; without it "
                    + "as long as they see fit."),
            ConfigurationField(
                "private-network", "boolean", default: "false",
                "Whether those pages may ask from a public network when the gateway is in a "
                    + "private one."),
            ConfigurationField(
                "pass-unmatched", "boolean", default: "false",
                "Leaves requests of other origins to the upstream, its answers to them unchanged."),
        ])

    /// Checks the lists, and that what is promised can be kept.
    static func policy(_ configuration: Configuration) throws(ConfigurationError) -> Policy {
        let allowsAll = configuration.origins == ["*"]
        let credentials = configuration.credentials ?? false
        // Any site could act as the user and read what comes back, so browsers refuse it too
        // (Fetch, section 3.3.5); to echo every origin instead would be the same by stealth.
        guard !(allowsAll && credentials) else {
            throw ConfigurationError(
                at: ["credentials"], "no credentials for all origins; name the origins")
        }
        guard !configuration.origins.isEmpty else {
            throw ConfigurationError(at: ["origins"], "expected at least one origin, or * alone")
        }
        let headers = try names(configuration.headers ?? [], "headers")
        let expose = try names(configuration.expose ?? [], "expose")
        guard expose != nil || !credentials else {
            throw ConfigurationError(
                at: ["expose"], "with credentials browsers take * as a name; name the fields")
        }
        let methods = configuration.methods ?? ["GET", "HEAD", "POST"]
        for (index, method) in methods.enumerated()
        where method.isEmpty || method == "*" || !method.utf8.allSatisfy(\.isToken) {
            throw ConfigurationError(
                at: ["methods", "\(index)"], "expected a method such as PUT, found `\(method)`")
        }
        return Policy(
            origins: allowsAll ? nil : try origins(configuration.origins),
            methods: methods.map { ByteString($0) },
            headers: headers?.map(\.bytes),
            expose: expose.map { $0.map(\.description).joined(separator: ", ") } ?? "*",
            allowsCredentials: credentials, maxAge: try seconds(configuration.maxAge),
            allowsPrivateNetwork: configuration.privateNetwork ?? false,
            passesUnmatched: configuration.passUnmatched ?? false)
    }

    private static func origins(
        _ texts: [String]
    ) throws(ConfigurationError) -> [OriginPattern] {
        var origins: [OriginPattern] = []
        for (index, text) in texts.enumerated() {
            guard let origin = OriginPattern(text) else {
                throw ConfigurationError(
                    at: ["origins", "\(index)"],
                    "expected \(OriginPattern.forms), or * alone, found `\(text)`")
            }
            origins.append(origin)
        }
        return origins
    }

    /// Field names; nil for `*` alone.
    private static func names(
        _ texts: [String], _ field: String
    ) throws(ConfigurationError) -> [HeaderName]? {
        if texts == ["*"] { return nil }
        var names: [HeaderName] = []
        for (index, text) in texts.enumerated() {
            guard let name = HeaderName(text), text != "*" else {
                throw ConfigurationError(
                    at: [field, "\(index)"],
                    "expected a field name such as x-request-id, or * alone, found `\(text)`")
            }
            names.append(name)
        }
        return names
    }

    private static func seconds(
        _ duration: ConfigDuration?
    ) throws(ConfigurationError) -> Int64? {
        guard let nanoseconds = duration?.interval.nanoseconds else { return nil }
        guard nanoseconds % 1_000_000_000 == 0 else {
            throw ConfigurationError(at: ["maxAge"], "expected whole seconds")
        }
        return nanoseconds / 1_000_000_000
    }
}
