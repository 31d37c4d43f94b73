/// A list as a `Decodable` type sees it.
struct UnkeyedNodes: UnkeyedDecodingContainer {
    private let decoder: NodeDecoder
    private let elements: [ConfigNode]
    private(set) var currentIndex = 0

    init(_ decoder: NodeDecoder, _ elements: [ConfigNode]) {
        self.decoder = decoder
        self.elements = elements
    }

    var codingPath: [any CodingKey] { decoder.codingPath }
    var count: Int? { elements.count }
    var isAtEnd: Bool { currentIndex == elements.count }

    private mutating func next() throws(DecodingFailure) -> Cursor {
        guard currentIndex < elements.count else {
            throw .mismatch(decoder.cursor, expected: "more than \(elements.count) elements")
        }
        defer { currentIndex += 1 }
        return decoder.cursor.child(currentIndex, elements[currentIndex])
    }

    private mutating func scalar<Value: ScalarValue>() throws -> Value {
        try next().scalarOrPlaceholder(Value.self)
    }

    mutating func decodeNil() throws -> Bool {
        guard currentIndex < elements.count, elements[currentIndex].isNull else { return false }
        currentIndex += 1
        return true
    }
    mutating func decode(_ type: Bool.Type) throws -> Bool { try scalar() }
    mutating func decode(_ type: String.Type) throws -> String { try scalar() }
    mutating func decode(_ type: Double.Type) throws -> Double { try scalar() }
    mutating func decode(_ type: Float.Type) throws -> Float { try scalar() }
    mutating func decode(_ type: Int.Type) throws -> Int { try scalar() }
    mutating func decode(_ type: Int8.Type) throws -> Int8 { try scalar() }
    mutating func decode(_ type: Int16.Type) throws -> Int16 { try scalar() }
    mutating func decode(_ type: Int32.Type) throws -> Int32 { try scalar() }
    mutating func decode(_ type: Int64.Type) throws -> Int64 { try scalar() }
    mutating func decode(_ type: UInt.Type) throws -> UInt { try scalar() }
    mutating func decode(_ type: UInt8.Type) throws -> UInt8 { try scalar() }
    mutating func decode(_ type: UInt16.Type) throws -> UInt16 { try scalar() }
    mutating func decode(_ type: UInt32.Type) throws -> UInt32 { try scalar() }
    mutating func decode(_ type: UInt64.Type) throws -> UInt64 { try scalar() }
    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        do {
            return try next().decode(type)
        } catch {
            // The list breaks off here; the errors of its other elements are to be told as well.
            while let other = try? next() { _ = other.decodeOrNil(type) }
            throw error
        }
    }

    mutating func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type
    ) throws -> KeyedDecodingContainer<Nested> {
        try NodeDecoder(next()).container(keyedBy: type)
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        try NodeDecoder(next()).unkeyedContainer()
    }

    mutating func superDecoder() throws -> any Decoder { NodeDecoder(try next()) }
}
