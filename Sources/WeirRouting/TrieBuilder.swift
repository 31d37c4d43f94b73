internal import WeirBase
internal import WeirConfig

/// Collects routes by host and path, then lays them out as flat arrays.
struct TrieBuilder {
    /// What follows the segments of a path; the order is that of precedence at one place.
    private enum Ending: UInt8 { case end, pattern, tail }

    private struct Key: Hashable {
        let parent: Int
        let text: [UInt8]
    }

    private struct Placed {
        let node: Int
        let ending: Ending
        let conditionCount: Int
        let entry: RouteEntry
    }

    private var nodes: [RouteTrie.Node] = []
    private var children: [Key: Int] = [:]
    private var hosts: [HostPattern: Int] = [:]
    private var placed: [Placed] = []
    private(set) var conditions: [Conditions] = []
    private(set) var patterns: [Pattern] = []
    private(set) var routes: [IndexedRoute] = []

    /// Adds the next route.
    mutating func add(_ match: RouteMatch) throws(PatternError) {
        let route = try prepare(match)
        routes.append(route)
        for host in Set(match.hosts.isEmpty ? [.any] : match.hosts.map(\.normalized)) {
            place(route, match, at: root(of: host))
        }
    }

    private mutating func prepare(_ match: RouteMatch) throws(PatternError) -> IndexedRoute {
        var ofConditions = -1
        if let own = try Conditions(match) {
            ofConditions = conditions.count
            conditions.append(own)
        }
        var ofPattern = -1
        var names: [String] = []
        switch match.path {
        case .regex(let text):
            ofPattern = patterns.count
            patterns.append(try Pattern(text))
            names = patterns[ofPattern].groupNames
        case .template(let template): names = template.names
        case .any, .exact, .prefix: break
        }
        let methods = match.methods.reduce(0) { $0 | Method(ByteString($1).span).bit }
        return IndexedRoute(
            conditions: ofConditions, pattern: ofPattern,
            methods: match.methods.isEmpty ? .max : methods, captureNames: names)
    }

    private mutating func root(of host: HostPattern) -> Int {
        if let root = hosts[host] { return root }
        nodes.append(RouteTrie.Node())
        hosts[host] = nodes.count - 1
        return nodes.count - 1
    }

    private mutating func place(_ route: IndexedRoute, _ match: RouteMatch, at root: Int) {
        var node = root
        var ending = Ending.tail
        var rest = RouteEntry.Rest.ignored
        switch match.path {
        case .any: rest = .anything
        case .exact(let path):
            node = descend(path.utf8.dropFirst(), from: root)
            ending = .end
        case .prefix(let path):
            let path = path.utf8.last == UInt8(ascii: "/") ? path.utf8.dropLast() : path.utf8[...]
            if !path.isEmpty { node = descend(path.dropFirst(), from: root) }
        case .template(let template):
            ending = .end
            for segment in template.segments {
                switch segment {
                case .literal(let text): node = child(of: node, Array(text.utf8))
                case .capture: node = capture(of: node)
                case .tail(let name):
                    ending = .tail
                    rest = name.isEmpty ? .ignored : .captured
                }
            }
        case .regex:
            ending = .pattern
            let start = patterns[route.pattern].commonStart
            if let slash = start.lastIndex(of: UInt8(ascii: "/")), slash > 0 {
                node = descend(start[1..<slash], from: root)
            }
        }
        let entry = RouteEntry(
            route: Int32(routes.count - 1), conditions: Int32(route.conditions),
            pattern: Int32(route.pattern), methods: route.methods, rest: rest)
        placed.append(
            Placed(
                node: node, ending: ending, conditionCount: match.conditionCount, entry: entry))
    }

    /// The place after the segments of `text`, which has no slash before the first one.
    private mutating func descend(
        _ text: some Collection<UInt8>, from root: Int
    ) -> Int {
        var node = root
        for part in text.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
            node = child(of: node, Array(part))
        }
        return node
    }

    private mutating func child(of node: Int, _ text: [UInt8]) -> Int {
        let key = Key(parent: node, text: text)
        if let child = children[key] { return child }
        nodes.append(RouteTrie.Node())
        children[key] = nodes.count - 1
        return nodes.count - 1
    }

    private mutating func capture(of node: Int) -> Int {
        if nodes[node].capture < 0 {
            nodes.append(RouteTrie.Node())
            nodes[node].capture = Int32(nodes.count - 1)
        }
        return Int(nodes[node].capture)
    }

    /// Lays out what was collected.
    consuming func build() -> RouteTrie {
        var tables = ByteTables()
        var grouped = [[(key: [UInt8], value: Int)]](repeating: [], count: nodes.count)
        for (key, child) in children { grouped[key.parent].append((key.text, child)) }
        for index in nodes.indices { nodes[index].children = tables.add(grouped[index]) }
        let entries = layOutEntries()
        let index = layOutHosts(&tables)
        return RouteTrie(
            hosts: index, nodes: nodes, entries: entries, conditions: conditions,
            patterns: patterns, tables: tables)
    }

    /// Sorts the entries by precedence and tells each node which are its own.
    private mutating func layOutEntries() -> [RouteEntry] {
        placed.sort { left, right in
            if left.node != right.node { return left.node < right.node }
            if left.ending != right.ending { return left.ending.rawValue < right.ending.rawValue }
            if left.conditionCount != right.conditionCount {
                return left.conditionCount > right.conditionCount
            }
            return left.entry.route < right.entry.route
        }
        var position = 0
        for index in nodes.indices {
            func end(of ending: Ending) -> UInt32 {
                while position < placed.count, placed[position].node == index,
                    placed[position].ending == ending
                {
                    position += 1
                }
                return UInt32(position)
            }
            nodes[index].first = UInt32(position)
            nodes[index].ends = end(of: .end)
            nodes[index].patterns = end(of: .pattern)
            nodes[index].tails = end(of: .tail)
        }
        return placed.map(\.entry)
    }

    private func layOutHosts(_ tables: inout ByteTables) -> HostIndex {
        var index = HostIndex()
        var exact: [(key: [UInt8], value: Int)] = []
        var wildcards: [(key: [UInt8], value: Int)] = []
        for (host, root) in hosts {
            switch host {
            case .any: index.any = root
            case .exact(let name): exact.append((Array(name.utf8), root))
            case .wildcard(let suffix): wildcards.append((Array(suffix.utf8), root))
            }
        }
        index.exact = tables.add(exact)
        index.wildcards = tables.add(wildcards)
        let counts = wildcards.map(\.key.count)
        if let least = counts.min(), let most = counts.max() { index.wildcardCounts = least...most }
        return index
    }
}
