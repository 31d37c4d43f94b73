/// A mapping as a `Decodable` type sees it.
struct KeyedReader<Key: CodingKey>: KeyedDecodingContainerProtocol {
    private let reader: ConfigurationReader
    private let entries: [(key: String, value: TestConfiguration)]
    /// Whether any text is a key, as in a dictionary; then names are taken as they are.
    private let isDynamic = Key(stringValue: "\u{1}") != nil

    init(_ reader: ConfigurationReader, _ entries: [(key: String, value: TestConfiguration)]) {
        self.reader = reader
        self.entries = entries
    }

    var codingPath: [any CodingKey] { reader.codingPath }

    var allKeys: [Key] {
        entries.compactMap { entry in
            guard isDynamic, let key = Key(stringValue: entry.key) else { return nil }
            reader.request(entry.key, isField: false)
            return key
        }
    }

    private func written(_ key: Key) -> String {
        if isDynamic { return key.stringValue }
        return key.stringValue.reduce(into: "") { text, character in
            if character.isUppercase { text += "-" }
            text += character.lowercased()
        }
    }

    private func find(_ key: Key) -> ConfigurationReader? {
        let name = written(key)
        reader.request(name, isField: !isDynamic)
        guard let entry = entries.first(where: { $0.key == name }) else { return nil }
        if case .null = entry.value { return nil }
        return reader.child(entry.value, name)
    }

    private func child(_ key: Key) throws -> ConfigurationReader {
        if let child = find(key) { return child }
        throw LocatedError(path: reader.path, message: "the key `\(written(key))` is missing")
    }

    /// Also when nothing stands behind the key, as in a file.
    func contains(_ key: Key) -> Bool {
        let name = written(key)
        reader.request(name, isField: !isDynamic)
        return entries.contains { $0.key == name }
    }

    func decodeNil(forKey key: Key) throws -> Bool { find(key) == nil }
    func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T {
        try child(key).read(type)
    }
    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> { try child(key).container(keyedBy: type) }
    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try child(key).unkeyedContainer()
    }
    func superDecoder() throws -> any Decoder { reader }
    func superDecoder(forKey key: Key) throws -> any Decoder { try child(key) }
}

/// A list as a `Decodable` type sees it.
struct ListReader: UnkeyedDecodingContainer {
    private let reader: ConfigurationReader
    private let items: [TestConfiguration]
    private(set) var currentIndex = 0

    init(_ reader: ConfigurationReader, _ items: [TestConfiguration]) {
        self.reader = reader
        self.items = items
    }

    var codingPath: [any CodingKey] { reader.codingPath }
    var count: Int? { items.count }
    var isAtEnd: Bool { currentIndex == items.count }

    private mutating func next() throws -> ConfigurationReader {
        guard !isAtEnd else { throw reader.mismatch("a longer list") }
        defer { currentIndex += 1 }
        return reader.child(items[currentIndex], currentIndex)
    }

    mutating func decodeNil() throws -> Bool {
        guard !isAtEnd, case .null = items[currentIndex] else { return false }
        currentIndex += 1
        return true
    }
    mutating func decode<T: Decodable>(_ type: T.Type) throws -> T { try next().read(type) }
    mutating func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type
    ) throws -> KeyedDecodingContainer<Nested> { try next().container(keyedBy: type) }
    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        try next().unkeyedContainer()
    }
    mutating func superDecoder() throws -> any Decoder { try next() }
}

/// A scalar as a `Decodable` type sees it.
struct ScalarReader: SingleValueDecodingContainer {
    private let reader: ConfigurationReader

    init(_ reader: ConfigurationReader) { self.reader = reader }

    var codingPath: [any CodingKey] { reader.codingPath }

    func decodeNil() -> Bool {
        if case .null = reader.value { true } else { false }
    }

    func decode(_ type: Bool.Type) throws -> Bool {
        guard case .bool(let value) = reader.value else { throw reader.mismatch("true or false") }
        return value
    }

    /// Any scalar can be read as text, as in a file.
    func decode(_ type: String.Type) throws -> String {
        switch reader.value {
        case .text(let value): return value
        case .bool, .integer, .number: return reader.value.description
        case .null, .list, .mapping: throw reader.mismatch("text")
        }
    }

    func decode(_ type: Double.Type) throws -> Double {
        switch reader.value {
        case .integer(let value): return Double(value)
        case .number(let value): return value
        default: throw reader.mismatch("a number")
        }
    }

    func decode(_ type: Float.Type) throws -> Float { Float(try decode(Double.self)) }

    private func whole<Number: FixedWidthInteger>() throws -> Number {
        guard case .integer(let value) = reader.value, let number = Number(exactly: value) else {
            throw reader.mismatch("a whole number")
        }
        return number
    }

    func decode(_ type: Int.Type) throws -> Int { try whole() }
    func decode(_ type: Int8.Type) throws -> Int8 { try whole() }
    func decode(_ type: Int16.Type) throws -> Int16 { try whole() }
    func decode(_ type: Int32.Type) throws -> Int32 { try whole() }
    func decode(_ type: Int64.Type) throws -> Int64 { try whole() }
    func decode(_ type: UInt.Type) throws -> UInt { try whole() }
    func decode(_ type: UInt8.Type) throws -> UInt8 { try whole() }
    func decode(_ type: UInt16.Type) throws -> UInt16 { try whole() }
    func decode(_ type: UInt32.Type) throws -> UInt32 { try whole() }
    func decode(_ type: UInt64.Type) throws -> UInt64 { try whole() }
    func decode<T: Decodable>(_ type: T.Type) throws -> T { try reader.read(type) }
}
