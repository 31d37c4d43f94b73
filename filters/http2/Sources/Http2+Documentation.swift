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
            "The most streams at once on a connection, 1 to 65536."),
        ConfigurationField(
            "initial-window", "size", default: "64KiB",
            "How much a peer may send on one stream before it is read."),
        ConfigurationField(
            "connection-window", "size", default: "1MiB",
            "The same for all streams together; at least `initial-window`."),
        ConfigurationField(
            "max-frame-size", "size", default: "16KiB", "The largest frame that is taken."),
        ConfigurationField(
            "header-table-size", "size", default: "4KiB",
            "How much a peer's header compressor may make us remember."),
        ConfigurationField(
            "max-header-list", "size", default: "the bound on heads",
            "The most bytes of names and values in a head."),
        ConfigurationField(
            "stream-buffer", "size", default: "64KiB",
            "How much of a message waits for the peer's window before its source has to."),
        ConfigurationField(
            "keep-alive.interval", "duration or off", default: "off",
            "How long a connection is silent before it is asked for a sign of life."),
        ConfigurationField(
            "keep-alive.timeout", "duration", default: "10s",
            "How long that sign may take before the connection ends."),
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
            "The time within which the following counts must not be passed."),
        ConfigurationField(
            "flood.resets", "number", default: "100",
            "Streams that a peer gives up before they are answered; half of the answered ones "
                + "come on top."),
        ConfigurationField(
            "flood.bad-frames", "number", default: "50",
            "Streams that have to be ended because of what the peer sent on them."),
        ConfigurationField(
            "flood.pings", "number", default: "100",
            "PING frames; as many as DATA frames were sent come on top."),
        ConfigurationField("flood.settings", "number", default: "50", "SETTINGS frames."),
        ConfigurationField(
            "flood.priority", "number", default: "500",
            "PRIORITY and PRIORITY_UPDATE frames; one per new stream comes on top."),
        ConfigurationField(
            "flood.window-updates", "number", default: "500",
            "WINDOW_UPDATE frames; two per new stream and per sent DATA frame come on top."),
        ConfigurationField(
            "flood.empty-frames", "number", default: "100",
            "Frames without content, acknowledgements, GOAWAY, and frames of unknown types."),
        ConfigurationField(
            "flood.continuations", "number", default: "16",
            "CONTINUATION frames of a single head, whatever the time."),
        ConfigurationField(
            "flood.large-heads", "number", default: "10", "Heads that are over the limits."),
        ConfigurationField(
            "flood.refusals", "number", default: "100",
            "Streams beyond `max-concurrent-streams` from a client that cannot know it yet."),
    ]
}
