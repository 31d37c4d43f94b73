extension ConfigurationSchema {
    /// The schema with what a filter's documentation says: meanings, defaults, and what the types
    /// leave open.
    package func described(by fields: [ConfigurationField]) -> ConfigurationSchema {
        let known = Dictionary(fields.map { ($0.name, $0) }) { first, _ in first }
        return described(by: known, at: [])
    }

    private func described(
        by known: [String: ConfigurationField], at path: [String]
    ) -> ConfigurationSchema {
        switch shape {
        case .object(let object):
            let fields = object.fields.map { field in
                let path = path + [field.name]
                let about = Self.find(path, in: known)
                return SchemaField(
                    field.name,
                    about?.schema ?? field.schema.described(by: known, at: path),
                    isRequired: field.isRequired, default: about?.defaultValue,
                    meaning: about?.meaning)
            }
            return ConfigurationSchema(
                .object(
                    SchemaObject(
                        fields, justOne: object.justOne, isOpen: object.isOpen,
                        isEntry: object.isEntry)),
                words)
        case .list(let element, let count):
            return .list(of: element.described(by: known, at: path), atLeast: count)
        case .map(let value, let names, let count):
            return .map(
                to: value.described(by: known, at: path), names: names, atLeast: count)
        case .anyOf(let alternatives):
            return ConfigurationSchema(
                .anyOf(alternatives.map { $0.described(by: known, at: path) }), words,
                examples: examples)
        // What has a name stands in other places too and says itself what it means.
        case .named, .itself, .text, .flag, .integer, .number, .choice, .duration, .size, .anything:
            return self
        }
    }

    /// What is said of a field. `limits.per` is the same as `per` where only that is explained.
    private static func find(
        _ path: [String], in known: [String: ConfigurationField]
    ) -> ConfigurationField? {
        for start in path.indices {
            if let field = known[path[start...].joined(separator: ".")] { return field }
        }
        return nil
    }
}
