internal import Synchronization
internal import WeirBase
public import WeirFilter

/// Answers with a maintenance page while a file or an operator says so.
public final class Maintenance: FilterFactory {
    /// What the operator can set.
    public struct Configuration: Decodable, Sendable {
        /// The name of the switch among `/controls/maintenance`; `default` when nil.
        public var name: String?
        /// A file that holds `on` or `off`; always off when nil.
        public var file: ConfigFile?
        /// The page; a short text when nil.
        public var page: String?
        /// The type of the page; `text/plain; charset=utf-8` when nil.
        public var contentType: String?
        /// When clients may ask again; 5 minutes when nil.
        public var retryAfter: ConfigDuration?
        /// Networks whose clients are let through; none when nil.
        public var allow: [String]?
    }

    /// `maintenance`
    public static let name = "maintenance"

    /// What `weir filters maintenance` shows.
    public static let documentation = FilterDocumentation(
        summary: "Answers with a maintenance page while a file or an operator says so.",
        securityPosture: .robustToUntrustedDownstreamAndUpstream,
        phases: [.requestHeaders],
        fields: [
            ConfigurationField(
                "name", "word", default: "default",
                "The switch's name: `/controls/maintenance/NAME`, with `enabled` set to `true`, "
                    + "`false` or `file`. Filters of one name have one switch."),
            ConfigurationField(
                "file", "path", default: "always off",
                "A file that holds `on` or `off`; it is followed."),
            ConfigurationField("page", "text", default: "a short text", "The body."),
            ConfigurationField(
                "content-type", "media type", default: "text/plain; charset=utf-8", "Its type."),
            ConfigurationField(
                "retry-after", "duration", default: "5m", "When clients are told to come back."),
            ConfigurationField(
                "allow", "list of CIDR blocks", default: "[]",
                "Networks whose clients are let through."),
        ])

    private let switchName: String
    private let file: ConfigFile?
    private let allowed: NetworkSet
    private let page: LocalResponse
    private let gate = AtomicLazyReference<MaintenanceGate>()

    /// Checks the networks and makes the answer.
    public init(_ configuration: Configuration) throws {
        switchName = configuration.name ?? "default"
        guard !switchName.isEmpty, switchName.utf8.allSatisfy(\.isToken) else {
            throw ConfigurationError(at: ["name"], "expected a word, found `\(switchName)`")
        }
        file = configuration.file
        do throws(ConfigurationError) {
            allowed = try NetworkSet(configuration.allow ?? [])
        } catch {
            throw ConfigurationError(at: ["allow"] + error.path, error.message)
        }
        let wait = (configuration.retryAfter ?? ConfigDuration(.seconds(300))).interval
        page = LocalResponse(
            status: 503, cause: "maintenance",
            headers: [
                ("retry-after", ByteString("\(wait.nanoseconds / 1_000_000_000)")),
                ("cache-control", "no-store"),
                (
                    "content-type",
                    ByteString(configuration.contentType ?? "text/plain; charset=utf-8")
                ),
            ],
            body: ByteString(
                configuration.page ?? "Down for maintenance. Please try again later.\n"))
    }

    /// Follows the file and offers the switch, which outlives a reload.
    public func provision(_ services: any GatewayServices) throws {
        let lever = services.shared("maintenance/\(switchName)") { MaintenanceSwitch() }
        services.control(switchName, lever)
        let gate = self.gate.storeIfNil(MaintenanceGate(lever, allowed, page))
        try file?.follow(services, at: ["file"], limit: 64) { (text) throws(ConfigurationError) in
            switch ByteString(text.span.trimmed).description.split(separator: "\n").first {
            case "on": gate.set(byFile: true)
            case "off": gate.set(byFile: false)
            default: throw ConfigurationError("expected `on` or `off`")
            }
        }
    }

    /// The one filter that serves all streams; it keeps nothing of any.
    public func makeFilter() -> any HTTPFilter {
        guard let gate = gate.load() else { preconditionFailure("not provisioned") }
        return gate
    }
}
