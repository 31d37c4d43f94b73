extension ConfigurationSchema {
    /// A place in a configuration where something may be written.
    package struct Place: Sendable {
        /// The way to it, names joined by dots: `abort.status`. Of lists it is that of an element.
        package let path: String
        /// The field there.
        package let field: SchemaField
        /// Whether there are fields below it.
        package let isInner: Bool
        /// Whether it belongs to a schema with a name, which stands in other places as well.
        package let isShared: Bool
    }

    /// Every place below this one, from the outside in. A schema that stands within itself is not
    /// gone into again.
    package var places: [Place] {
        var places: [Place] = []
        gather(into: &places, at: "", isShared: false)
        return places
    }

    private func gather(into places: inout [Place], at path: String, isShared: Bool) {
        switch shape {
        case .object(let object):
            for field in object.fields {
                let path = path.isEmpty ? field.name : "\(path).\(field.name)"
                var below: [Place] = []
                field.schema.gather(into: &below, at: path, isShared: isShared)
                places.append(
                    Place(path: path, field: field, isInner: !below.isEmpty, isShared: isShared))
                places += below
            }
        case .list(let element, _): element.gather(into: &places, at: path, isShared: isShared)
        case .map(let value, _, _): value.gather(into: &places, at: path, isShared: isShared)
        case .anyOf(let alternatives):
            var known: Set<String> = []
            for alternative in alternatives {
                var below: [Place] = []
                alternative.gather(into: &below, at: path, isShared: isShared)
                places += below.filter { known.insert($0.path).inserted }
            }
        case .named(_, let schema): schema.gather(into: &places, at: path, isShared: true)
        case .itself, .text, .flag, .integer, .number, .choice, .duration, .size, .anything:
            break
        }
    }

    /// Whether nothing at all, or an empty mapping, may be written.
    package var mayBeEmpty: Bool {
        switch shape {
        case .object(let object): object.mayBeEmpty
        case .map(_, _, let count), .list(_, let count): count == 0
        case .anyOf(let alternatives): alternatives.contains(where: \.mayBeEmpty)
        case .named(_, let schema): schema.mayBeEmpty
        case .anything: true
        case .itself, .text, .flag, .integer, .number, .choice, .duration, .size: false
        }
    }
}
