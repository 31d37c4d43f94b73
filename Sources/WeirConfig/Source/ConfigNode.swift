/// A piece of a configuration file, once anchors, merge keys and the environment are resolved.
///
/// Leaner than the YAML library's own node: plain values without references to a resolver, so that
/// a file with ten thousand routes is walked in milliseconds and can be kept beside the model.
public struct ConfigNode: Sendable {
    /// What stands there.
    public enum Content: Sendable {
        /// Nothing, `~` or `null`: the same as leaving the key out.
        case null
        /// A scalar of any kind; what it means is for the reader to say.
        case text(String)
        /// A sequence.
        case list([ConfigNode])
        /// A mapping.
        case mapping(ConfigMapping)
    }

    /// What stands there.
    public let content: Content
    /// Where it begins. What an alias stands for begins where its anchor is.
    public let mark: SourceMark

    /// Creates a node.
    public init(_ content: Content, _ mark: SourceMark) {
        self.content = content
        self.mark = mark
    }

    /// Whether nothing stands there.
    public var isNull: Bool {
        if case .null = content { return true }
        return false
    }

    /// The scalar's text, or nil for anything else.
    public var text: String? {
        if case .text(let text) = content { return text }
        return nil
    }

    /// The sequence's elements, or nil for anything else.
    public var list: [ConfigNode]? {
        if case .list(let elements) = content { return elements }
        return nil
    }

    /// The mapping, or nil for anything else.
    public var mapping: ConfigMapping? {
        if case .mapping(let mapping) = content { return mapping }
        return nil
    }

    /// What stands there in words, for messages: `a list`, `` `abc` ``.
    var summary: String {
        switch content {
        case .null: return "nothing"
        case .text(let text):
            let shown = Rendered.text(text.count > 60 ? text.prefix(57) + "…" : text).json()
            return "`\(shown.dropFirst().dropLast().replacing("\\\"", with: "\""))`"
        case .list(let list): return list.isEmpty ? "an empty list" : "a list"
        case .mapping(let mapping):
            return mapping.entries.isEmpty ? "an empty mapping" : "a mapping"
        }
    }
}

/// The entries of a mapping, in the order in which they were written.
public struct ConfigMapping: Sendable {
    /// A key with its value.
    public struct Entry: Sendable {
        /// The key.
        public let key: String
        /// Where the key stands.
        public let keyMark: SourceMark
        /// The value.
        public let value: ConfigNode

        /// Creates an entry.
        public init(key: String, keyMark: SourceMark, value: ConfigNode) {
            self.key = key
            self.keyMark = keyMark
            self.value = value
        }
    }

    /// The entries; no key stands twice.
    public let entries: [Entry]

    /// Creates a mapping from entries without repeated keys.
    public init(_ entries: [Entry]) { self.entries = entries }

    /// The value under `key`, or nil. Walks the entries: mappings that are looked into are small.
    public subscript(key: String) -> ConfigNode? {
        for entry in entries where entry.key == key { return entry.value }
        return nil
    }
}
