/// Finds out what a type decodes by letting it decode nothing: the decoder notes what it is asked
/// for and hands out values without meaning.
///
/// An optional field is reported missing, so only required ones need such values. A type that
/// refuses them ends its own tracing early; what is known of it then stays open for other keys.
final class SchemaTracer: Decoder {
    private enum Shape {
        case nothing
        case value(ConfigurationSchema)
        case list(() -> ConfigurationSchema)
        case map(() -> ConfigurationSchema)
        case object
    }

    private struct Field {
        let name: String
        var isRequired: Bool
        var schema: () -> ConfigurationSchema
    }

    let trail: SchemaTrail
    let codingPath: [any CodingKey] = []
    let userInfo: [CodingUserInfoKey: Any] = [:]
    private var shape = Shape.nothing
    private var fields: [Field] = []
    private var isBroken = false

    init(_ trail: SchemaTrail) { self.trail = trail }

    /// The schema of a type, and a value of it when one is needed and can be made of nothing.
    static func trace<Value: Decodable>(
        _ type: Value.Type, _ trail: SchemaTrail, needsValue: Bool = false
    ) -> (schema: ConfigurationSchema, value: Value?) {
        if let plain = type as? any PlainValue.Type {
            return (plain.plainSchema, plain.plainValue as? Value)
        }
        if let described = type as? any SchemaDescribing.Type {
            let schema = described.schema
            return (schema, needsValue ? SampleDecoder.value(type, of: schema, trail) : nil)
        }
        if let collection = type as? any TracedCollection.Type {
            return (collection.traced(trail), collection.nothing as? Value)
        }
        if let cases = type as? any CaseIterable.Type, let named = self.cases(cases) {
            return (.choice(named.names), named.first as? Value)
        }
        let identity = ObjectIdentifier(type)
        let name = KebabCase.from("\(type)")
        guard trail.enter(identity) else { return (.itself(name), nil) }
        let tracer = SchemaTracer(trail)
        let value = try? Value(from: tracer)
        tracer.isBroken = value == nil
        let isRecursive = trail.leave(identity)
        return (isRecursive ? .named(name, tracer.schema) : tracer.schema, value)
    }

    /// The names of an enumeration's cases, as far as they are text or numbers, and the first case.
    private static func cases<Cases: CaseIterable>(
        _ type: Cases.Type
    ) -> (names: [String], first: Any)? {
        let names = type.allCases.compactMap { value -> String? in
            guard let raw = (value as? any RawRepresentable)?.rawValue else { return nil }
            return raw as? String ?? (raw as? Int).map { "\($0)" }
        }
        guard let first = type.allCases.first, names.count == type.allCases.count else {
            return nil
        }
        return (names, first)
    }

    var schema: ConfigurationSchema {
        switch shape {
        case .nothing: isBroken ? .anything : .object([])
        case .value(let schema): schema
        case .list(let element): .list(of: element())
        case .map(let value): .map(to: value())
        case .object:
            ConfigurationSchema(
                .object(
                    SchemaObject(
                        fields.map {
                            SchemaField($0.name, $0.schema(), isRequired: $0.isRequired)
                        }, isOpen: isBroken)), "mapping")
        }
    }

    // MARK: What containers note

    func note(_ schema: ConfigurationSchema) {
        if case .nothing = shape { shape = .value(schema) }
    }

    func noteObject() { shape = .object }

    func noteMap(_ value: @escaping () -> ConfigurationSchema) { shape = .map(value) }

    func noteList(_ element: @escaping () -> ConfigurationSchema) { shape = .list(element) }

    /// Notes a field. One that is asked for twice is required only if it is so both times: a type
    /// that first asks whether it is there can do without it.
    func note(_ key: String, isRequired: Bool, _ schema: (() -> ConfigurationSchema)?) {
        let name = KebabCase.from(key)
        if let index = fields.firstIndex(where: { $0.name == name }) {
            fields[index].isRequired = fields[index].isRequired && isRequired
            if let schema { fields[index].schema = schema }
        } else {
            fields.append(
                Field(name: name, isRequired: isRequired, schema: schema ?? { .anything }))
        }
    }

    // MARK: Decoder

    func container<Key: CodingKey>(
        keyedBy type: Key.Type
    ) throws -> KeyedDecodingContainer<Key> {
        // Of a type that takes any text as a key, it is the values that count.
        if Key(stringValue: "\u{1}") != nil {
            noteMap { .anything }
        } else {
            noteObject()
        }
        return KeyedDecodingContainer(TracedKeys<Key>(self))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        noteList { .anything }
        return TracedElements(self)
    }

    func singleValueContainer() throws -> any SingleValueDecodingContainer { TracedValue(self) }
}

/// Why tracing cannot go on: a type needs a value that nobody can make up.
struct NothingToTrace: Error {}

/// The types that are being traced, from the outermost in, to notice one within itself.
final class SchemaTrail {
    private var types: Set<ObjectIdentifier> = []
    private var recursive: Set<ObjectIdentifier> = []

    /// Goes into a type; false when it is being traced already.
    func enter(_ type: ObjectIdentifier) -> Bool {
        if types.insert(type).inserted { return true }
        recursive.insert(type)
        return false
    }

    /// Leaves a type again and says whether it was met within itself.
    func leave(_ type: ObjectIdentifier) -> Bool {
        types.remove(type)
        return recursive.contains(type)
    }
}
