public import WeirFilter

extension Access {
    /// What `weir filters access` shows.
    public static let documentation = FilterDocumentation(
        summary: "Lets requests in by rules on what they ask for and who asks.",
        status: .stable,
        securityPosture: .robustToUntrustedDownstreamAndUpstream,
        phases: [.requestHeaders],
        fields: [
            ConfigurationField(
                "rules.name", "name", default: "rule-N",
                "The name in metrics, traces and `weir explain`; N is the position, from 1.",
                allows: .text(
                    "word of at most 64 letters, digits and hyphens",
                    pattern: "^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}$")),
            ConfigurationField(
                "rules.shadow", "true or false", default: "false",
                "Only counts and notes what the rule would decide, and goes on with the next."),
        ] + requests("allow", "are let in") + requests("deny", "are kept out") + [
            ConfigurationField(
                "default", "allow or deny", default: "deny",
                "What becomes of requests that no rule decides about."),
            ConfigurationField(
                "shadow", "true or false", default: "false",
                "Only counts and notes what would be denied, and lets everybody in."),
            ConfigurationField(
                "status", "status code", default: "403",
                "What is answered to those who are denied; 400 to 599, but not 401 and 407.",
                allows: .integer(400...599, except: [401, 407])),
            ConfigurationField(
                "body", "text", default: "\"\"", "The body of that answer, as text/plain."),
            ConfigurationField(
                "challenge", "text", default: "none",
                "Answers 401 with this `WWW-Authenticate` instead to those whom nobody has "
                    + "identified, where a rule would let the right client in."),
        ])

    private static func requests(_ name: String, _ fate: String) -> [ConfigurationField] {
        let prefix = "rules.\(name)"
        return RequestCondition.fields(prefix).map { field in
            ConfigurationField(
                field.name, field.type, default: field.defaultValue,
                field.name == "\(prefix).methods"
                    ? "Requests that \(fate): `all`, or those for which these fields hold. "
                        + field.meaning
                    : field.meaning)
        }
    }
}
