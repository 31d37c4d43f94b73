internal import WeirConfig

extension RouteMatch {
    /// How many conditions there are beside host and path; a list of methods is one.
    var conditionCount: Int { (methods.isEmpty ? 0 : 1) + headers.count + query.count }

    /// Whether any request matches.
    var takesEverything: Bool {
        (hosts.isEmpty || hosts.contains { $0.normalized == .any }) && path == .any
            && conditionCount == 0
    }
}

extension HostPattern {
    /// The pattern as requests are compared with it: in lower case and without a final dot.
    var normalized: HostPattern {
        switch self {
        case .any: .any
        case .exact(let name): .exact(Self.normalize(name))
        case .wildcard(let suffix): suffix.isEmpty ? .any : .wildcard(Self.normalize(suffix))
        }
    }

    private static func normalize(_ name: String) -> String {
        var name = name.lowercased()
        if name.utf8.count > 1 && name.hasSuffix(".") { name.removeLast() }
        return name
    }
}

extension PathPattern {
    /// Why the pattern could never match, or nil.
    var malformation: String? {
        switch self {
        case .exact(let path) where path.utf8.first != UInt8(ascii: "/"):
            return "the path \(path) does not start with /"
        case .prefix(let path) where !path.isEmpty && path.utf8.first != UInt8(ascii: "/"):
            return "the path \(path)/** does not start with /"
        case .template(let template):
            if template.segments.isEmpty { return "the template is empty" }
            for segment in template.segments.dropLast() {
                if case .tail(let name) = segment { return "{\(name)=**} is not at the end" }
            }
            return nil
        default: return nil
        }
    }
}
