import WeirBase

/// Reads the four forms of a request target (RFC 9112, section 3.2) into a head.
struct RequestTarget {
    let policy: PathPolicy

    /// A query's storage while the head has none.
    private var spareQuery = ByteString()

    init(policy: PathPolicy) { self.policy = policy }

    /// Whether the target names the authority itself, so that Host does not count (section 3.2.2).
    private(set) var namesAuthority = false

    /// Empties what a request line does not always fill, without giving storage up.
    mutating func begin(_ head: RequestHead) {
        if head.method == .other { head.methodName.clear() }
        clearTarget(head)
        head.headers.clear()
    }

    /// Forgets what an earlier target left in `head`, but no fields.
    mutating func clearTarget(_ head: RequestHead) {
        if let last = head.query.take() { spareQuery = last }
        head.authority.clear()
    }

    /// Fills the path, the query and, when the target names it, the authority of `head`.
    mutating func parse(_ target: Span<UInt8>, into head: RequestHead) -> Fault? {
        let fault = parseForm(target, into: head)
        if fault != nil { head.path.clear() }
        return fault
    }

    private mutating func parseForm(_ target: Span<UInt8>, into head: RequestHead) -> Fault? {
        namesAuthority = false
        if head.method == .connect { return authorityForm(target, into: head) }
        if target[0] == UInt8(ascii: "/") { return originForm(target, into: head) }
        if target.count == 1 && target[0] == UInt8(ascii: "*") {
            guard head.method == .options else { return .badTarget }
            head.path.replace(with: target)
            return nil
        }
        return absoluteForm(target, into: head)
    }

    /// Section 3.2.1.
    private mutating func originForm(_ target: Span<UInt8>, into head: RequestHead) -> Fault? {
        let cut = target.firstIndex(of: UInt8(ascii: "?"))
        let path = target.extracting(0..<(cut ?? target.count))
        if let problem = CanonicalPath.canonicalise(path, policy: policy, into: &head.path) {
            return .path(problem)
        }
        return query(target, after: cut, into: head)
    }

    /// Section 3.2.2; only HTTP's own schemes, and no user information (RFC 9110, section 4.2.4).
    private mutating func absoluteForm(_ target: Span<UInt8>, into head: RequestHead) -> Fault? {
        let start: Int
        if target.startsIgnoringCase("http://") {
            start = 7
        } else if target.startsIgnoringCase("https://") {
            start = 8
        } else {
            return target.firstIndex(of: UInt8(ascii: ":")) == nil ? .badTarget : .schemeUnsupported
        }
        var slash = start
        while slash < target.count, target[slash] != UInt8(ascii: "/"),
            target[slash] != UInt8(ascii: "?"), target[slash] != UInt8(ascii: "#")
        {
            slash += 1
        }
        let authority = target.extracting(start..<slash)
        if let fault = Authority.parse(authority, into: &head.authority) { return fault }
        namesAuthority = true
        let rest = target.extracting(slash..<target.count)
        if rest.count > 0 && rest[0] == UInt8(ascii: "/") { return originForm(rest, into: head) }
        // An absent path is `/`, but for OPTIONS it asks about the server (section 3.2.4).
        let isServerWide = head.method == .options && rest.count == 0
        head.path.replace(with: (isServerWide ? "*" : "/" as StaticString).span)
        if rest.count > 0 && rest[0] == UInt8(ascii: "#") { return .path(.fragment) }
        return query(rest, after: rest.count > 0 ? 0 : nil, into: head)
    }

    /// Section 3.2.3: CONNECT, and nothing but a host and a port.
    private mutating func authorityForm(_ target: Span<UInt8>, into head: RequestHead) -> Fault? {
        head.path.clear()
        namesAuthority = true
        return Authority.parse(target, into: &head.authority, needsPort: true)
    }

    /// Takes what follows the `?` at `cut` for the query, as it is.
    private mutating func query(
        _ target: Span<UInt8>, after cut: Int?, into head: RequestHead
    ) -> Fault? {
        guard let cut else { return nil }
        let query = target.extracting(cut + 1..<target.count)
        if query.firstIndex(of: UInt8(ascii: "#")) != nil { return .path(.fragment) }
        setQuery(query, in: head)
        return nil
    }

    private mutating func setQuery(_ query: Span<UInt8>, in head: RequestHead) {
        var storage = ByteString()
        swap(&storage, &spareQuery)
        storage.replace(with: query)
        head.query = consume storage
    }
}
