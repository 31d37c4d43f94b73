internal import WeirFilter

/// Decodes a `TestConfiguration` by the rules of a configuration file: `maxStreams` is written
/// `max-streams`, keys that nobody asks for are errors, null counts as missing.
final class ConfigurationReader: Decoder {
    let value: TestConfiguration
    let path: [String]
    /// The path as documentation writes it: fields of a list's elements follow the list's name.
    private let fieldPath: [String]
    private var requested: Set<String> = []
    private let fields: FieldList?

    init(_ value: TestConfiguration, noting fields: FieldList? = nil) {
        self.value = value
        path = []
        fieldPath = []
        self.fields = fields
    }

    private init(
        _ value: TestConfiguration, in parent: ConfigurationReader, _ step: String, isElement: Bool
    ) {
        self.value = value
        path = parent.path + [step]
        fieldPath = isElement ? parent.fieldPath : parent.fieldPath + [step]
        fields = parent.fields
    }

    /// Reads a member of a mapping.
    func child(_ value: TestConfiguration, _ key: String) -> ConfigurationReader {
        ConfigurationReader(value, in: self, key, isElement: false)
    }

    /// Reads an element of a list.
    func child(_ value: TestConfiguration, _ index: Int) -> ConfigurationReader {
        ConfigurationReader(value, in: self, "\(index)", isElement: true)
    }

    var codingPath: [any CodingKey] { path.map(PathKey.init) }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    /// Decodes all of the value; errors say where.
    func read<Value: Decodable>(_ type: Value.Type) throws(LocatedError) -> Value {
        do {
            let result = try Value(from: self)
            try reportUnknownKeys()
            return result
        } catch let error as LocatedError {
            throw error
        } catch let error as ConfigurationError {
            throw LocatedError(path: path + error.path, message: error.message)
        } catch {
            throw LocatedError(path: path, message: "\(value.kind) is not valid here: \(error)")
        }
    }

    /// Throws when there is a key that the type did not ask for.
    func reportUnknownKeys() throws(LocatedError) {
        guard case .mapping(let entries) = value else { return }
        for entry in entries where !requested.contains(entry.key) {
            let known = requested.sorted().joined(separator: ", ")
            throw LocatedError(
                path: path + [entry.key],
                message: "unknown key `\(entry.key)`; expected one of \(known)")
        }
    }

    /// Remembers that the type asks for a key; `isField` unless any key would do.
    func request(_ key: String, isField: Bool) {
        requested.insert(key)
        if isField { fields?.names.insert((fieldPath + [key]).joined(separator: ".")) }
    }

    func mismatch(_ expected: String) -> LocatedError {
        LocatedError(path: path, message: "expected \(expected), found \(value.kind)")
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        switch value {
        case .mapping(let entries): KeyedDecodingContainer(KeyedReader<Key>(self, entries))
        case .null: KeyedDecodingContainer(KeyedReader<Key>(self, []))
        default: throw mismatch("a mapping")
        }
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard case .list(let items) = value else { throw mismatch("a list") }
        return ListReader(self, items)
    }

    func singleValueContainer() throws -> any SingleValueDecodingContainer { ScalarReader(self) }
}

/// The fields that a configuration type has, nested ones with dots, as far as a value shows them.
final class FieldList {
    var names: Set<String> = []
}

/// What is wrong, and where from the root of the configuration.
struct LocatedError: Error {
    let path: [String]
    let message: String
}

/// A step of a path.
struct PathKey: CodingKey {
    let stringValue: String
    var intValue: Int? { Int(stringValue) }

    init(_ step: String) { stringValue = step }
    init?(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { stringValue = "\(intValue)" }
}
