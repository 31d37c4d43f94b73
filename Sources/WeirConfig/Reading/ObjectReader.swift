/// Reads the entries of a mapping by name; what is not asked for by name is an unknown key.
///
/// The gateway's own model is read with it, not through `Decodable`: one array of names instead of
/// containers and keys keeps ten thousand routes cheap, and defaults and alternatives of shape
/// need no detours.
struct ObjectReader {
    let cursor: Cursor
    private let mapping: ConfigMapping

    /// Begins with the mapping at `cursor`; nothing at all counts as an empty one. Nil, and noted,
    /// when something else stands there. Keys that are not in `keys` are noted at once.
    init?(_ cursor: Cursor, _ keys: [String]) {
        switch cursor.node.content {
        case .mapping(let mapping): self.mapping = mapping
        case .null: mapping = ConfigMapping([])
        default:
            cursor.mismatch("a mapping")
            return nil
        }
        self.cursor = cursor
        for entry in mapping.entries where !keys.contains(entry.key) {
            cursor.child(entry).reportUnknownKey(entry, known: keys)
        }
    }

    /// The entry's value; nil when it is missing or null.
    func field(_ name: String) -> Cursor? {
        for entry in mapping.entries where entry.key == name {
            return entry.value.isNull ? nil : cursor.child(entry)
        }
        return nil
    }

    /// The entry's value; nil, and noted, when it is missing.
    func required(_ name: String, _ expected: String? = nil) -> Cursor? {
        if let field = field(name) { return field }
        cursor.report("the key `\(name)` is missing", expected: expected)
        return nil
    }

    /// The names that are given, null or not, in the order of the file.
    var names: [String] { mapping.entries.map(\.key) }

    /// Where a key stands.
    func keyMark(_ name: String) -> SourceMark? {
        mapping.entries.first { $0.key == name }?.keyMark
    }
}
