internal import WeirBase
public import WeirFilter

extension RateLimit {
    /// What `weir filters rate-limit` shows.
    public static let documentation = FilterDocumentation(
        summary: "Admits so many requests per time and key; others get 429.",
        status: .beta,
        securityPosture: .robustToUntrustedDownstreamAndUpstream,
        phases: [.requestHeaders, .responseHeaders],
        fields: [
            ConfigurationField(
                "name", "name", default: "made of the numbers", "The only limit's name.",
                allows: .text("word of at most 64 characters", pattern: "^[0-9A-Za-z._-]{1,64}$")),
            ConfigurationField(
                "requests", "count", default: "required",
                "How many requests are admitted per period.",
                allows: .integer(1...Quota.mostRequests)),
            ConfigurationField(
                "per", "second, minute, hour, day or a duration", default: "required",
                "The period; 1ms to 365d."),
            ConfigurationField(
                "burst", "count", default: "requests", "How many requests are admitted at once.",
                allows: .integer(1...Quota.mostRequests)),
            ConfigurationField(
                "key", "attribute or list of attributes", default: "one count of all requests",
                "What is counted by: " + RequestAttribute.forms + "."),
            ConfigurationField(
                "cost", "count, or {header, max}", default: "1",
                "What a request costs; with `header` what that field of the request says, at "
                    + "least 1 and at most `max`."),
            ConfigurationField(
                "when", "condition", default: "every request",
                "Which requests the limit holds for; see the page on conditions."),
            ConfigurationField(
                "missing-key", "share, skip or deny", default: "share",
                "What happens to requests that lack a part of the key: they are counted together, "
                    + "not at all, or refused."),
            ConfigurationField(
                "limits", "list of limits", default: "none",
                "Several limits instead of one: each with the fields above and `shadow`. All have "
                    + "to admit a request, and a refused one counts under none."),
            ConfigurationField(
                "store", "local or a store's settings", default: "local",
                "Where counts are kept: in this process, or for a fleet in Redis or by a service."),
            ConfigurationField(
                "store.redis.cluster", "cluster", default: "required with `redis`",
                "The cluster that speaks `redis`.", allows: .cluster),
            ConfigurationField(
                "store.redis.prefix", "text", default: "weir:", "What all keys begin with."),
            ConfigurationField(
                "store.redis.timeout", "duration", default: "20ms",
                "How long Redis may take to decide about a request; 1ms to 10s.",
                allows: .duration(.milliseconds(1) ... .seconds(10))),
            ConfigurationField(
                "store.redis.when-unavailable", "allow, deny or local",
                default: "required with `redis`",
                "What becomes of requests that Redis does not decide about: they go on, get 503, "
                    + "or are counted in this process."),
            ConfigurationField(
                "store.service.cluster", "cluster", default: "required with `service`",
                "The cluster of a service of Envoy's rate limit protocol; it speaks `http2`.",
                allows: .cluster),
            ConfigurationField(
                "store.service.domain", "text", default: "required with `service`",
                "Under which the service knows the limits."),
            ConfigurationField(
                "store.service.entries", "mapping of attributes to keys",
                default: "the attributes' names", "What the service calls the parts of a key."),
            ConfigurationField(
                "store.service.timeout", "duration", default: "20ms",
                "How long the service may take to decide about a request; 1ms to 10s.",
                allows: .duration(.milliseconds(1) ... .seconds(10))),
            ConfigurationField(
                "store.service.when-unavailable", "allow, deny or local",
                default: "required with `service`",
                "What becomes of requests that the service does not decide about."),
            ConfigurationField(
                "max-keys", "count", default: "100000",
                "How many keys the local store remembers per limit; 30 bytes each.",
                allows: .integer(1...100_000_000)),
            ConfigurationField(
                "ipv6-prefix", "count", default: "64",
                "How many bits of an IPv6 client's address count in a key.",
                allows: .integer(1...128)),
            ConfigurationField(
                "headers", "draft or none", default: "none",
                "`draft`: responses have the fields RateLimit and RateLimit-Policy."),
            ConfigurationField(
                "status", "status code", default: "429", "The status of a refusal; 400 to 599.",
                allows: .integer(400...599)),
            ConfigurationField(
                "shadow", "true or false", default: "false",
                "Only counts what would be refused; a limit of `limits` can say otherwise."),
        ])
}
