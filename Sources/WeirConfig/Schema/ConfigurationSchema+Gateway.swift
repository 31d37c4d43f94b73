internal import WeirFilter

/// What the gateway's own part of the file is made of.
extension ConfigurationSchema {
    private static let label = "[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?"

    /// A name that the operator chooses: letters of any alphabet, digits and some signs.
    static let name = text(
        "name of at most 128 letters, digits, `-`, `_` and `.`",
        pattern: "^[^\\s!\"#$%&'()*+,;<=>?@\\\\^`{|}~]{1,128}$", examples: ["public"])

    static let socketAddress = text(
        "IP address and port, or unix:path",
        pattern: "^(unix:.+|[0-9]+(\\.[0-9]+){3}:[0-9]{1,5}|\\[[0-9A-Fa-f:.]+\\]:[0-9]{1,5})$",
        examples: ["127.0.0.1:8080", "[::]:8080", "unix:/run/weir.sock"])

    static let endpoint = text(
        "host:port or unix:path",
        pattern: "^(unix:.+|(\(label)(\\.\(label))*|\\[[0-9A-Fa-f:.]+\\]):0*[1-9][0-9]{0,4})$",
        examples: ["10.0.0.1:8080", "api.internal:80", "unix:/run/api.sock"])

    static let serverName = text(
        "host name", pattern: "^(\\*\\.)?\(label)(\\.\(label))*$",
        examples: ["api.example.com", "*.example.com"])

    static let hostPattern = text(
        "host", pattern: "^(\\*|(\\*\\.)?\(label)(\\.\(label))*|\\[[0-9A-Fa-f:.]+\\])$",
        examples: ["api.example.com", "*.example.com"])

    static let upgrade = text(
        "name of a protocol", pattern: "^[!#$%&'*+.^_`|~0-9A-Za-z/-]+$", examples: ["websocket"])

    /// Header fields with their values.
    static let headerValues = map(
        to: text("field value", pattern: "^(\\S(.*\\S)?)?$"), names: tokenPattern)

    /// The same without anything that has to be there, for what is laid over something else.
    var asChange: ConfigurationSchema {
        switch shape {
        case .object(let object):
            let fields = object.fields.map { field in
                SchemaField(
                    field.name, field.schema.asChange, default: field.defaultValue,
                    meaning: field.meaning)
            }
            return ConfigurationSchema(
                .object(SchemaObject(fields, isOpen: object.isOpen)), words, examples: examples)
        case .anyOf(let alternatives):
            return ConfigurationSchema(
                .anyOf(alternatives.map(\.asChange)), words, examples: examples)
        default: return self
        }
    }
}

extension ConfigurationReference.Group {
    /// The group as a mapping. `inner` has the schemas of fields that are groups of their own;
    /// `justOne` names fields of which one has to be given.
    func schema(
        _ inner: [String: ConfigurationSchema] = [:], justOne: [String] = []
    ) -> ConfigurationSchema {
        .object(
            fields.map { field in
                SchemaField(
                    field.name, inner[field.name] ?? field.schema ?? .anything,
                    isRequired: field.defaultValue == nil && !justOne.contains(field.name),
                    default: field.defaultValue, meaning: field.meaning)
            }, justOne: justOne)
    }
}
