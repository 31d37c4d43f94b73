extension ConfigNode {
    /// This node with `other` laid over it, key by key; where either is no mapping, `other` stands.
    ///
    /// Leaves keep their marks, so each still says where it came from. A null in `other` says
    /// nothing and changes nothing.
    func overlaid(by other: ConfigNode) -> ConfigNode {
        if other.isNull { return self }
        guard let mine = mapping, let theirs = other.mapping else { return other }
        var entries = mine.entries
        for entry in theirs.entries {
            if let index = entries.firstIndex(where: { $0.key == entry.key }) {
                entries[index] = ConfigMapping.Entry(
                    key: entry.key, keyMark: entry.keyMark,
                    value: entries[index].value.overlaid(by: entry.value))
            } else {
                entries.append(entry)
            }
        }
        return ConfigNode(.mapping(ConfigMapping(entries)), other.mark)
    }

    /// The node at the end of `path`, or nil.
    func node(at path: [ConfigPath.Component]) -> ConfigNode? {
        var node = self
        for component in path {
            switch component {
            case .key(let key):
                guard let next = node.mapping?[key] else { return nil }
                node = next
            case .index(let index):
                guard let list = node.list, index < list.count else { return nil }
                node = list[index]
            }
        }
        return node
    }
}
