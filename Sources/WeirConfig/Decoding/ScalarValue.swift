/// A type that is read from a scalar's text; `expected` names it in messages.
protocol ScalarValue {
    static var expected: String { get }
    /// What stands in for a value that could not be read, so that reading can go on.
    static var placeholder: Self { get }
    init?(scalar text: String)
}

extension String: ScalarValue {
    static var expected: String { "text" }
    static var placeholder: String { "" }
    init?(scalar text: String) { self = text }
}

extension Bool: ScalarValue {
    static var expected: String { "true or false" }
    static var placeholder: Bool { false }
    init?(scalar text: String) {
        switch text {
        case "true": self = true
        case "false": self = false
        default: return nil
        }
    }
}

extension ScalarValue where Self: FixedWidthInteger {
    static var expected: String {
        bitWidth == 64 && Self.isSigned ? "a whole number" : "a whole number from \(min) to \(max)"
    }
    static var placeholder: Self { 0 }
    init?(scalar text: String) {
        // `Int` would also take a leading plus, which nobody writes on purpose.
        guard text.first != "+", let value = Self(text) else { return nil }
        self = value
    }
}

extension Int: ScalarValue {}
extension Int8: ScalarValue {}
extension Int16: ScalarValue {}
extension Int32: ScalarValue {}
extension Int64: ScalarValue {}
extension UInt: ScalarValue {}
extension UInt8: ScalarValue {}
extension UInt16: ScalarValue {}
extension UInt32: ScalarValue {}
extension UInt64: ScalarValue {}

extension ScalarValue where Self: BinaryFloatingPoint & LosslessStringConvertible {
    static var expected: String { "a number" }
    static var placeholder: Self { 0 }
    init?(scalar text: String) {
        guard let value = Self(text), value.isFinite else { return nil }
        self = value
    }
}

extension Double: ScalarValue {}
extension Float: ScalarValue {}

extension Cursor {
    /// The scalar here as a value; throws a mismatch for anything else.
    func scalar<Value: ScalarValue>(_ type: Value.Type) throws(DecodingFailure) -> Value {
        guard let text = node.text, let value = Value(scalar: text) else {
            throw .mismatch(self, expected: Value.expected)
        }
        return value
    }

    /// The scalar here as a value; anything else is noted, and a placeholder stands in.
    func scalarOrPlaceholder<Value: ScalarValue>(_ type: Value.Type) -> Value {
        do {
            return try scalar(type)
        } catch {
            error.report(to: context)
            return Value.placeholder
        }
    }
}
