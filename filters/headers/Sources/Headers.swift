public import WeirFilter

/// Changes header fields of requests and responses by rules from the configuration.
public struct Headers: FilterFactory {
    /// `headers`
    public static let name = "headers"

    /// A route adds to the rules of its chain and replaces those for the same field.
    public static let routeOverride = RouteOverride.merge

    /// What `weir filters headers` shows.
    public static let documentation = FilterDocumentation(
        summary: "Sets, adds, appends to and removes header fields of requests and responses.",
        status: .stable,
        securityPosture: .robustToUntrustedDownstreamAndUpstream,
        phases: [.requestHeaders, .responseHeaders],
        fields: fields("request") + fields("response"))

    private static func fields(_ side: String) -> [ConfigurationField] {
        [
            ConfigurationField(
                "\(side).set", "map of field name to template", default: "{}",
                "Makes the value the only one of that name; an empty value removes the field."),
            ConfigurationField(
                "\(side).add", "map of field name to template", default: "{}",
                "Adds a field line beside those of the same name; an empty value adds nothing."),
            ConfigurationField(
                "\(side).append", "map of field name to template", default: "{}",
                "Appends to the last value of that name after a comma, or adds the field; an "
                    + "empty value appends nothing."),
            ConfigurationField(
                "\(side).remove", "list of field names", default: "[]",
                "Removes every field of these names, after the other changes."),
        ]
    }

    /// The head phases for which there are rules.
    public let phases: Phases

    private let filter: HeaderEditor

    /// Checks names and templates and prepares both.
    public init(_ configuration: Configuration) throws {
        filter = HeaderEditor(
            request: try HeaderEdits(configuration.request, of: .request),
            response: try HeaderEdits(configuration.response, of: .response))
        var phases: Phases = []
        if !filter.request.isEmpty { phases.insert(.requestHeaders) }
        if !filter.response.isEmpty { phases.insert(.responseHeaders) }
        self.phases = phases
    }

    /// The one filter that serves all streams; it keeps no state.
    public func makeFilter() -> any HTTPFilter { filter }
}
