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
                "Tells two entries of a listener apart that bound the same of the same clients."),
            ConfigurationField(
                "per-listener", "count", default: "none",
                "How many connections the listener may have open."),
            ConfigurationField(
                "per-client", "count", default: "none",
                "How many connections each client address may have open on the listener."),
            ConfigurationField(
                "rate.connections", "count", default: nil,
                "How many new connections each client address may make per period."),
            ConfigurationField(
                "rate.per", "second, minute, hour, day or a duration", default: nil,
                "The period; 1ms to 365d."),
            ConfigurationField(
                "rate.burst", "count", default: "connections",
                "How many new connections a client may make at once."),
            ConfigurationField(
                "rate.max-clients", "count", default: "100000",
                "How many clients' rates are remembered per listener and rate; 24 bytes each."),
            ConfigurationField(
                "ipv6-prefix", "count", default: "64",
                "How many bits of an IPv6 address make a client; IPv4 addresses count whole."),
            ConfigurationField(
                "exempt", "list of CIDR blocks", default: "[]",
                "Networks whose connections are neither counted nor refused."),
        ])
}
