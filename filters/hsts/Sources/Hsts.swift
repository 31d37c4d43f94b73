internal import WeirBase
public import WeirFilter

/// Tells clients to come back with TLS only (HTTP Strict Transport Security, RFC 6797).
public struct Hsts: FilterFactory {
    /// What the operator can set.
    public struct Configuration: Decodable, Sendable {
        /// How long clients remember it; 365 days when nil.
        public var maxAge: ConfigDuration?
        /// Whether it holds for all hosts below this one too; false when nil.
        public var includeSubdomains: Bool?
        /// Whether browsers may have it built in; false when nil.
        public var preload: Bool?

        /// Sets some fields; nil stands for the default.
        public init(
            maxAge: ConfigDuration? = nil, includeSubdomains: Bool? = nil, preload: Bool? = nil
        ) {
            self.maxAge = maxAge
            self.includeSubdomains = includeSubdomains
            self.preload = preload
        }
    }

    /// `hsts`
    public static let name = "hsts"

    /// What `weir filters hsts` shows.
    public static let documentation = FilterDocumentation(
        summary: "Tells clients, in responses with TLS, to come back with TLS only.",
        status: .stable,
        securityPosture: .robustToUntrustedDownstreamAndUpstream,
        phases: [.responseHeaders],
        fields: [
            ConfigurationField(
                "max-age", "duration", default: "365d",
                "How long clients remember it, in whole seconds; 0s makes them forget."),
            ConfigurationField(
                "include-subdomains", "boolean", default: "false",
                "Whether it holds for all hosts below the one that answers, too."),
            ConfigurationField(
                "preload", "boolean", default: "false",
                "Whether browsers may ship it built in; it needs `include-subdomains` and a "
                    + "`max-age` of at least 365d."),
        ])

    /// The response's head.
    public let phases: Phases = [.responseHeaders]

    private let filter: TransportPolicy

    private static let year: Int64 = 365 * 24 * 3600

    /// Checks that what is promised can be kept.
    public init(_ configuration: Configuration) throws {
        let nanoseconds = configuration.maxAge?.interval.nanoseconds ?? Self.year * 1_000_000_000
        guard nanoseconds % 1_000_000_000 == 0 else {
            throw ConfigurationError(at: ["maxAge"], "expected whole seconds")
        }
        let seconds = nanoseconds / 1_000_000_000
        let includesSubdomains = configuration.includeSubdomains ?? false
        let isPreloaded = configuration.preload ?? false
        if isPreloaded && (!includesSubdomains || seconds < Self.year) {
            throw ConfigurationError(
                at: ["preload"],
                "lists of browsers take only hosts with `include-subdomains: true` and a `max-age` "
                    + "of at least 365d")
        }
        filter = TransportPolicy(
            "max-age=\(seconds)" + (includesSubdomains ? "; includeSubDomains" : "")
                + (isPreloaded ? "; preload" : ""))
    }

    /// The one filter that serves all streams; it keeps no state.
    public func makeFilter() -> any HTTPFilter { filter }
}
