extension RequestCondition.Configuration: SchemaDescribing {
    /// A mapping of what has to hold.
    public static var schema: ConfigurationSchema { .named("condition", body) }

    private static var body: ConfigurationSchema {
        typealias Texts = RequestCondition.Texts
        let certificate = ConfigurationSchema.object([
            SchemaField("subject", Texts.patterns), SchemaField("dns-names", Texts.hosts),
            SchemaField("uris", Texts.patterns), SchemaField("fingerprints", Texts.digests),
        ])
        return ConfigurationSchema.object([
            SchemaField("methods", .oneOrMore(.method)),
            SchemaField("paths", .oneOrMore(.path)),
            SchemaField("hosts", Texts.hosts),
            SchemaField(
                "headers",
                .map(
                    to: Texts.patterns, names: ConfigurationSchema.tokenPattern, atLeast: 1)),
            SchemaField("query", .map(to: Texts.patterns, atLeast: 1)),
            SchemaField("client-addresses", .oneOrMore(.network)),
            SchemaField("clients", Texts.patterns),
            SchemaField("claims", .map(to: Texts.patterns, atLeast: 1)),
            SchemaField(
                "certificate", certificate, meaning: "The client's verified certificate."),
            SchemaField("listeners", .oneOrMore(.text("name"))),
            SchemaField("not", .itself("condition")),
        ]).described(by: RequestCondition.fields(""))
    }
}

extension RequestCondition.Texts: SchemaDescribing {
    /// One text or a list of texts.
    public static var schema: ConfigurationSchema { .oneOrMore(.text()) }

    /// `TextPattern`s: a star stands at an end, or text after `=` is taken as it is.
    fileprivate static let patterns = ConfigurationSchema.oneOrMore(
        .text(
            "text pattern", pattern: "^(=(.|\\n)*|\\*?[^*]*|[^*]*\\*|\\*[^*]+\\*)$",
            examples: ["text", "text*", "*text", "*", "absent"]))

    fileprivate static let hosts = ConfigurationSchema.oneOrMore(
        .text(
            "host", pattern: "^(\\*\\.)?([A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)*|\\[[0-9A-Fa-f:.]+\\])$",
            examples: ["api.example.com", "*.example.com"]))

    fileprivate static let digests = ConfigurationSchema.oneOrMore(
        .text("SHA-256 digest", pattern: "^(:*[0-9A-Fa-f]){64}:*$"))
}
