internal import WeirBase
internal import WeirFilter

/// A type with an obvious empty value.
private protocol HasEmptyValue { static var emptyValue: Self { get } }

extension Array: HasEmptyValue { fileprivate static var emptyValue: [Element] { [] } }
extension Set: HasEmptyValue { fileprivate static var emptyValue: Set<Element> { [] } }
extension Optional: HasEmptyValue { fileprivate static var emptyValue: Wrapped? { nil } }
extension Dictionary: HasEmptyValue {
    fileprivate static var emptyValue: [Key: Value] { [:] }
}
extension ConfigDuration: HasEmptyValue {
    fileprivate static var emptyValue: ConfigDuration { ConfigDuration(.zero) }
}
extension ConfigSize: HasEmptyValue {
    fileprivate static var emptyValue: ConfigSize { ConfigSize(0) }
}
extension Percentage: HasEmptyValue {
    fileprivate static var emptyValue: Percentage { Percentage(0) }
}
extension Secret: HasEmptyValue { fileprivate static var emptyValue: Secret { Secret("") } }

/// What stands in for a value that could not be read.
///
/// With it the rest of a type can be read and all its errors be told at once. The whole result is
/// thrown away in the end, since a problem is noted.
enum Placeholder {
    /// A value of `type`, or nil when none is obvious.
    static func value<Value>(_ type: Value.Type) -> Value? {
        if let scalar = type as? any ScalarValue.Type { return scalar.placeholder as? Value }
        if let empty = type as? any HasEmptyValue.Type { return empty.emptyValue as? Value }
        if let cases = type as? any CaseIterable.Type { return firstCase(cases) as? Value }
        return nil
    }

    /// The raw values of an enumeration that lists its cases and has text for each.
    static func rawValues<Value>(_ type: Value.Type) -> [String] {
        guard let cases = type as? any CaseIterable.Type else { return [] }
        return allCases(cases).compactMap { ($0 as? any RawRepresentable)?.rawValue as? String }
    }

    private static func firstCase<Cases: CaseIterable>(_ type: Cases.Type) -> Any? {
        type.allCases.first
    }

    private static func allCases<Cases: CaseIterable>(_ type: Cases.Type) -> [Any] {
        type.allCases.map { $0 }
    }
}
