/// A mapping of which the keys that are asked for are noted.
struct TracedKeys<Key: CodingKey>: KeyedDecodingContainerProtocol {
    private let tracer: SchemaTracer

    init(_ tracer: SchemaTracer) { self.tracer = tracer }

    var codingPath: [any CodingKey] { [] }
    var allKeys: [Key] { [] }

    func contains(_ key: Key) -> Bool {
        tracer.note(key.stringValue, isRequired: false, nil)
        return true
    }

    func decodeNil(forKey key: Key) throws -> Bool {
        tracer.note(key.stringValue, isRequired: false, nil)
        return false
    }

    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
        let (schema, value) = SchemaTracer.trace(type, tracer.trail, needsValue: true)
        tracer.note(key.stringValue, isRequired: true) { schema }
        guard let value else { throw NothingToTrace() }
        return value
    }

    func decodeIfPresent<Value: Decodable>(
        _ type: Value.Type, forKey key: Key
    ) throws -> Value? {
        let schema = SchemaTracer.trace(type, tracer.trail).schema
        tracer.note(key.stringValue, isRequired: false) { schema }
        return nil
    }

    private func inner(_ key: String) -> SchemaTracer {
        let inner = SchemaTracer(tracer.trail)
        tracer.note(key, isRequired: true) { inner.schema }
        return inner
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> {
        try inner(key.stringValue).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try inner(key.stringValue).unkeyedContainer()
    }

    func superDecoder() throws -> any Decoder { tracer }
    func superDecoder(forKey key: Key) throws -> any Decoder { inner(key.stringValue) }
}

/// A list of which the type of the first element is noted.
struct TracedElements: UnkeyedDecodingContainer {
    private let tracer: SchemaTracer
    private(set) var currentIndex = 0

    init(_ tracer: SchemaTracer) { self.tracer = tracer }

    var codingPath: [any CodingKey] { [] }
    var count: Int? { 1 }
    var isAtEnd: Bool { currentIndex > 0 }

    mutating func decodeNil() throws -> Bool { false }

    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        let (schema, value) = SchemaTracer.trace(type, tracer.trail, needsValue: true)
        if currentIndex == 0 { tracer.noteList { schema } }
        currentIndex += 1
        guard let value else { throw NothingToTrace() }
        return value
    }

    private mutating func inner() -> SchemaTracer {
        let inner = SchemaTracer(tracer.trail)
        if currentIndex == 0 { tracer.noteList { inner.schema } }
        currentIndex += 1
        return inner
    }

    mutating func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type
    ) throws -> KeyedDecodingContainer<Nested> { try inner().container(keyedBy: type) }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        try inner().unkeyedContainer()
    }

    mutating func superDecoder() throws -> any Decoder { inner() }
}

/// A value that is alone.
struct TracedValue: SingleValueDecodingContainer {
    private let tracer: SchemaTracer

    init(_ tracer: SchemaTracer) { self.tracer = tracer }

    var codingPath: [any CodingKey] { [] }

    func decodeNil() -> Bool { false }

    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        let (schema, value) = SchemaTracer.trace(type, tracer.trail, needsValue: true)
        tracer.note(schema)
        guard let value else { throw NothingToTrace() }
        return value
    }
}
