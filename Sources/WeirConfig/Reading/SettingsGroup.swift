internal import WeirFilter

/// A mapping of settings that all have defaults, described by a table of fields.
protocol SettingsGroup: Sendable {
    /// All defaults.
    init()
    /// The fields in the order in which they are documented.
    static var fields: [Field<Self>] { get }
}

extension SettingsGroup {
    /// Reads the mapping at `cursor`; fields that are missing or wrong keep their defaults.
    static func read(_ cursor: Cursor) -> Self {
        var group = Self()
        let fields = fields
        guard let reader = ObjectReader(cursor, fields.map(\.name)) else { return group }
        for field in fields {
            if let value = reader.field(field.name) { field.read(value, &group) }
        }
        return group
    }

    /// What may be written.
    static var schema: ConfigurationSchema { ConfigurationReference.Group("", Self.self).schema() }

    /// Every field with its value, defaults included.
    var rendered: Rendered { .object(Self.fields.map { ($0.name, $0.render(self)) }) }
}
