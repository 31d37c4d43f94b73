import WeirBase
import WeirConfig
import WeirRouting

/// A match written short: `~` before a regular expression, `/**` after a prefix, braces for a
/// template, and otherwise the exact path.
func route(
    _ path: String, hosts: [String] = [], methods: [String] = [],
    headers: [(HeaderName, ValueMatch)] = [], query: [(String, ValueMatch)] = []
) -> RouteMatch {
    RouteMatch(
        hosts: hosts.map(hostPattern), path: pathPattern(path), methods: methods,
        headers: headers.map { HeaderMatch(name: $0.0, value: $0.1) },
        query: query.map { QueryMatch(name: $0.0, value: $0.1) })
}

func hostPattern(_ text: String) -> HostPattern {
    if text == "*" { return .any }
    return text.hasPrefix("*.") ? .wildcard(String(text.dropFirst(2))) : .exact(text)
}

func pathPattern(_ text: String) -> PathPattern {
    if text == "/**" { return .any }
    if text.hasPrefix("~") { return .regex(String(text.dropFirst())) }
    if text.contains("{") { return .template(template(text)) }
    return text.hasSuffix("/**") ? .prefix(String(text.dropLast(3))) : .exact(text)
}

func template(_ text: String) -> PathTemplate {
    PathTemplate(
        text.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map {
            if $0 == "**" { return .tail("") }
            guard $0.hasPrefix("{") else { return .literal(String($0)) }
            let name = $0.dropFirst().dropLast()
            return name.hasSuffix("=**")
                ? .tail(String(name.dropLast(3))) : .capture(String(name))
        })
}

/// A request head for `target`, which may have a query.
func request(
    _ target: String, host: String = "example.com", method: String = "GET",
    headers: [(HeaderName, String)] = []
) -> RequestHead {
    let head = RequestHead()
    let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    head.path = ByteString(String(parts[0]))
    head.query = parts.count > 1 ? ByteString(String(parts[1])) : nil
    head.authority = ByteString(host)
    head.method = Method(ByteString(method).span)
    if head.method == .other { head.methodName = ByteString(method) }
    for (name, value) in headers { head.headers.append(name, value) }
    return head
}

extension RouteIndex {
    /// The position of the route, without captures.
    func route(of request: RequestHead) -> Int? {
        var captures: [Range<Int>] = []
        return match(request, captures: &captures)
    }

    /// What the route of the request captured, by name; nil without a route.
    func captured(by request: RequestHead) -> [String: String]? {
        var captures: [Range<Int>] = [7..<9]
        guard let index = match(request, captures: &captures) else { return nil }
        let texts = captures.map { String(decoding: request.path.storage[$0], as: UTF8.self) }
        return Dictionary(uniqueKeysWithValues: zip(captureNames(of: index), texts))
    }
}
