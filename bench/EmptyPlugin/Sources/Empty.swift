import WeirFilter

/// Takes part in every phase and does nothing, as a plug-in.
public struct Empty: FilterFactory {
    public struct Configuration: Decodable, Sendable {}

    public static let name = "empty"
    public static let documentation = FilterDocumentation(
        summary: "Does nothing.",
        phases: [
            .requestHeaders, .requestBody, .requestTrailers, .responseHeaders, .responseBody,
            .responseTrailers, .streamComplete,
        ])

    private let filter = EmptyFilter()

    public init(_ configuration: Configuration) {}

    public func makeFilter() -> any HTTPFilter { filter }
}

final class EmptyFilter: HTTPFilter, Sendable {}
