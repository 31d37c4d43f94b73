/// A value together with its place in the file, for checks that come after decoding.
///
/// Only this module's decoder can tell the place; with another one the place is the file's start.
public struct Located<Value: Decodable>: Decodable {
    /// The value.
    public let value: Value
    /// Where it stands.
    public let mark: SourceMark
    /// The way to it from the file's root.
    public let path: ConfigPath

    /// Places a value.
    public init(_ value: Value, at mark: SourceMark, _ path: ConfigPath) {
        self.value = value
        self.mark = mark
        self.path = path
    }

    /// Decodes a value and remembers where it stands.
    public init(from decoder: any Decoder) throws {
        value = try decoder.singleValueContainer().decode(Value.self)
        let cursor = (decoder as? NodeDecoder)?.cursor
        mark = cursor?.node.mark ?? .start
        path = cursor?.path ?? .root
    }
}

extension Located: Sendable where Value: Sendable {}
extension Located: Equatable where Value: Equatable {
    /// Compares the values alone.
    public static func == (left: Located, right: Located) -> Bool { left.value == right.value }
}
