internal import WeirBase
public import WeirFilter

extension Http2 {
    /// What `weir filters http2` shows.
    public static let documentation = FilterDocumentation(
        summary: "HTTP/2 with clients and with upstreams, through nghttp2.",
        status: .beta,
        securityPosture: .robustToUntrustedDownstreamAndUpstream,
        phases: [],
        fields: connectionFields + floodFields)

    private static let connectionFields = [
        ConfigurationField(
            "max-concurrent-streams", "number", default: "100",
            "The most streams at once on a connection, 1 to 65536.", allows: .integer(1...65_536)),
        ConfigurationField(
            "initial-window", "size", default: "64KiB",
            "How much a peer may send on one stream before it is read.",
            allows: .size(1024...16_777_216)),
        ConfigurationField(
            "connection-window", "size", default: "1MiB",
            "The same for all streams together; at least `initial-window`.",
            allows: .size(65_535...268_435_456)),
        ConfigurationField(
            "max-frame-size", "size", default: "16KiB", "The largest frame that is taken.",
            allows: .size(16_384...262_144)),
        ConfigurationField(
            "header-table-size", "size", default: "4KiB",
            "How much a peer's header compressor may make us remember.", allows: .size(0...65_536)),
        ConfigurationField(
            "max-header-list", "size", default: "the bound on heads",
            "The most bytes of names and values in a head.", allows: .size(1024...1_048_576)),
        ConfigurationField(
            "stream-buffer", "size", default: "64KiB",
            "How much of a message waits for the peer's window before its source has to.",
            allows: .size(4096...16_777_216)),
        ConfigurationField(
            "keep-alive.interval", "duration or off", default: "off",
            "How long a connection is silent before it is asked for a sign of life."),
        ConfigurationField(
            "keep-alive.timeout", "duration", default: "10s",
            "How long that sign may take before the connection ends.",
            allows: .duration(.seconds(1) ... .unbounded)),
        ConfigurationField(
            "max-age", "duration or off", default: "off",
            "How old a connection may become, give or take a tenth, before it is drained."),
        ConfigurationField(
            "extended-connect", "boolean", default: "true",
            "Whether clients may open WebSockets with extended CONNECT (RFC 8441)."),
    ]

    private static let floodFields = [
        ConfigurationField(
            "flood.window", "duration", default: "10s",
            "The time within which the following counts must not be passed.",
            allows: .duration(.seconds(1) ... .unbounded)),
        ConfigurationField(
            "flood.resets", "number", default: "100",
            "Streams that a peer gives up before they are answered; half of the answered ones "
                + "come on top.", allows: .integer(1...1_000_000)),
        ConfigurationField(
            "flood.bad-frames", "number", default: "50",
            "Streams that have to be ended because of what the peer sent on them.",
            allows: .integer(1...1_000_000)),
        ConfigurationField(
            "flood.pings", "number", default: "100",
            "PING frames; as many as DATA frames were sent come on top.",
            allows: .integer(1...1_000_000)),
        ConfigurationField(
            "flood.settings", "number", default: "50", "SETTINGS frames.",
            allows: .integer(1...1_000_000)),
        ConfigurationField(
            "flood.priority", "number", default: "500",
            "PRIORITY and PRIORITY_UPDATE frames; one per new stream comes on top.",
            allows: .integer(1...1_000_000)),
        ConfigurationField(
            "flood.window-updates", "number", default: "500",
            "WINDOW_UPDATE frames; two per new stream and per sent DATA frame come on top.",
            allows: .integer(1...1_000_000)),
        ConfigurationField(
            "flood.empty-frames", "number", default: "100",
            "Frames without content, acknowledgements, GOAWAY, and frames of unknown types.",
            allows: .integer(1...1_000_000)),
        ConfigurationField(
            "flood.continuations", "number", default: "16",
            "CONTINUATION frames of a single head, whatever the time.",
            allows: .integer(1...1_000_000)),
        ConfigurationField(
            "flood.large-heads", "number", default: "10", "Heads that are over the limits.",
            allows: .integer(1...1_000_000)),
        ConfigurationField(
            "flood.refusals", "number", default: "100",
            "Streams beyond `max-concurrent-streams` from a client that cannot know it yet.",
            allows: .integer(1...1_000_000)),
    ]
}
