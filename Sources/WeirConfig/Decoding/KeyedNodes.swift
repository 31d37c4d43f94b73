internal import WeirFilter

/// A mapping as a `Decodable` type sees it.
///
/// A bad scalar is noted and a placeholder handed out, so the type goes on and its other errors
/// are found in the same run.
struct KeyedNodes<Key: CodingKey>: KeyedDecodingContainerProtocol {
    private let decoder: NodeDecoder
    private let mapping: ConfigMapping
    /// Positions of the keys, for mappings that are too large to walk for each.
    private let index: [String: Int]?
    /// Whether any text is a key, as in a dictionary; then names are taken as they are.
    private let isDynamic: Bool

    init(_ decoder: NodeDecoder, _ mapping: ConfigMapping) {
        self.decoder = decoder
        self.mapping = mapping
        isDynamic = Key(stringValue: "\u{1}") != nil
        index =
            mapping.entries.count <= 16
            ? nil
            : Dictionary(uniqueKeysWithValues: mapping.entries.enumerated().map { ($1.key, $0) })
    }

    var codingPath: [any CodingKey] { decoder.codingPath }

    var allKeys: [Key] {
        mapping.entries.compactMap { entry in
            guard let key = key(entry.key) else { return nil }
            decoder.request(entry.key)
            return key
        }
    }

    /// Whether the type has a field for a key.
    func isKnown(_ name: String) -> Bool { key(name) != nil }

    private func key(_ name: String) -> Key? {
        if isDynamic { return Key(stringValue: name) }
        if let key = Key(stringValue: name), KebabCase.from(name) == name { return key }
        return Key(stringValue: KebabCase.toCamelCase(name))
    }

    private func child(_ key: any CodingKey) -> Cursor? {
        let name = isDynamic ? key.stringValue : KebabCase.from(key.stringValue)
        decoder.request(name)
        if let index { return index[name].map { decoder.cursor.child(mapping.entries[$0]) } }
        return mapping.entries.first { $0.key == name }.map(decoder.cursor.child)
    }

    /// The value under a key; nil, and noted, when it is missing.
    private func required(_ key: Key) -> Cursor? {
        if let child = child(key), !child.node.isNull { return child }
        let name = isDynamic ? key.stringValue : KebabCase.from(key.stringValue)
        decoder.cursor.report("the key `\(name)` is missing")
        return nil
    }

    private func scalar<Value: ScalarValue>(_ key: Key) -> Value {
        required(key)?.scalarOrPlaceholder(Value.self) ?? Value.placeholder
    }

    func contains(_ key: Key) -> Bool { child(key) != nil }
    func decodeNil(forKey key: Key) throws -> Bool { child(key)?.node.isNull ?? true }
    func decode(_ type: Bool.Type, forKey key: Key) -> Bool { scalar(key) }
    func decode(_ type: String.Type, forKey key: Key) -> String { scalar(key) }
    func decode(_ type: Double.Type, forKey key: Key) -> Double { scalar(key) }
    func decode(_ type: Float.Type, forKey key: Key) -> Float { scalar(key) }
    func decode(_ type: Int.Type, forKey key: Key) -> Int { scalar(key) }
    func decode(_ type: Int8.Type, forKey key: Key) -> Int8 { scalar(key) }
    func decode(_ type: Int16.Type, forKey key: Key) -> Int16 { scalar(key) }
    func decode(_ type: Int32.Type, forKey key: Key) -> Int32 { scalar(key) }
    func decode(_ type: Int64.Type, forKey key: Key) -> Int64 { scalar(key) }
    func decode(_ type: UInt.Type, forKey key: Key) -> UInt { scalar(key) }
    func decode(_ type: UInt8.Type, forKey key: Key) -> UInt8 { scalar(key) }
    func decode(_ type: UInt16.Type, forKey key: Key) -> UInt16 { scalar(key) }
    func decode(_ type: UInt32.Type, forKey key: Key) -> UInt32 { scalar(key) }
    func decode(_ type: UInt64.Type, forKey key: Key) -> UInt64 { scalar(key) }
    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
        guard let child = required(key) else {
            if let placeholder = Placeholder.value(type) { return placeholder }
            throw DecodingFailure.reported
        }
        do {
            return try child.decode(type)
        } catch {
            // A dictionary breaks off here; the errors of its other values are to be told as well.
            if isDynamic { decodeRest(type, after: key) }
            throw error
        }
    }

    private func decodeRest<Value: Decodable>(_ type: Value.Type, after key: Key) {
        let rest = mapping.entries.drop { $0.key != key.stringValue }.dropFirst()
        for entry in rest { _ = decoder.cursor.child(entry).decodeOrNil(type) }
    }

    func decodeIfPresent<Value: Decodable>(
        _ type: Value.Type, forKey key: Key
    ) throws -> Value? {
        guard let child = child(key), !child.node.isNull else { return nil }
        return child.decodeOrNil(type)
    }

    private func nested(_ key: any CodingKey) throws -> NodeDecoder {
        guard let child = child(key) else {
            decoder.cursor.report("the key `\(key.stringValue)` is missing")
            throw DecodingFailure.reported
        }
        return NodeDecoder(child)
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> { try nested(key).container(keyedBy: type) }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try nested(key).unkeyedContainer()
    }

    func superDecoder() throws -> any Decoder { decoder }
    func superDecoder(forKey key: Key) throws -> any Decoder { try nested(key) }
}
