internal import WeirBase
public import WeirFilter

extension Fault {
    /// What `weir filters fault` shows.
    public static let documentation = FilterDocumentation(
        summary: "Delays, refuses, slows down and spoils a share of exchanges, to see how clients "
            + "cope.",
        status: .stable,
        securityPosture: .robustToUntrustedDownstreamAndUpstream,
        phases: [.requestHeaders, .responseBody, .streamComplete],
        fields: requestFields + responseFields + RequestCondition.fields("when") + runFields)

    private static let requestFields = [
        ConfigurationField(
            "delay.fixed", "duration", default: "none",
            "How long a request waits before it goes on; more than 0, at most 1h.",
            allows: .duration(.shortest ... .seconds(3600))),
        ConfigurationField(
            "delay.duration", "duration", default: "none", "The same as fixed.",
            allows: .duration(.shortest ... .seconds(3600))),
        ConfigurationField(
            "delay.uniform.min", "duration", default: "0s", "The shortest delay, at most max.",
            allows: .duration(.zero ... .seconds(3600))),
        ConfigurationField(
            "delay.uniform.max", "duration", default: nil,
            "The longest delay; lengths in between are equally likely.",
            allows: .duration(.shortest ... .seconds(3600))),
        ConfigurationField(
            "delay.exponential.mean", "duration", default: nil,
            "The mean of delays of which short ones are more likely than long ones.",
            allows: .duration(.shortest ... .seconds(3600))),
        ConfigurationField(
            "delay.exponential.max", "duration", default: "10 times the mean",
            "The longest delay, which stands for all longer ones; at most 1h.",
            allows: .duration(.shortest ... .seconds(3600))),
        ConfigurationField(
            "delay.percentiles", "map of p0 to p100 to duration", default: "none",
            "Such a percentage of the delays is at most as long; straight lines in between, from "
                + "0s at p0; the highest one is the longest delay.",
            allows: .map(
                to: .duration(.zero ... .seconds(3600)), names: "^p(100|[0-9]{1,2}(\\.[0-9]+)?)$",
                atLeast: 1)),
        ConfigurationField(
            "delay.percentage", "percentage", default: "100%", "The share that waits."),
        ConfigurationField(
            "abort.status", "status code", default: "none",
            "What is answered instead of asking the upstream; 200 to 599.",
            allows: .integer(200...599)),
        ConfigurationField(
            "abort.grpc-status", "code from 1 to 16", default: "none",
            "The outcome that gRPC clients are told; others get status, or the one that fits.",
            allows: .integer(1...16)),
        ConfigurationField(
            "abort.body", "text", default: "\"\"", "The body of the answer, as text/plain."),
        ConfigurationField(
            "abort.connection", "close or reset", default: "none",
            "Instead of an answer, the connection ends: in order, or by a reset. On HTTP/2 the "
                + "stream is reset.", allows: .choice(["close", "reset"])),
        ConfigurationField(
            "abort.percentage", "percentage", default: "100%",
            "The share that is aborted, drawn independently of the delay; when both are drawn, "
                + "the delay comes first."),
    ]

    private static let responseFields = [
        ConfigurationField(
            "throttle.rate", "size per second", default: nil,
            "How fast a response's body goes on.", allows: .size(1 ... .max)),
        ConfigurationField(
            "throttle.percentage", "percentage", default: "100%",
            "The share of responses that is slowed down."),
        ConfigurationField(
            "truncate.after", "size", default: nil,
            "How much of a response's body gets through before the response is cut off."),
        ConfigurationField(
            "truncate.connection", "close or reset", default: "close",
            "How the connection ends then; on HTTP/2 the stream is reset.",
            allows: .choice(["close", "reset"])),
        ConfigurationField(
            "truncate.percentage", "percentage", default: "100%",
            "The share of responses that ends early."),
        ConfigurationField(
            "corrupt.bytes", "percentage", default: "1%",
            "The share of a response's bytes that is changed; their number stays."),
        ConfigurationField(
            "corrupt.percentage", "percentage", default: "100%",
            "The share of responses in which bytes are changed."),
    ]

    private static let runFields = [
        ConfigurationField(
            "from-headers.allowed", "true or false", default: "false",
            "Whether a request may ask for faults by x-weir-fault-delay, -abort, -throttle, "
                + "-truncate and -percentage, which then go no further."),
        ConfigurationField(
            "from-headers.max-delay", "duration", default: "10s",
            "The longest delay that a request gets; at most 1h.",
            allows: .duration(.shortest ... .seconds(3600))),
        ConfigurationField(
            "from-headers.min-rate", "size per second", default: "1KiB",
            "The lowest rate that a response gets.", allows: .size(1 ... .max)),
        ConfigurationField(
            "from-headers.max-percentage", "percentage", default: "100%",
            "The share of such requests that gets what it asks for, at most."),
        ConfigurationField(
            "name", "text", default: "none",
            "What the experiment is called in metrics and under /controls/fault/ of the admin "
                + "interface, where it can be switched and changed.",
            allows: .text("word of at most 64 characters", pattern: "^[0-9A-Za-z._-]{1,64}$")),
        ConfigurationField(
            "enabled", "true or false", default: "true",
            "Whether the experiment begins switched on."),
        ConfigurationField(
            "seed", "whole number", default: "none",
            "Makes a run repeatable: what happens to the nth request depends on this and n only."),
        ConfigurationField(
            "expires", "RFC 3339 time", default: "none", "When the experiment ends.",
            allows: .text(
                "time as RFC 3339 has it", pattern: "^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ]",
                examples: ["2026-12-01T00:00:00Z"])),
        ConfigurationField(
            "for", "duration", default: "none",
            "How long the experiment runs from when it was first configured, or switched on; "
                + "needs a name.", allows: .duration(.shortest ... .unbounded)),
        ConfigurationField(
            "max-concurrent", "whole number", default: "none",
            "The most requests with faults at a time; those above are left alone.",
            allows: .integer(1 ... .max)),
    ]
}
