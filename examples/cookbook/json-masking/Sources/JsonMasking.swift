internal import WeirBase
public import WeirFilter

/// Masks fields of JSON responses.
public struct JsonMasking: AsyncFilter {
    /// What the operator can set.
    public struct Configuration: Decodable, Sendable {
        /// The names of the members whose values are masked, at any depth.
        public var fields: [String]
        /// The text that takes their place; `***` when nil.
        public var mask: String?
        /// The longest body; 1 MiB when nil.
        public var limit: ConfigSize?
    }

    /// `json-masking`
    public static let name = "json-masking"

    /// What `weir filters json-masking` shows.
    public static let documentation = FilterDocumentation(
        summary: "Masks fields of JSON responses.",
        securityPosture: .robustToUntrustedDownstreamAndUpstream,
        phases: [.requestHeaders, .responseHeaders, .responseBody],
        fields: [
            ConfigurationField(
                "fields", "list of names", default: nil,
                "Members whose values are masked, whatever they are and however deep they lie."),
            ConfigurationField(
                "mask", "text", default: "***", "What stands in the place of their values."),
            ConfigurationField(
                "limit", "size", default: "1MiB",
                "The longest body of JSON; a longer one is a 502. Others may be of any length."),
        ])

    private let masker: JSONMasker
    private let limit: Int

    /// Checks the names.
    public init(_ configuration: Configuration) throws {
        guard !configuration.fields.isEmpty else {
            throw ConfigurationError(at: ["fields"], "expected at least one name")
        }
        let mask = configuration.mask ?? "***"
        guard mask.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x22 && $0 != 0x5C }) else {
            throw ConfigurationError(at: ["mask"], "expected text without \", \\ and controls")
        }
        masker = JSONMasker(names: Set(configuration.fields), mask: ByteString("\"\(mask)\""))
        limit = (configuration.limit ?? ConfigSize(1 << 20)).bytes
        guard limit > 0 else { throw ConfigurationError(at: ["limit"], "expected more than 0") }
    }

    /// Lets everything by but JSON, which is collected and masked.
    public func handle(_ request: Request, next: Next) async throws -> Response {
        request.headers.remove(.acceptEncoding)
        request.headers.remove("range")
        let response = try await next(request)
        guard Self.isJSON(response.headers) else { return response }

        let body = try await response.body.collect(upTo: limit)
        if body.isEmpty { return response }
        // What cannot be read cannot be masked, so it does not get through either.
        guard !response.headers.contains(.contentEncoding),
            let masked = masker.mask(body, limit: limit)
        else {
            request.context.log(.warning, "the upstream's JSON cannot be read")
            return Response(status: 502, cause: "json_masking_unreadable")
        }
        response.headers.remove(.etag)
        try response.body.replace(with: masked)
        return response
    }

    /// Whether the type is `application/json` or ends in `+json` (RFC 6839, section 3.1).
    private static func isJSON(_ headers: HeaderMap) -> Bool {
        headers.withFirst("content-type") { value in
            let end = value.firstIndex(of: UInt8(ascii: ";")) ?? value.count
            let type = value.extracting(0..<end).trimmed
            return type.equalsIgnoringCase("application/json")
                || type.count > 5 && type.extracting(last: 5).equalsIgnoringCase("+json")
        } ?? false
    }
}
