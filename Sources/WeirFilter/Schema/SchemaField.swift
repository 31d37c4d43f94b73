/// A field of a mapping in a `ConfigurationSchema`.
public struct SchemaField: Sendable {
    /// The name as it is written in files.
    public let name: String
    /// What may be written.
    public let schema: ConfigurationSchema
    /// Whether it has to be given.
    public let isRequired: Bool
    /// What it means, if that is known.
    public let meaning: String?
    /// The default as it would be written, or in words; nil when there is none.
    public let defaultValue: String?

    /// Describes a field.
    public init(
        _ name: String, _ schema: ConfigurationSchema, isRequired: Bool = false,
        default defaultValue: String? = nil, meaning: String? = nil
    ) {
        self.name = name
        self.schema = schema
        self.isRequired = isRequired
        self.defaultValue = defaultValue
        self.meaning = meaning
    }
}

/// A mapping with known fields.
package struct SchemaObject: Sendable {
    package let fields: [SchemaField]
    /// Names of fields of which just one has to be given; none for no such rule.
    package let justOne: [String]
    /// Whether there may be fields that are not known, because a type could not be traced to its
    /// end.
    package let isOpen: Bool
    /// Whether there is just one field, whichever: then those are required that may not be null.
    package let isEntry: Bool

    package init(
        _ fields: [SchemaField], justOne: [String] = [], isOpen: Bool = false,
        isEntry: Bool = false
    ) {
        self.fields = fields
        self.justOne = justOne
        self.isOpen = isOpen
        self.isEntry = isEntry
    }

    /// Whether a mapping without any field would do.
    package var mayBeEmpty: Bool {
        !isEntry && justOne.isEmpty && fields.allSatisfy { !$0.isRequired }
    }
}
