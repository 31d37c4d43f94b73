internal import WeirConfig

extension RouteMatch {
    /// What the route asks for, in one line.
    var summary: String {
        var parts: [String] = []
        if !methods.isEmpty { parts.append(methods.joined(separator: " or ")) }
        if !hosts.isEmpty {
            parts.append("host " + hosts.map(\.description).joined(separator: " or "))
        }
        parts.append(path == .any ? "any path" : "path \(path)")
        parts += headers.map { "header \($0.name) \($0.value.summary)" }
        parts += query.map { "query \($0.name) \($0.value.summary)" }
        return parts.joined(separator: ", ")
    }
}

extension ValueMatch {
    fileprivate var summary: String {
        switch self {
        case .exact(let text): "= \(text)"
        case .prefix(let text): "begins with \(text)"
        case .suffix(let text): "ends with \(text)"
        case .contains(let text): "contains \(text)"
        case .regex(let text): "matches \(text)"
        case .present(true): "is there"
        case .present(false): "is not there"
        }
    }
}
