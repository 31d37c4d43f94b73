public import WeirFilter

extension ConnectionLimit {
    /// What `weir filters connection-limit` shows.
    public static let documentation = FilterDocumentation(
        summary: "Bounds the connections of a listener and of each client, before a byte is read.",
        status: .beta,
        securityPosture: .robustToUntrustedDownstreamAndUpstream,
        phases: [],
        fields: [
            ConfigurationField(
                "name", "name", default: "none",
                "Tells two entries of a listener apart that bound the same of the same clients.",
                allows: .text("word of at most 64 characters", pattern: "^[0-9A-Za-z._-]{1,64}$")),
            ConfigurationField(
                "per-listener", "count", default: "none",
                "How many connections the listener may have open.", allows: .integer(1...10_000_000)
            ),
            ConfigurationField(
                "per-client", "count", default: "none",
                "How many connections each client address may have open on the listener.",
                allows: .integer(1...10_000_000)),
            ConfigurationField(
                "rate.connections", "count", default: nil,
                "How many new connections each client address may make per period.",
                allows: .integer(1...1_000_000_000)),
            ConfigurationField(
                "rate.per", "second, minute, hour, day or a duration", default: nil,
                "The period; 1ms to 365d."),
            ConfigurationField(
                "rate.burst", "count", default: "connections",
                "How many new connections a client may make at once.",
                allows: .integer(1...1_000_000_000)),
            ConfigurationField(
                "rate.max-clients", "count", default: "100000",
                "How many clients' rates are remembered per listener and rate; 24 bytes each.",
                allows: .integer(1...100_000_000)),
            ConfigurationField(
                "ipv6-prefix", "count", default: "64",
                "How many bits of an IPv6 address make a client; IPv4 addresses count whole.",
                allows: .integer(1...128)),
            ConfigurationField(
                "exempt", "list of CIDR blocks", default: "[]",
                "Networks whose connections are neither counted nor refused.",
                allows: .list(of: .network)),
        ])
}
