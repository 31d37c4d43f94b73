internal import WeirFilter

/// Takes part in every phase and does nothing.
final class EmptyFilter: HTTPFilter, Sendable {}

struct EmptyFactory: FilterFactory {
    struct Configuration: Decodable, Sendable {}

    static let name = "empty"
    static let documentation = FilterDocumentation(
        summary: "Does nothing.", phases: CostMeter.all, fields: [])

    private let filter = EmptyFilter()

    init(_ configuration: Configuration = Configuration()) {}

    var phases: Phases { CostMeter.all }

    func makeFilter() -> any HTTPFilter { filter }
}

/// Sends the request on and returns the response.
struct EmptyAsync: AsyncFilter {
    struct Configuration: Decodable, Sendable {}

    static let name = "empty-async"
    static let documentation = FilterDocumentation(
        summary: "Does nothing, asynchronously.", phases: [], fields: [])

    init(_ configuration: Configuration = Configuration()) {}

    func handle(_ request: Request, next: Next) async throws -> Response {
        try await next(request)
    }
}
