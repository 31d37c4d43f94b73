extension RequestCondition {
    /// The fields of `Configuration` for a filter's documentation, as they are called where the
    /// condition stands at `prefix`: `when`, `rules.allow`.
    public static func fields(_ prefix: String) -> [ConfigurationField] {
        func field(_ name: String, _ type: String, _ meaning: String) -> ConfigurationField {
            ConfigurationField(
                prefix.isEmpty ? name : "\(prefix).\(name)", type, default: "any", meaning)
        }
        return [
            field("methods", "list of methods", "The methods, without regard to case."),
            field(
                "paths", "list of paths",
                "The canonical path: /a/b itself, /a/*/c with any one segment, /a/** with /a and "
                    + "all below."),
            field("hosts", "list of hosts", "The host without port: a.example.com, *.example.com."),
            field(
                "headers", "map of field name to text patterns",
                "Each of the fields has a line that matches: text, *, text*, *text, *text*; or "
                    + "absent."),
            field(
                "query", "map of parameter to text patterns",
                "Each of the parameters has a value that matches, once decoded."),
            field(
                "client-addresses", "list of CIDR blocks",
                "The client's address after trusted hops."),
            field("clients", "list of text patterns", "Who the client was found to be."),
            field(
                "claims", "map of claim to text patterns",
                "Each of the claims, all of one identity, matches; of a list any element."),
            field(
                "certificate.subject", "list of text patterns",
                "The distinguished name in the client's verified certificate."),
            field(
                "certificate.dns-names", "list of hosts",
                "A DNS name in the client's verified certificate."),
            field(
                "certificate.uris", "list of text patterns",
                "A URI in the client's verified certificate."),
            field(
                "certificate.fingerprints", "list of SHA-256 digests",
                "The digest of the client's verified certificate, in hexadecimal digits."),
            field("listeners", "list of names", "The listener."),
            field("not", "condition", "A condition of these same fields that must not hold."),
        ]
    }
}
