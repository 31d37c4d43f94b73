internal import Yams

/// Makes `ConfigNode`s from the YAML library's nodes: anchors shared, merge keys merged, the
/// environment put in.
struct NodeBuilder {
    private let context: LoadContext
    private let environment: EnvironmentSubstitution
    /// Anchored nodes by their place, so that an alias shares what its anchor made.
    private var anchored: [SourceMark: (node: ConfigNode, weight: Int)] = [:]
    /// How many nodes aliases may add to those that the text itself holds.
    private let bound: Int
    private var overflowed = false

    /// Aliases may stand for this many nodes in all: far above any use, far below an attack.
    static let aliasBound = 1_000_000

    init(context: LoadContext, environment: [String: String], textBytes: Int) {
        self.context = context
        self.environment = EnvironmentSubstitution(environment)
        // Every node that is written out takes at least a byte, so more can only be aliases.
        bound = textBytes + NodeBuilder.aliasBound
    }

    /// Converts a document. Nil, with the reason reported, when it is far larger than its text.
    mutating func build(_ root: Node) -> ConfigNode? {
        let (node, weight) = convert(root, .root)
        if weight > bound { reportOverflow(node.mark) }
        return overflowed ? nil : node
    }

    private mutating func reportOverflow(_ mark: SourceMark) {
        guard !overflowed else { return }
        overflowed = true
        context.report(
            "aliases stand for more than \(NodeBuilder.aliasBound) nodes", at: mark, .root)
    }

    private mutating func convert(_ node: Node, _ path: ConfigPath) -> (ConfigNode, Int) {
        guard node.anchor != nil, let mark = node.mark.map(SourceMark.init) else {
            return convertNew(node, path)
        }
        if let known = anchored[mark] { return known }
        let result = convertNew(node, path)
        anchored[mark] = result
        return result
    }

    private mutating func convertNew(_ node: Node, _ path: ConfigPath) -> (ConfigNode, Int) {
        let mark = node.mark.map(SourceMark.init) ?? .start
        switch node {
        case .scalar(let scalar):
            checkTag(scalar.tag, mark, path)
            let isPlain = scalar.style == .plain && scalar.tag.rawValue.isEmpty
            if isPlain, ["", "~", "null", "Null", "NULL"].contains(scalar.string) {
                return (ConfigNode(.null, mark), 1)
            }
            return (ConfigNode(.text(substitute(scalar.string, mark, path)), mark), 1)
        case .sequence(let sequence):
            checkTag(sequence.tag, mark, path)
            var elements: [ConfigNode] = []
            elements.reserveCapacity(sequence.count)
            var total = 1
            for index in sequence.indices {
                let (element, weight) = convert(sequence[index], path.index(index))
                elements.append(element)
                total = add(total, weight, mark)
            }
            return (ConfigNode(.list(elements), mark), total)
        case .mapping(let mapping):
            checkTag(mapping.tag, mark, path)
            return convert(mapping, mark, path)
        case .alias:
            // The composer resolves aliases; none is left in a tree that it returned.
            return (ConfigNode(.null, mark), 1)
        }
    }

    private mutating func convert(
        _ mapping: Node.Mapping, _ mark: SourceMark, _ path: ConfigPath
    ) -> (ConfigNode, Int) {
        var entries: [ConfigMapping.Entry] = []
        entries.reserveCapacity(mapping.count)
        var merges: [(Node, SourceMark)] = []
        var total = 1
        for index in mapping.indices {
            let (key, value) = mapping[index]
            let keyMark = key.mark.map(SourceMark.init) ?? mark
            guard case .scalar(let scalar) = key else {
                context.report("a key must be plain text", at: keyMark, path)
                continue
            }
            if scalar.string == "<<", scalar.style == .plain {
                merges.append((value, keyMark))
                continue
            }
            let (node, weight) = convert(value, path.key(scalar.string))
            total = add(total, weight, keyMark)
            entries.append(.init(key: scalar.string, keyMark: keyMark, value: node))
        }
        for (value, keyMark) in merges {
            let (source, weight) = convert(value, path.key("<<"))
            total = add(total, weight, keyMark)
            merge(source, into: &entries, keyMark, path)
        }
        return (ConfigNode(.mapping(ConfigMapping(entries)), mark), total)
    }

    /// Keys of the mapping itself win over merged ones, and earlier merged ones over later ones.
    private func merge(
        _ source: ConfigNode, into entries: inout [ConfigMapping.Entry], _ mark: SourceMark,
        _ path: ConfigPath
    ) {
        switch source.content {
        case .mapping(let mapping):
            var names = Set(entries.map(\.key))
            for entry in mapping.entries where names.insert(entry.key).inserted {
                entries.append(entry)
            }
        case .list(let list) where list.allSatisfy({ $0.mapping != nil }):
            for element in list { merge(element, into: &entries, mark, path) }
        default:
            context.report(
                "`<<` cannot merge \(source.summary)",
                expected: "an alias of a mapping, or a list of such aliases", at: mark, path)
        }
    }

    private mutating func add(_ total: Int, _ weight: Int, _ mark: SourceMark) -> Int {
        let (sum, overflow) = total.addingReportingOverflow(weight)
        guard !overflow, sum <= bound else {
            reportOverflow(mark)
            return bound
        }
        return sum
    }

    private func substitute(_ text: String, _ mark: SourceMark, _ path: ConfigPath) -> String {
        guard text.utf8.contains(UInt8(ascii: "$")) else { return text }
        do {
            return try environment.apply(to: text)
        } catch {
            context.report(error.message, expected: error.expected, at: mark, path)
            context.unresolvedMarks.insert(mark)
            return text
        }
    }

    /// Types come from the reader, so a tag can only be wrong; YAML's own are harmless.
    private func checkTag(_ tag: Tag, _ mark: SourceMark, _ path: ConfigPath) {
        let name = tag.rawValue
        if name.isEmpty || name == "!" || name.hasPrefix("tag:yaml.org,2002:") { return }
        context.report("the tag `\(name)` means nothing here", at: mark, path)
    }
}
