internal import WeirBase
public import WeirFilter

extension ExternalAuth {
    /// What `weir filters external-auth` shows.
    public static let documentation = FilterDocumentation(
        summary: "Asks a service of yours about each request, by HTTP or by Envoy's ext_authz.",
        status: .stable,
        securityPosture: .robustToUntrustedDownstream,
        phases: [.requestHeaders, .requestBody, .responseHeaders],
        fields: serviceFields + RequestCondition.fields("when") + errorFields
            + headerFields + otherFields)

    private static let serviceFields = [
        ConfigurationField(
            "http.cluster", "name of a cluster", default: nil, "Where the service runs.",
            allows: .cluster),
        ConfigurationField(
            "http.path", "path", default: "/", "What the service is asked for.", allows: .path),
        ConfigurationField(
            "http.append-path", "boolean", default: "false",
            "Whether the request's own path and query follow it."),
        ConfigurationField(
            "http.method", "GET, HEAD, POST, PUT or original", default: "GET, with a body POST",
            "The method of the question; original is the request's own, and denies requests whose "
                + "method can't be passed on.",
            allows: .choice(["GET", "HEAD", "POST", "PUT", "original"])),
        ConfigurationField(
            "http.authority", "host, perhaps with a port", default: "the cluster's name",
            "The Host field of the question.", allows: .authority),
        ConfigurationField(
            "grpc.cluster", "name of a cluster", default: nil,
            "Where the service runs; the cluster has to speak HTTP/2.", allows: .cluster),
        ConfigurationField(
            "grpc.authority", "host, perhaps with a port", default: "the cluster's name",
            "Whom the call is for.", allows: .authority),
        ConfigurationField(
            "grpc.context", "map of name to text", default: "{}",
            "What the service finds in context_extensions."),
    ]

    private static let errorFields = [
        ConfigurationField(
            "timeout", "duration", default: "200ms",
            "From the question to the end of the answer; more than 0, at most 1m.",
            allows: .duration(.shortest ... .seconds(60))),
        ConfigurationField(
            "on-error", "deny or allow", default: "deny",
            "What happens to a request without a decision: no answer in time, no connection, a "
                + "status of 500 or more, an answer that makes no sense."),
        ConfigurationField(
            "status-on-error", "status code", default: "403",
            "What such a request is answered with when it is denied; 400 to 599.",
            allows: .integer(400...599)),
    ]

    private static let headerFields = [
        ConfigurationField(
            "request-headers", "list of field names, or [\"*\"]",
            default: "gRPC: *, HTTP: see below",
            "Fields of the request that the service sees; * is all of them. Over HTTP it sees "
                + "accept, authorization, cookie, origin, traceparent, tracestate, user-agent and "
                + "x-request-id unless this says otherwise.", allows: .list(of: .fieldName)),
        ConfigurationField(
            "upstream-headers", "list of field names", default: "[]",
            "Fields that only the service may set on the request: those of the client are removed, "
                + "and over HTTP those of the service's answer are taken over.",
            allows: .list(of: .fieldName)),
        ConfigurationField(
            "client-headers", "list of field names", default: "see below",
            "Fields of a refusal over HTTP that the client gets; cache-control, content-type, "
                + "location, retry-after, set-cookie and www-authenticate unless this says "
                + "otherwise.", allows: .list(of: .fieldName)),
        ConfigurationField(
            "client-headers-on-success", "list of field names", default: "[]",
            "Fields of a consent over HTTP that are put into the upstream's response.",
            allows: .list(of: .fieldName)),
        ConfigurationField(
            "identity-header", "field name", default: "none",
            "The field of a consent that names the client, for limits, rules and logs.",
            allows: .fieldName),
    ]

    private static let otherFields = [
        ConfigurationField(
            "response-limit", "size", default: "64KiB",
            "The longest answer of the service; more is an error. 1 to 16MiB.",
            allows: .size(1...16 << 20)),
        ConfigurationField(
            "body.max", "size", default: nil,
            "Collects the request's body and sends it along; a longer one gets 413. 1 to 16MiB.",
            allows: .size(1...16 << 20)),
        ConfigurationField(
            "body.as", "text or bytes", default: "text",
            "Over gRPC, whether it goes into body, what is no UTF-8 replaced, or into raw_body."),
        ConfigurationField(
            "cache.key", "list of attributes", default: nil,
            "What requests have in common for which one decision holds: "
                + "\(RequestAttribute.forms).",
            allows: .list(of: RequestAttribute.schema, atLeast: 1)),
        ConfigurationField(
            "cache.ttl", "duration", default: "30s",
            "How long a decision holds; the service's Cache-Control may shorten it. At most 1h.",
            allows: .duration(.shortest ... .seconds(3600))),
        ConfigurationField(
            "cache.entries", "number", default: "10000",
            "How many decisions a worker keeps; 1 to 1000000.", allows: .integer(1...1_000_000)),
        ConfigurationField(
            "cache.size", "size", default: "16MiB",
            "How much memory a worker's decisions take at most; 64KiB to 1GiB.",
            allows: .size(64 << 10...1 << 30)),
    ]
}
