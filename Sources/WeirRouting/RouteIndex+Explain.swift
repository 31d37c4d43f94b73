package import WeirBase
internal import WeirConfig

/// A route beside a request, with what the index made of the two.
package struct RouteCandidate: Sendable, Equatable {
    /// What became of the route.
    package enum Outcome: Sendable, Equatable {
        /// The request goes here.
        case taken
        /// It matches too, but a more specific or earlier route takes the request.
        case outranked
        /// It does not match; the reasons are never empty.
        case missed([Mismatch])
    }

    /// The position of the route in the list.
    package let route: Int
    /// What became of it.
    package let outcome: Outcome
}

extension RouteIndex {
    /// What became of each route for the request, the nearest ones first: the route that takes
    /// it, others that match, then by the number of reasons against and by how much of the path
    /// is shared.
    ///
    /// For people who ask why; it looks at every route.
    package func explain(_ request: RequestHead, limit: Int = 10) -> [RouteCandidate] {
        var captures: [Range<Int>] = []
        let taken = match(request, captures: &captures)
        let path = request.path.storage
        let ranked = matches.indices.map { index in
            let reasons = mismatches(of: index, request)
            return (
                index: index, reasons: reasons, isOther: index != taken,
                shared: matches[index].path.sharedCount(with: path)
            )
        }.sorted { left, right in
            (left.reasons.count, left.isOther ? 1 : 0, -left.shared, left.index)
                < (right.reasons.count, right.isOther ? 1 : 0, -right.shared, right.index)
        }
        return ranked.prefix(limit).map { rank in
            let outcome: RouteCandidate.Outcome =
                if !rank.isOther { .taken } else if rank.reasons.isEmpty { .outranked } else {
                    .missed(rank.reasons)
                }
            return RouteCandidate(route: rank.index, outcome: outcome)
        }
    }

    /// Why the route at `index` does not take the request, looked at by itself.
    private func mismatches(of index: Int, _ request: RequestHead) -> [Mismatch] {
        let match = matches[index]
        let route = routes[index]
        var reasons: [Mismatch] = []
        let host = request.hostName
        if !match.hosts.isEmpty && !match.hosts.contains(where: { $0.takes(host) }) {
            reasons.append(.host(match.hosts))
        }
        let pattern = route.pattern < 0 ? nil : trie.patterns[route.pattern]
        if !match.path.takes(request.path, pattern) { reasons.append(.path(match.path)) }
        let conditions = route.conditions < 0 ? nil : trie.conditions[route.conditions]
        if route.methods & request.method.bit == 0
            || conditions?.holdForMethod(of: request) == false
        {
            reasons.append(.method(match.methods))
        }
        guard let conditions else { return reasons }
        for (header, test) in zip(match.headers, conditions.headers)
        where !test.passes(request.headers) {
            reasons.append(.header(header))
        }
        let query = request.query ?? ByteString()
        for (parameter, test) in zip(match.query, conditions.query)
        where !test.passes(query.span) {
            reasons.append(.query(parameter))
        }
        return reasons
    }
}

extension RequestHead {
    /// The host as routes see it: without port and final dot.
    fileprivate var hostName: String {
        var host = authority.storage.prefix(authority.hostCount)
        if host.count > 1 && host.last == UInt8(ascii: ".") { host.removeLast() }
        return String(decoding: host, as: UTF8.self)
    }
}

extension HostPattern {
    fileprivate func takes(_ host: String) -> Bool {
        switch normalized {
        case .any: true
        case .exact(let name): host == name
        case .wildcard(let suffix):
            host.utf8.count > suffix.utf8.count + 1 && host.hasSuffix(".\(suffix)")
        }
    }
}

extension PathPattern {
    /// How many bytes the beginnings of a path and of what is written here share.
    fileprivate func sharedCount(with path: [UInt8]) -> Int {
        if self == .any { return 0 }
        return zip(description.utf8, path).prefix { $0 == $1 }.count
    }

    /// Whether the path is like this; `pattern` is the compiled form of a regular expression.
    fileprivate func takes(_ path: ByteString, _ pattern: Pattern?) -> Bool {
        switch self {
        case .any: return true
        case .exact(let text): return path.storage.elementsEqual(text.utf8)
        case .regex: return pattern?.fullMatch(path.span) ?? false
        case .prefix(let text):
            let text = text.utf8.last == UInt8(ascii: "/") ? text.utf8.dropLast() : text.utf8[...]
            guard path.storage.starts(with: text) else { return false }
            let rest = path.storage.dropFirst(text.count)
            return rest.isEmpty && !text.isEmpty || rest.first == UInt8(ascii: "/")
        case .template(let template):
            return template.takes(path)
        }
    }
}

extension PathTemplate {
    fileprivate func takes(_ path: ByteString) -> Bool {
        guard path.storage.first == UInt8(ascii: "/") else { return false }
        var parts = path.storage.dropFirst()
            .split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)[...]
        for segment in segments {
            if case .tail = segment { return true }
            guard let part = parts.popFirst() else { return false }
            if case .literal(let text) = segment {
                if !part.elementsEqual(text.utf8) { return false }
            } else if part.isEmpty {
                return false
            }
        }
        return parts.isEmpty
    }
}
