internal import Synchronization
internal import WeirBase
public import WeirFilter

/// Refuses requests that change something and come from another site's page.
public final class Csrf: FilterFactory {
    /// What the operator can set.
    public struct Configuration: Decodable, Sendable {
        /// Other origins whose pages may ask too; none when nil.
        public var additionalOrigins: [OriginPattern]?
        /// Whether requests that do not say where they come from go on; false when nil.
        public var allowMissing: Bool?
        /// Whether nothing is refused, only counted; false when nil.
        public var shadow: Bool?
        /// The share of requests at fault that is refused; all when nil.
        public var enforce: Percentage?

        /// Sets some fields; nil stands for the default.
        public init(
            additionalOrigins: [OriginPattern]? = nil, allowMissing: Bool? = nil,
            shadow: Bool? = nil, enforce: Percentage? = nil
        ) {
            self.additionalOrigins = additionalOrigins
            self.allowMissing = allowMissing
            self.shadow = shadow
            self.enforce = enforce
        }
    }

    /// `csrf`
    public static let name = "csrf"

    /// What `weir filters csrf` shows.
    public static let documentation = FilterDocumentation(
        summary: "Refuses requests that change something and come from another site's page.",
        status: .beta,
        securityPosture: .robustToUntrustedDownstreamAndUpstream,
        phases: [.requestHeaders],
        fields: [
            ConfigurationField(
                "additional-origins", "list of origins", default: "[]",
                "Origins besides the request's own whose pages may ask: https://app.example.com, "
                    + "https://*.example.com."),
            ConfigurationField(
                "allow-missing", "boolean", default: "false",
                "Lets requests go on that say nothing of where they come from, as clients other "
                    + "than browsers do."),
            ConfigurationField(
                "shadow", "boolean", default: "false",
                "Refuses nothing and counts what it would have refused."),
            ConfigurationField(
                "enforce", "percentage", default: "100%",
                "The share of requests at fault that is refused; others are counted."),
        ])

    /// The request's head.
    public let phases: Phases = [.requestHeaders]

    private let settings: OriginCheck
    private let share: Percentage
    private let gate = AtomicLazyReference<OriginGate>()

    /// Takes the configuration over.
    public init(_ configuration: Configuration) throws {
        let isShadow = configuration.shadow ?? false
        if isShadow && configuration.enforce != nil {
            throw ConfigurationError(
                at: ["enforce"], "nothing is enforced with `shadow: true`; remove one of them")
        }
        settings = OriginCheck(
            additional: configuration.additionalOrigins ?? [],
            allowsMissing: configuration.allowMissing ?? false)
        share = isShadow ? Percentage(0) : configuration.enforce ?? Percentage(100)
    }

    /// Makes the counters.
    public func provision(_ services: any GatewayServices) throws {
        _ = gate.storeIfNil(OriginGate(settings, share, services))
    }

    /// The one filter that serves all streams; it keeps no state of them.
    public func makeFilter() -> any HTTPFilter {
        guard let gate = gate.load() else { preconditionFailure("not provisioned") }
        return gate
    }

    /// What the request says of where it comes from.
    public func explain(_ stream: FilterStream) -> [String] {
        switch settings.judge(stream.request) {
        case .safe: ["the method changes nothing"]
        case .good: ["comes from where it may"]
        case .bad:
            [
                share.percent >= 100
                    ? "comes from another site: 403"
                    : "comes from another site: \(share) of these get 403"
            ]
        }
    }
}
