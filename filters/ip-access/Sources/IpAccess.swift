internal import WeirBase
public import WeirFilter

/// Lets requests in by the client's address.
public struct IpAccess: FilterFactory {
    /// What the operator can set.
    public struct Configuration: Decodable, Sendable {
        /// Networks that may ask; when given, all others may not.
        public var allow: [String]?
        /// Networks that may not ask, also when they are allowed.
        public var deny: [String]?
        /// What to do with clients on a Unix socket, which have no address.
        public var unixClients: UnixClients?

        /// Describes who may ask.
        public init(
            allow: [String]? = nil, deny: [String]? = nil, unixClients: UnixClients? = nil
        ) {
            self.allow = allow
            self.deny = deny
            self.unixClients = unixClients
        }
    }

    /// What happens to clients on a Unix socket.
    public enum UnixClients: String, Decodable, Sendable, CaseIterable {
        /// They are treated as an address that no list names.
        case unlisted
        /// They may ask.
        case allow
        /// They may not.
        case deny
    }

    /// `ip-access`
    public static let name = "ip-access"

    /// What `weir filters ip-access` shows.
    public static let documentation = FilterDocumentation(
        summary: "Lets requests in by the client's address; others get 403.",
        status: .stable,
        securityPosture: .robustToUntrustedDownstreamAndUpstream,
        phases: [.requestHeaders],
        fields: [
            ConfigurationField(
                "allow", "list of CIDR blocks", default: "none",
                "Networks that may ask; when given, all others may not.",
                allows: .list(of: .network)),
            ConfigurationField(
                "deny", "list of CIDR blocks", default: "none",
                "Networks that may not ask; stronger than `allow`.", allows: .list(of: .network)),
            ConfigurationField(
                "unix-clients", "unlisted, allow or deny", default: "unlisted",
                "What happens to clients on a Unix socket, which have no address; `unlisted` lets "
                    + "them in unless there is an `allow` list."),
        ])

    /// The request's head.
    public let phases: Phases = [.requestHeaders]

    private let filter: AccessGate

    /// Reads the networks into tables.
    public init(_ configuration: Configuration) throws {
        // Silence must not pass for protection: an operator says so, as in `deny: []`.
        guard configuration.allow != nil || configuration.deny != nil else {
            throw ConfigurationError("expected `allow` or `deny`")
        }
        let allow = try configuration.allow.map { try Self.table($0, at: "allow") }
        let deny = try Self.table(configuration.deny ?? [], at: "deny")
        let admitsUnix =
            switch configuration.unixClients ?? .unlisted {
            case .unlisted: allow == nil
            case .allow: true
            case .deny: false
            }
        filter = AccessGate(allow: allow, deny: deny, admitsUnix: admitsUnix)
    }

    private static func table(_ texts: [String], at field: String) throws -> NetworkSet {
        do {
            return try NetworkSet(texts)
        } catch {
            throw ConfigurationError(at: [field] + error.path, error.message)
        }
    }

    /// The one filter that serves all streams; it keeps no state.
    public func makeFilter() -> any HTTPFilter { filter }
}
