/// A scalar of the standard library.
protocol PlainValue {
    static var plainSchema: ConfigurationSchema { get }
    static var plainValue: Self { get }
}

extension String: PlainValue {
    static var plainSchema: ConfigurationSchema { .text() }
    static var plainValue: String { "" }
}

extension Bool: PlainValue {
    static var plainSchema: ConfigurationSchema { .flag }
    static var plainValue: Bool { false }
}

extension PlainValue where Self: FixedWidthInteger {
    static var plainSchema: ConfigurationSchema {
        .integer((Int(exactly: min) ?? .min)...(Int(exactly: max) ?? .max))
    }
    static var plainValue: Self { 0 }
}

extension Int: PlainValue {}
extension Int8: PlainValue {}
extension Int16: PlainValue {}
extension Int32: PlainValue {}
extension Int64: PlainValue {}
extension UInt: PlainValue {}
extension UInt8: PlainValue {}
extension UInt16: PlainValue {}
extension UInt32: PlainValue {}
extension UInt64: PlainValue {}

extension PlainValue where Self: BinaryFloatingPoint {
    static var plainSchema: ConfigurationSchema { .number }
    static var plainValue: Self { 0 }
}

extension Double: PlainValue {}
extension Float: PlainValue {}

/// A type of the standard library around others.
protocol TracedCollection {
    static func traced(_ trail: SchemaTrail) -> ConfigurationSchema
    /// A value without any others in it.
    static var nothing: Any { get }
}

extension Array: TracedCollection where Element: Decodable {
    static func traced(_ trail: SchemaTrail) -> ConfigurationSchema {
        .list(of: SchemaTracer.trace(Element.self, trail).schema)
    }
    static var nothing: Any { [Element]() }
}

extension Set: TracedCollection where Element: Decodable {
    static func traced(_ trail: SchemaTrail) -> ConfigurationSchema {
        .list(of: SchemaTracer.trace(Element.self, trail).schema)
    }
    static var nothing: Any { Set<Element>() }
}

extension Dictionary: TracedCollection where Key: Decodable, Value: Decodable {
    static func traced(_ trail: SchemaTrail) -> ConfigurationSchema {
        .map(to: SchemaTracer.trace(Value.self, trail).schema)
    }
    static var nothing: Any { [Key: Value]() }
}

extension Optional: TracedCollection where Wrapped: Decodable {
    static func traced(_ trail: SchemaTrail) -> ConfigurationSchema {
        SchemaTracer.trace(Wrapped.self, trail).schema
    }
    static var nothing: Any { Wrapped?.none as Any }
}
