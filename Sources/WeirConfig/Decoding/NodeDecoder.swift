internal import WeirFilter

/// A strict decoder for plain `Decodable` types, as filters use them.
///
/// It differs from the usual decoders where operators would suffer: a key that the type does not
/// ask for is an error; a wrong value is noted with its position and decoding goes on, so all
/// errors of a file are told at once; any scalar can be read as text; a null counts as missing. A
/// field called `maxStreams` is written `max-streams`.
///
/// One object decodes one node; it gathers the keys that the type asks for.
final class NodeDecoder: Decoder {
    let cursor: Cursor
    private var requested: Set<String> = []
    private var isDelegated = false
    private var isKnown: [(String) -> Bool] = []

    init(_ cursor: Cursor) { self.cursor = cursor }

    var codingPath: [any CodingKey] { cursor.path.components.map(PathKey.init) }

    var userInfo: [CodingUserInfoKey: Any] {
        let folder = cursor.context.folder
        let reader: SecretReader = { try SecretFile.read($0, folder: folder) }
        return [.secretReader: reader, .configurationFolder: folder]
    }

    func container<Key: CodingKey>(
        keyedBy type: Key.Type
    ) throws -> KeyedDecodingContainer<Key> {
        let mapping: ConfigMapping
        switch cursor.node.content {
        case .mapping(let value): mapping = value
        // `headers:` with nothing behind it is an empty mapping.
        case .null: mapping = ConfigMapping([])
        default: throw DecodingFailure.mismatch(cursor, expected: "a mapping")
        }
        let container = KeyedNodes<Key>(self, mapping)
        isKnown.append { container.isKnown($0) }
        return KeyedDecodingContainer(container)
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard let list = cursor.node.list else {
            throw DecodingFailure.mismatch(cursor, expected: "a list")
        }
        return UnkeyedNodes(self, list)
    }

    func singleValueContainer() throws -> any SingleValueDecodingContainer {
        SingleNode(self)
    }

    /// Leaves the node, and the check of its keys, to another type.
    func delegate() { isDelegated = true }

    /// Remembers that the type asks for a key.
    func request(_ name: String) { requested.insert(name) }

    /// Notes the keys that the type never asked for.
    ///
    /// After a decode that broke off, the type had no chance to ask for all: then only keys that
    /// its `CodingKeys` cannot name are reported.
    func reportUnknownKeys(isComplete: Bool) {
        guard !isDelegated, let mapping = cursor.node.mapping else { return }
        // A type that never looked into the mapping took the node for something else, which is
        // reported as such; but one without any fields takes no keys at all.
        if isKnown.isEmpty && !isComplete { return }
        for entry in mapping.entries where !requested.contains(entry.key) {
            if !isComplete && isKnown.contains(where: { $0(entry.key) }) { continue }
            // An entry without a value says nothing, but a misspelled name is still a mistake.
            cursor.child(entry).reportUnknownKey(entry, known: requested)
        }
    }
}

extension Cursor {
    /// Notes that the entry at this cursor has a key that nobody knows.
    func reportUnknownKey(_ entry: ConfigMapping.Entry, known: some Collection<String>) {
        let near = NearestName.find(entry.key, in: known)
        let expected: String? =
            if near != nil {
                nil
            } else if known.isEmpty {
                "no keys here"
            } else {
                "one of " + known.sorted().prefix(16).joined(separator: ", ")
            }
        report(
            "unknown key `\(entry.key)`", expected: expected, suggestion: near, at: entry.keyMark)
    }
}

/// A step of a path as `Decodable` types see it.
struct PathKey: CodingKey {
    let stringValue: String
    let intValue: Int?

    init(_ component: ConfigPath.Component) {
        switch component {
        case .key(let name): (stringValue, intValue) = (name, nil)
        case .index(let index): (stringValue, intValue) = ("\(index)", index)
        }
    }

    init?(stringValue: String) { (self.stringValue, intValue) = (stringValue, nil) }
    init?(intValue: Int) { (stringValue, self.intValue) = ("\(intValue)", intValue) }
}
