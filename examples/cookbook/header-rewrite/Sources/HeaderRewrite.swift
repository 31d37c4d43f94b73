internal import WeirBase
public import WeirFilter

/// Replaces texts in header fields of requests and responses by rules.
public struct HeaderRewrite: FilterFactory {
    /// What the operator can set.
    public struct Configuration: Decodable, Sendable {
        /// Rules for requests, in order; none when nil.
        public var request: [Rule]?
        /// Rules for responses, in order; none when nil.
        public var response: [Rule]?
    }

    /// One replacement.
    public struct Rule: Decodable, Sendable {
        /// The field's name.
        public var field: String
        /// The text to look for; the whole value when nil.
        public var replace: String?
        /// What takes its place; an empty value removes the field.
        public var with: String
    }

    /// `header-rewrite`
    public static let name = "header-rewrite"

    /// What `weir filters header-rewrite` shows.
    public static let documentation = FilterDocumentation(
        summary: "Replaces texts in header fields of requests and responses.",
        securityPosture: .robustToUntrustedDownstreamAndUpstream,
        phases: [.requestHeaders, .responseHeaders],
        fields: ["request", "response"].flatMap { side in
            [
                ConfigurationField(
                    "\(side).field", "field name", default: nil, "The field that is rewritten."),
                ConfigurationField(
                    "\(side).replace", "text", default: "the whole value",
                    "The text to look for; every occurrence in every line is replaced."),
                ConfigurationField(
                    "\(side).with", "text", default: nil,
                    "What takes its place. A line that is left empty is removed."),
            ]
        })

    /// The head phases for which there are rules.
    public let phases: Phases

    private let rewriter: HeaderRewriter

    /// Checks the rules.
    public init(_ configuration: Configuration) throws {
        rewriter = HeaderRewriter(
            request: try Self.replacements(configuration.request, "request"),
            response: try Self.replacements(configuration.response, "response"))
        var phases: Phases = []
        if !rewriter.request.isEmpty { phases.insert(.requestHeaders) }
        if !rewriter.response.isEmpty { phases.insert(.responseHeaders) }
        self.phases = phases
    }

    private static func replacements(_ rules: [Rule]?, _ side: String) throws -> [Replacement] {
        try (rules ?? []).enumerated().map { index, rule in
            let path = [side, "\(index)"]
            // The gateway frames messages and manages connections; nobody else does.
            guard let name = HeaderName(rule.field), !name.isReserved else {
                throw ConfigurationError(
                    at: path + ["field"],
                    "expected the name of a field that is not the gateway's own, "
                        + "found `\(rule.field)`")
            }
            guard rule.replace != "" else {
                throw ConfigurationError(at: path + ["replace"], "expected some text")
            }
            return Replacement(
                name: name, text: rule.replace.map { Array($0.utf8) }, with: Array(rule.with.utf8))
        }
    }

    /// The one filter that serves all streams; it keeps nothing of any.
    public func makeFilter() -> any HTTPFilter { rewriter }
}
