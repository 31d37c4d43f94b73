internal import WeirBase
public import WeirFilter

extension Tracing {
    /// What `weir filters tracing` shows.
    public static let documentation = FilterDocumentation(
        summary: "Follows traces through the gateway, and records a share of them as spans.",
        status: .beta,
        securityPosture: .robustToUntrustedDownstreamAndUpstream,
        phases: [.requestHeaders, .attempts, .streamComplete],
        fields: rules + exports)

    private static let rules = [
        ConfigurationField(
            "sample", "percentage", default: "100%",
            "The share of traces beginning here that is recorded, drawn from the trace's "
                + "identifier."),
        ConfigurationField(
            "trust-parent", "boolean", default: "true",
            "Go on with the caller's trace and its decision to record; otherwise every request "
                + "begins a trace of its own, with a link to the caller's."),
        ConfigurationField(
            "propagation", "list of w3c, b3 and b3-multi", default: "[w3c]",
            "The formats of a trace's fields: read in this order until one says something "
                + "usable, and all written.",
            allows: .list(of: .choice(Tracing.Format.allCases.map(\.rawValue)), atLeast: 1)),
        ConfigurationField(
            "force.header", "field name", default: "x-weir-trace",
            "A request with 1 or true in this field is recorded; the field is not passed on.",
            allows: .fieldName),
        ConfigurationField(
            "force.client-addresses", "list of CIDR blocks", default: nil,
            "The clients that may force it, by their address after trusted hops.",
            allows: .list(of: .network, atLeast: 1)),
        ConfigurationField(
            "baggage.forward", "boolean", default: "as trust-parent",
            "Pass the caller's baggage on; otherwise it is removed."),
        ConfigurationField(
            "baggage.attributes", "list of names", default: "[]",
            "Members of baggage that the request's span has as baggage.NAME."),
        ConfigurationField(
            "query", "names, full or none", default: "names",
            "How much of the query spans show; names hides every value."),
    ]

    private static let exports = [
        ConfigurationField(
            "exporter", "stdout, or a mapping with otlp", default: "none",
            "Where spans go; without one, traces are passed on and nothing is recorded."),
        ConfigurationField(
            "exporter.otlp.cluster", "name of a cluster", default: nil,
            "The receivers of OpenTelemetry's protocol.", allows: .cluster),
        ConfigurationField(
            "exporter.otlp.protocol", "http or grpc", default: "http",
            "How they are spoken to; for grpc the cluster has to speak HTTP/2."),
        ConfigurationField(
            "exporter.otlp.path", "path", default: "/v1/traces", "The path, for http.",
            allows: .path),
        ConfigurationField(
            "exporter.otlp.headers", "map of field name to secret", default: "{}",
            "Fields to send along, such as a token; metadata for grpc."),
        ConfigurationField(
            "exporter.otlp.timeout", "duration", default: "10s",
            "How long a batch may take; more than 0, at most 5m.",
            allows: .duration(.shortest ... .seconds(300))),
        ConfigurationField(
            "exporter.otlp.retry-for", "duration", default: "1m",
            "How long a batch is sent again when that fails, before it is dropped; at most 1h.",
            allows: .duration(.zero ... .seconds(3600))),
        ConfigurationField(
            "batch.size", "number of spans", default: "512",
            "The most spans that are sent together; 1 to 10000.", allows: .integer(1...10_000)),
        ConfigurationField(
            "batch.delay", "duration", default: "1s",
            "The longest time that a span waits for others; 10ms to 1m.",
            allows: .duration(.milliseconds(10) ... .seconds(60))),
        ConfigurationField(
            "batch.queue", "number of spans", default: "2048",
            "The most spans that wait, those being sent included; more are dropped. At least "
                + "batch.size, at most 1000000.", allows: .integer(1...1_000_000)),
        ConfigurationField(
            "service-name", "text", default: "weir", "The service that the spans are of."),
        ConfigurationField(
            "resource", "map of attribute name to text", default: "{}",
            "What else is said of the service, such as deployment.environment.name."),
    ]
}
