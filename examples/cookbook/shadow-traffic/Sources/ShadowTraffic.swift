internal import Synchronization
internal import WeirBase
public import WeirFilter

/// Sends copies of a share of the requests to another cluster and forgets the answers.
public final class ShadowTraffic: FilterFactory {
    /// What the operator can set.
    public struct Configuration: Decodable, Sendable {
        /// The cluster that gets the copies.
        public var to: String
        /// The share of requests that is copied; all when nil.
        public var share: Percentage?
        /// The longest body that is copied; 64 KiB when nil.
        public var maxBody: ConfigSize?
        /// How many copies may be under way; 100 when nil.
        public var maxInFlight: Int?
        /// How long an answer is waited for; 5 seconds when nil.
        public var timeout: ConfigDuration?
    }

    /// `shadow-traffic`
    public static let name = "shadow-traffic"

    /// What `weir filters shadow-traffic` shows.
    public static let documentation = FilterDocumentation(
        summary: "Sends copies of a share of the requests to another cluster.",
        securityPosture: .robustToUntrustedDownstream,
        phases: [.requestHeaders, .requestBody],
        fields: [
            ConfigurationField("to", "cluster", default: nil, "Who gets the copies."),
            ConfigurationField(
                "share", "percentage", default: "100%", "The share of requests that is copied."),
            ConfigurationField(
                "max-body", "size", default: "64KiB",
                "The longest body that is copied; requests with a longer one are not."),
            ConfigurationField(
                "max-in-flight", "number from 1", default: "100",
                "How many copies may be under way; when there are more, requests are not copied."),
            ConfigurationField(
                "timeout", "duration", default: "5s", "How long an answer is waited for."),
        ])

    private let configuration: Configuration
    private let shadow = AtomicLazyReference<Shadow>()

    /// Checks the numbers.
    public init(_ configuration: Configuration) throws {
        if let limit = configuration.maxInFlight, limit < 1 {
            throw ConfigurationError(at: ["max-in-flight"], "expected at least 1")
        }
        self.configuration = configuration
    }

    /// Finds the cluster.
    public func provision(_ services: any GatewayServices) throws {
        let cluster = try services.cluster(configuration.to, at: ["to"])
        _ = shadow.storeIfNil(Shadow(configuration, cluster, services))
    }

    /// A filter of its own for each stream: it collects a copy of the body.
    public func makeFilter() -> any HTTPFilter {
        guard let shadow = shadow.load() else { preconditionFailure("not provisioned") }
        return RequestCopier(shadow)
    }
}
