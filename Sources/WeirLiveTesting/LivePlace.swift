internal import WeirTesting

/// What of a request stands in the configuration: where it comes in and which route takes it.
struct LivePlace: Hashable {
    let path: String
    let isUnix: Bool

    /// A route whose template captures what the request says.
    init(of request: TestRequest) throws {
        isUnix = request.client == nil
        guard !request.captures.isEmpty else {
            path = "/**"
            return
        }
        var captures = request.captures.lines[...]
        let segments = request.target.prefix { $0 != "?" }.split(
            separator: "/", omittingEmptySubsequences: false)
        path = segments.map { segment in
            guard let next = captures.first, next.value == segment else { return String(segment) }
            captures.removeFirst()
            return "{\(next.name)}"
        }.joined(separator: "/")
        guard captures.isEmpty else {
            throw TestFailure("`\(captures[captures.startIndex].value)` is no segment of the path")
        }
    }
}
