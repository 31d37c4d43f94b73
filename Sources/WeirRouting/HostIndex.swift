internal import WeirBase

/// Finds the trees of paths that a host may use, the most specific first.
struct HostIndex: Sendable {
    /// The roots of hosts by their whole name.
    var exact = ByteTables.Table.empty
    /// The roots of wildcards by the name below which they hold.
    var wildcards = ByteTables.Table.empty
    /// The lengths, in bytes, between which the names of wildcards lie.
    var wildcardCounts = Int.max...Int.max
    /// The root for all hosts, or -1.
    var any = -1
}

extension RouteTrie {
    /// The route for the request, or -1.
    func find(
        authority: borrowing ByteString, path: borrowing ByteString, _ request: RequestHead,
        _ captures: inout [Range<Int>]
    ) -> Int {
        let text = path.span
        if !hosts.exact.isEmpty || !hosts.wildcards.isEmpty {
            let host = authority.span
            var end = authority.hostCount
            // `example.com.` is the same host, fully qualified.
            if end > 1 && host[end &- 1] == UInt8(ascii: ".") { end &-= 1 }
            let root = tables.find(hosts.exact, host, 0, end)
            if root >= 0 {
                let found = find(root, text, request, &captures)
                if found >= 0 { return found }
            }
            if !hosts.wildcards.isEmpty {
                let found = findWildcard(host, end, text, request, &captures)
                if found >= 0 { return found }
            }
        }
        return hosts.any < 0 ? -1 : find(hosts.any, text, request, &captures)
    }

    private func findWildcard(
        _ host: Span<UInt8>, _ end: Int, _ path: Span<UInt8>,
        _ request: RequestHead, _ captures: inout [Range<Int>]
    ) -> Int {
        // The first dot leaves the longest name. Before it there must be something.
        var dot = Swift.max(1, end - hosts.wildcardCounts.upperBound - 1)
        while dot < end - hosts.wildcardCounts.lowerBound {
            if host[dot] == UInt8(ascii: ".") {
                let root = tables.find(hosts.wildcards, host, dot + 1, end)
                if root >= 0 {
                    let found = find(root, path, request, &captures)
                    if found >= 0 { return found }
                }
            }
            dot += 1
        }
        return -1
    }
}
