/// A scalar as a `Decodable` type sees it.
///
/// Unlike the other containers it throws what is wrong instead of noting it: a type may try one
/// shape after another, and only the last failure counts.
struct SingleNode: SingleValueDecodingContainer {
    private let decoder: NodeDecoder
    private var cursor: Cursor { decoder.cursor }

    init(_ decoder: NodeDecoder) { self.decoder = decoder }

    var codingPath: [any CodingKey] { decoder.codingPath }

    func decodeNil() -> Bool { cursor.node.isNull }
    func decode(_ type: Bool.Type) throws -> Bool { try cursor.scalar(type) }
    func decode(_ type: String.Type) throws -> String { try cursor.scalar(type) }
    func decode(_ type: Double.Type) throws -> Double { try cursor.scalar(type) }
    func decode(_ type: Float.Type) throws -> Float { try cursor.scalar(type) }
    func decode(_ type: Int.Type) throws -> Int { try cursor.scalar(type) }
    func decode(_ type: Int8.Type) throws -> Int8 { try cursor.scalar(type) }
    func decode(_ type: Int16.Type) throws -> Int16 { try cursor.scalar(type) }
    func decode(_ type: Int32.Type) throws -> Int32 { try cursor.scalar(type) }
    func decode(_ type: Int64.Type) throws -> Int64 { try cursor.scalar(type) }
    func decode(_ type: UInt.Type) throws -> UInt { try cursor.scalar(type) }
    func decode(_ type: UInt8.Type) throws -> UInt8 { try cursor.scalar(type) }
    func decode(_ type: UInt16.Type) throws -> UInt16 { try cursor.scalar(type) }
    func decode(_ type: UInt32.Type) throws -> UInt32 { try cursor.scalar(type) }
    func decode(_ type: UInt64.Type) throws -> UInt64 { try cursor.scalar(type) }
    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        if let scalar = type as? any ScalarValue.Type { return try cursor.scalar(scalar) as! Value }
        decoder.delegate()
        let context = cursor.context
        let before = context.problems.count
        let value = cursor.decodeOrNil(type)
        let problems = context.takeProblems(from: before)
        guard problems.isEmpty, let value else { throw DecodingFailure.problems(problems) }
        return value
    }
}
