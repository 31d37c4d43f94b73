internal import WeirBase
public import WeirFilter

/// Gives every request an identifier that logs on both sides of the gateway can share.
public struct RequestId: FilterFactory {
    /// What the operator can set.
    public struct Configuration: Decodable, Sendable {
        /// The field that carries the identifier; `x-request-id` when nil.
        public var header: String?
        /// Whether a well-formed identifier from the client is kept; false when nil.
        public var trustIncoming: Bool?
        /// Whether the response carries the identifier too; false when nil.
        public var echo: Bool?

        /// Sets some fields; nil stands for the default.
        public init(header: String? = nil, trustIncoming: Bool? = nil, echo: Bool? = nil) {
            self.header = header
            self.trustIncoming = trustIncoming
            self.echo = echo
        }
    }

    /// `request-id`
    public static let name = "request-id"

    /// What `weir filters request-id` shows.
    public static let documentation = FilterDocumentation(
        summary: "Gives every request an identifier, passed to the upstream and shown in logs.",
        status: .stable,
        securityPosture: .robustToUntrustedDownstreamAndUpstream,
        phases: [.requestHeaders, .responseHeaders],
        fields: [
            ConfigurationField(
                "header", "field name", default: "x-request-id",
                "The field that carries the identifier.", allows: .fieldName),
            ConfigurationField(
                "trust-incoming", "boolean", default: "false",
                "Keep the client's identifier when it is one value of 1 to 128 token characters; "
                    + "otherwise, and by default, it is replaced."),
            ConfigurationField(
                "echo", "boolean", default: "false",
                "Send the identifier back to the client in the same field of the response."),
        ])

    /// The request's head, and the response's when the identifier is echoed.
    public let phases: Phases

    private let filter: IdentifierStamp

    /// Checks the field's name.
    public init(_ configuration: Configuration) throws {
        let text = configuration.header ?? "x-request-id"
        guard let header = HeaderName(text) else {
            throw ConfigurationError(
                at: ["header"], "expected a field name such as x-request-id, found `\(text)`")
        }
        guard !header.isReserved else {
            throw ConfigurationError(
                at: ["header"], "the gateway itself decides `\(header)`; choose another field")
        }
        filter = IdentifierStamp(
            header: header, trustsIncoming: configuration.trustIncoming ?? false)
        phases =
            configuration.echo ?? false ? [.requestHeaders, .responseHeaders] : [.requestHeaders]
    }

    /// The one filter that serves all streams; it keeps no state.
    public func makeFilter() -> any HTTPFilter { filter }
}
