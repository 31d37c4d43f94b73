/// Makes a value of a type that describes itself, from an example of how it is written: tracing
/// needs one where such a field is required.
struct SampleDecoder: Decoder {
    let text: String
    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    /// A value, or nil when no example gives one.
    static func value<Value: Decodable>(
        _ type: Value.Type, of schema: ConfigurationSchema, _ trail: SchemaTrail
    ) -> Value? {
        for example in schema.examples {
            if let value = try? Value(from: SampleDecoder(text: example)) { return value }
        }
        // The type is its own business, so what it asks for is not looked at.
        let identity = ObjectIdentifier(type)
        guard trail.enter(identity) else { return nil }
        defer { _ = trail.leave(identity) }
        return try? Value(from: SchemaTracer(trail))
    }

    func container<Key: CodingKey>(
        keyedBy type: Key.Type
    ) throws -> KeyedDecodingContainer<Key> { throw NothingToTrace() }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer { throw NothingToTrace() }

    func singleValueContainer() throws -> any SingleValueDecodingContainer {
        SampleValue(text: text)
    }
}

private struct SampleValue: SingleValueDecodingContainer {
    let text: String
    var codingPath: [any CodingKey] { [] }

    func decodeNil() -> Bool { false }

    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        if let text = text as? Value { return text }
        if let number = Int(text) as? Value { return number }
        return try Value(from: SampleDecoder(text: text))
    }
}
