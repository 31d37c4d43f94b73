internal import WeirBase
public import WeirFilter

extension Jwt {
    /// What `weir filters jwt` shows.
    public static let documentation = FilterDocumentation(
        summary: "Lets requests in that bring a token (JWT) of a trusted issuer; others get 401.",
        status: .stable,
        securityPosture: .robustToUntrustedDownstream,
        phases: [.requestHeaders],
        fields: requestFields + issuerFields + keyFields)

    private static let requestFields = [
        ConfigurationField(
            "from", "header:NAME, query:NAME, cookie:NAME or a list of them",
            default: "header:authorization",
            "Where the token is. `authorization` needs the scheme `Bearer`."),
        ConfigurationField(
            "optional", "true or false", default: "false",
            "Whether requests without a token pass; a bad token never does."),
        ConfigurationField(
            "forward", "keep or strip", default: "keep",
            "Whether the token stays in the request that goes on."),
        ConfigurationField(
            "claims-to-headers", "mapping from field names to claims", default: "none",
            "Request fields that carry claims; what clients send under these names is removed."),
        ConfigurationField(
            "name-claim", "path to a claim", default: "sub",
            "What limits, rules and logs know the client by; a token without it is refused.",
            allows: .text("path to a claim", pattern: ".")),
        ConfigurationField(
            "realm", "text", default: "api", "The realm that refused clients are told.",
            allows: .text("text without \" and \\", pattern: "^[^\"\\\\]*$")),
        ConfigurationField(
            "token-limit", "size", default: "8KiB", "The longest token that is looked at.",
            allows: .size(256...65_536)),
        ConfigurationField(
            "cache.entries", "whole number", default: "10000",
            "How many verified tokens each worker keeps at most; 0 for none.",
            allows: .integer(0...1_000_000)),
        ConfigurationField(
            "cache.time", "duration", default: "1h",
            "How long a token is taken without being verified again; never past its end.",
            allows: .duration(.shortest ... .unbounded)),
    ]

    private static let issuerFields = [
        ConfigurationField(
            "issuers", "list of issuers", default: "none",
            "Several issuers, each with the fields from `issuer` to `jwks`; what one does not say, "
                + "the same field beside `issuers` says. `required-claims` and `scopes` beside "
                + "`issuers` hold as well as its own."),
        ConfigurationField(
            "issuer", "text", default: "none", "What the tokens have in `iss`, byte for byte.",
            allows: .text("text", pattern: ".")),
        ConfigurationField(
            "audiences", "list of texts", default: "not checked",
            "Names of which a token's `aud` must have one."),
        ConfigurationField(
            "algorithms", "list of algorithms", default: "all with public keys",
            "RS256 to RS512, PS256 to PS512, ES256 to ES512, EdDSA, Ed25519, Ed448, HS256 to "
                + "HS512.",
            allows: .list(of: .choice(SignatureAlgorithm.allCases.map(\.rawValue)), atLeast: 1)),
        ConfigurationField(
            "secret", "secret", default: "none",
            "What tokens of HS256 to HS512 are signed with, at least as long as the hash."),
        ConfigurationField(
            "secret-encoding", "text or base64url", default: "text", "How `secret` is written."),
        ConfigurationField(
            "leeway", "duration, at most 10m", default: "60s",
            "How far clocks may differ when times are compared.",
            allows: .duration(.zero ... .seconds(600))),
        ConfigurationField(
            "max-age", "duration", default: "none",
            "The longest time since `iat`, which must then be there.",
            allows: .duration(.shortest ... .seconds(365 * 86_400))),
        ConfigurationField(
            "unsafe-no-expiry", "true or false", default: "false",
            "Whether tokens without `exp` pass."),
        ConfigurationField(
            "types", "list of texts", default: "not checked",
            "Kinds of token, such as at+jwt, of which the header's `typ` must be one."),
        ConfigurationField(
            "required-claims", "list of claims, or mapping from claims to values",
            default: "none", "Claims that must be there, with one of the values if any are given."),
        ConfigurationField(
            "scopes", "list of texts", default: "none",
            "What the token's `scope` or `scp` must have, all of it."),
        ConfigurationField(
            "name-prefix", "text", default: "none",
            "Stands before the names of this issuer's clients, to tell issuers apart."),
    ]

    private static let keyFields = [
        ConfigurationField(
            "jwks.inline", "text", default: "none", "The key set itself, as JSON."),
        ConfigurationField(
            "jwks.file", "path", default: "none",
            "A file with the key set; a change is used at once."),
        ConfigurationField(
            "jwks.cluster", "cluster", default: "none", "The cluster that serves the key set.",
            allows: .cluster),
        ConfigurationField(
            "jwks.path", "path", default: "none", "Where the cluster has it, such as /jwks.json.",
            allows: .path),
        ConfigurationField(
            "jwks.host", "host", default: "the cluster's name", "Whom the cluster is asked for.",
            allows: .authority),
        ConfigurationField(
            "jwks.cache", "duration, 1s to 1d", default: "10m",
            "How long keys are used before they are fetched again; the response's `max-age` may "
                + "shorten it to 30s.", allows: .duration(.seconds(1) ... .seconds(86_400))),
        ConfigurationField(
            "jwks.refresh-ahead", "duration", default: "1m",
            "How long before that the new ones are fetched, at most half of the time.",
            allows: .duration(.zero ... .seconds(86_400))),
        ConfigurationField(
            "jwks.stale-grace", "duration, at most 30d", default: "1h",
            "How long keys are used after that while they cannot be fetched.",
            allows: .duration(.zero ... .seconds(30 * 86_400))),
        ConfigurationField(
            "jwks.refetch-interval", "duration, 100ms to 1d", default: "10s",
            "The least time between two fetches that tokens with unknown keys cause.",
            allows: .duration(.milliseconds(100) ... .seconds(86_400))),
        ConfigurationField(
            "jwks.timeout", "duration, 10ms to 1m", default: "5s",
            "How long a fetch may take, and requests wait for it.",
            allows: .duration(.milliseconds(10) ... .seconds(60))),
    ]
}
