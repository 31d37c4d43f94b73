extension HostPattern {
    static func parse(_ text: String) throws(PatternProblem) -> HostPattern {
        if text == "*" { return .any }
        if text.hasPrefix("*.") {
            let suffix = text.dropFirst(2)
            if HostName.isName(suffix) { return .wildcard(suffix.lowercased()) }
        } else if HostName.isHost(text) {
            return .exact(text.lowercased())
        }
        if text.contains("://") {
            throw PatternProblem("`\(text)` is an address", expected: "a host alone")
        }
        if HostName.isAuthority(text) {
            throw PatternProblem(
                "`\(text)` has a port, which plays no part in matching",
                expected: "the host alone")
        }
        if text.contains("*") {
            throw PatternProblem(
                "`\(text)` has a star where none may be",
                expected: "a star for all labels in front, as in *.example.com")
        }
        throw PatternProblem(
            "`\(text)` is no host",
            expected: "a host such as api.example.com, *.example.com or 10.0.0.1")
    }
}
