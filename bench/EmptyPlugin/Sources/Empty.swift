import WeirFilter

/// Takes part in every phase and does nothing, as a plug-in.
public struct Empty: FilterFactory {
    /// Nothing.
    public struct Configuration: Decodable, Sendable {}

    /// `empty`
    public static let name = "empty"
    /// Every phase.
    public static let documentation = FilterDocumentation(
        summary: "Does nothing.",
        phases: [
            .requestHeaders, .requestBody, .requestTrailers, .responseHeaders, .responseBody,
            .responseTrailers, .streamComplete,
        ])

    private let filter = EmptyFilter()

    /// Has nothing to check.
    public init(_ configuration: Configuration) {}

    /// The one filter.
    public func makeFilter() -> any HTTPFilter { filter }
}

final class EmptyFilter: HTTPFilter, Sendable {}
