internal import WeirBase

/// Texts that stand in many configurations.
extension ConfigurationSchema {
    /// What a name of a header field or of a method is made of (RFC 9110, section 5.6.2).
    package static let tokenPattern = "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"

    /// The name of a header field.
    public static let fieldName = text(
        "field name", pattern: tokenPattern, examples: ["x-request-id"])

    /// A word of the characters that names of header fields are made of.
    public static let token = text("word", pattern: tokenPattern)

    /// A network or a single address: `10.0.0.0/8`, `2001:db8::/32`, `192.0.2.1`.
    public static let network = text(
        "CIDR block", pattern: "^[0-9A-Fa-f:.]*[.:][0-9A-Fa-f:.]*(/[0-9]{1,3})?$",
        examples: ["10.0.0.0/8", "2001:db8::/32"])

    /// A path that begins with a slash.
    public static let path = text("path", pattern: "^/", examples: ["/"])

    /// A method of HTTP.
    public static let method = text("method", pattern: tokenPattern, examples: ["GET"])

    /// A host with or without a port.
    public static let authority = text(
        "host, perhaps with a port", pattern: "^[^\\s/@?#]+$", examples: ["api.example.com"])

    /// The name of one of the file's `clusters`.
    public static let cluster = text("name of a cluster", pattern: ".", examples: ["api"])

    /// The status code of an answer.
    public static func status(_ range: ClosedRange<Int>) -> ConfigurationSchema { integer(range) }
}

extension ConfigDuration: SchemaDescribing {
    /// A number with a unit.
    public static var schema: ConfigurationSchema { .duration() }
}

extension ConfigSize: SchemaDescribing {
    /// A whole number with or without a unit.
    public static var schema: ConfigurationSchema { .size() }
}

extension Percentage: SchemaDescribing {
    /// A number with a percent sign.
    public static var schema: ConfigurationSchema {
        .text(
            "percentage", pattern: "^(100(\\.0*)?|[0-9]{1,2}(\\.[0-9]*)?|\\.[0-9]+)%$",
            examples: ["10%", "0.5%"])
    }
}

extension ConfigFile: SchemaDescribing {
    /// A path.
    public static var schema: ConfigurationSchema {
        .text("path", pattern: ".", examples: ["keys.txt"])
    }
}

extension Secret: SchemaDescribing {
    /// Text, or the file that holds it.
    public static var schema: ConfigurationSchema {
        .anyOf([
            .text("secret", examples: ["${TOKEN}"]),
            .object([
                SchemaField(
                    "file", ConfigFile.schema, isRequired: true,
                    meaning: "A file whose content is the secret.")
            ]),
        ])
    }
}

extension CredentialSource: SchemaDescribing {
    /// `header:NAME`, `query:NAME` or `cookie:NAME`.
    public static var schema: ConfigurationSchema {
        .text(
            forms, pattern: "^((header|cookie):[!#$%&'*+.^_`|~0-9A-Za-z-]+|query:.+)$",
            examples: ["header:authorization", "query:key", "cookie:session"])
    }
}

extension RequestAttribute: SchemaDescribing {
    /// The name of an attribute.
    public static var schema: ConfigurationSchema {
        .text(
            forms,
            pattern: "^(client-address|client|route|listener|method|host|path|scheme|server-name"
                + "|certificate:(subject|fingerprint)|header:[!#$%&'*+.^_`|~0-9A-Za-z-]+"
                + "|(query|cookie|claim):.+)$",
            examples: ["client-address", "header:x-team"])
    }
}

extension OriginPattern: SchemaDescribing {
    /// An origin.
    public static var schema: ConfigurationSchema {
        .text(
            "origin", pattern: "^[A-Za-z][A-Za-z0-9+.-]*://[^/?#\\s]+$",
            examples: ["https://app.example.com", "https://*.example.com"])
    }
}
