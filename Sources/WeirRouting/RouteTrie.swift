internal import WeirBase

/// A route at one place of the trie, with what it asks beyond the place.
struct RouteEntry: Sendable {
    /// How the rest of the path takes part.
    enum Rest: UInt8, Sendable {
        /// Nothing is captured.
        case ignored
        /// The rest is captured.
        case captured
        /// As `ignored`, and a target without a path (`*`) is taken too.
        case anything
    }

    /// The position of the route in the list that the index was made of.
    let route: Int32
    /// The position of its conditions, or -1.
    let conditions: Int32
    /// The position of its pattern, or -1.
    let pattern: Int32
    /// One bit for each method that it takes.
    let methods: UInt16
    let rest: Rest
}

/// The paths of all hosts as trees of segments in flat arrays.
struct RouteTrie: ~Copyable, Sendable {
    /// A place that a path can reach by whole segments.
    struct Node: Sendable {
        /// The places after one more segment of a known text.
        var children = ByteTables.Table.empty
        /// The place after one more segment of any text, or -1.
        var capture: Int32 = -1
        // Ranges of `entries`: of routes that end here, then of patterns whose matches all begin
        // here, then of routes that take whatever follows.
        var first: UInt32 = 0
        var ends: UInt32 = 0
        var patterns: UInt32 = 0
        var tails: UInt32 = 0
    }

    let hosts: HostIndex
    let nodes: [Node]
    let entries: [RouteEntry]
    let conditions: [Conditions]
    let patterns: [Pattern]
    let tables: ByteTables

    /// The route under `root` for the request with that path, or -1; `captures` must be empty and
    /// stays so without a match.
    func find(
        _ root: Int, _ path: Span<UInt8>, _ request: RequestHead, _ captures: inout [Range<Int>]
    ) -> Int {
        if path.count > 0 && path[0] == UInt8(ascii: "/") {
            return find(below: root, 0, path, request, &captures)
        }
        let node = nodes[root]
        let found = matchPatterns(node, path, request, &captures)
        if found >= 0 { return found }
        for index in Int(node.patterns)..<Int(node.tails) {
            let entry = entries[index]
            if entry.rest == .anything && holds(entry, request) { return Int(entry.route) }
        }
        return -1
    }

    /// As `find`, for what is left of the path: it begins with the slash at `position`, or is
    /// nothing when that is the end.
    ///
    /// A request visits each node at most once, since there is one way to a node; so the work is
    /// bounded by the configuration, whatever the path.
    private func find(
        below index: Int, _ position: Int, _ path: Span<UInt8>, _ request: RequestHead,
        _ captures: inout [Range<Int>]
    ) -> Int {
        let node = nodes[index]
        if position == path.count {
            for index in Int(node.first)..<Int(node.ends) {
                if holds(entries[index], request) { return Int(entries[index].route) }
            }
        } else {
            let start = position &+ 1
            let end = path.segmentEnd(from: start)
            let child = tables.find(node.children, path, start, end)
            if child >= 0 {
                let found = find(below: child, end, path, request, &captures)
                if found >= 0 { return found }
            }
            if node.capture >= 0 && end > start {
                captures.append(start..<end)
                let found = find(below: Int(node.capture), end, path, request, &captures)
                if found >= 0 { return found }
                captures.removeLast()
            }
        }
        if node.ends < node.patterns {
            let found = matchPatterns(node, path, request, &captures)
            if found >= 0 { return found }
        }
        for index in Int(node.patterns)..<Int(node.tails) {
            let entry = entries[index]
            guard holds(entry, request) else { continue }
            if entry.rest == .captured {
                captures.append(Swift.min(position &+ 1, path.count)..<path.count)
            }
            return Int(entry.route)
        }
        return -1
    }

    @inline(__always)
    private func holds(_ entry: RouteEntry, _ request: RequestHead) -> Bool {
        if entry.methods != .max && entry.methods & request.method.bit == 0 { return false }
        return entry.conditions < 0 || conditions[Int(entry.conditions)].hold(for: request)
    }

    /// The first route of the node whose pattern matches the whole path, or -1.
    private func matchPatterns(
        _ node: Node, _ path: Span<UInt8>, _ request: RequestHead, _ captures: inout [Range<Int>]
    ) -> Int {
        for index in Int(node.ends)..<Int(node.patterns) {
            let entry = entries[index]
            // Conditions first: they cost less. Nothing is captured yet, for the way to a node
            // with patterns has no captures.
            if holds(entry, request)
                && patterns[Int(entry.pattern)].fullMatch(path, groups: &captures)
            {
                return Int(entry.route)
            }
        }
        return -1
    }
}

extension Method {
    /// The method's bit in a set of methods.
    @inline(__always) var bit: UInt16 { 1 << UInt16(rawValue) }
}
