internal import WeirBase
public import WeirFilter

extension Redis {
    /// What the operator can set.
    public struct Configuration: Decodable, Sendable {
        /// The user of Redis' access control lists.
        public var username: String?
        /// The password.
        public var password: Secret?
        /// The number of the database.
        public var database: Int?
        /// What connections are called in Redis' list of clients.
        public var clientName: String?
        /// The most commands on their way on one connection.
        public var pipeline: Int?
        /// The longest request, in bytes.
        public var maxCommand: ConfigSize?
        /// The longest response, in bytes.
        public var maxReply: ConfigSize?
        /// How long Redis may take to reply before the connection is given up.
        public var replyTimeout: ConfigDuration?

        /// All defaults.
        public init() {}
    }

    /// What `weir filters redis` shows.
    public static let documentation = FilterDocumentation(
        summary: "Redis' protocol with endpoints, for filters that keep something in Redis.",
        status: .beta,
        // Redis gets the password, and says to which addresses filters send it next.
        securityPosture: .robustToUntrustedDownstream,
        phases: [],
        fields: [
            ConfigurationField(
                "username", "text", default: "Redis' `default` user",
                "The user of Redis' access control lists."),
            ConfigurationField("password", "secret", default: "none", "The password."),
            ConfigurationField(
                "database", "number", default: "0",
                "The number of the database, 0 to 65535; 0 with Redis Cluster.",
                allows: .integer(0...65_535)),
            ConfigurationField(
                "client-name", "text", default: "weir",
                "What connections are called in Redis' list of clients; empty for nothing.",
                allows: .text("ASCII without spaces", pattern: "^[!-~]{0,128}$")),
            ConfigurationField(
                "pipeline", "number", default: "1024",
                "The most calls on their way on one connection, 1 to 65536.",
                allows: .integer(1...65_536)),
            ConfigurationField(
                "max-command", "size", default: "64KiB",
                "The longest command that a call may send.", allows: .size(1024...16 << 20)),
            ConfigurationField(
                "max-reply", "size", default: "1MiB",
                "The longest reply; a longer one ends the connection.",
                allows: .size(1024...64 << 20)),
            ConfigurationField(
                "reply-timeout", "duration", default: "1s",
                "How long Redis may take to reply before the connection is given up.",
                allows: .duration(.milliseconds(1) ... .seconds(3600))),
        ])
}
