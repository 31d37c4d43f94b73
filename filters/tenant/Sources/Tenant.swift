public import WeirFilter

/// Asks a cluster about the host, and tells the upstream and the client the answer.
public struct Tenant: AsyncFilter {
    /// What the operator can set.
    public struct Configuration: Decodable, Sendable {
        /// Whom to ask.
        public var cluster: String
    }

    /// `tenant`
    public static let name = "tenant"

    /// What `weir filters tenant` shows.
    public static let documentation = FilterDocumentation(
        summary: "Asks a cluster about the host, and tells the upstream and the client the answer.",
        phases: [.requestHeaders, .responseHeaders],
        fields: [
            ConfigurationField("cluster", "cluster", default: nil, "Whom to ask.")
        ])

    private let cluster: String

    /// Checks what the operator has written.
    public init(_ configuration: Configuration) throws {
        cluster = configuration.cluster
    }

    /// Finds out that there is such a cluster.
    public func provision(_ services: any GatewayServices) throws {
        _ = try services.cluster(cluster, at: ["cluster"])
    }

    /// Handles one exchange.
    public func handle(_ request: Request, next: Next) async throws -> Response {
        let path = ByteString("/hosts/\(request.authority)")
        let answer = try await request.context.call(cluster, CallRequest(.get, path))
        guard answer.status == 200, isFieldValue(answer.body) else {
            return Response(status: 404, cause: "tenant_unknown")
        }
        request.headers.set("x-tenant", answer.body.span)
        let response = try await next(request)
        response.headers.set("x-tenant", answer.body.span)
        return response
    }

    /// Whether it may stand in a field: it has no line breaks or other control bytes.
    private func isFieldValue(_ text: ByteString) -> Bool {
        text.span.firstForbiddenInValue(from: 0) == text.count
    }
}
