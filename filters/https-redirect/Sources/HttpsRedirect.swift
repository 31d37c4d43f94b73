public import WeirFilter

/// Sends clients that came without TLS to the same place with it.
public struct HttpsRedirect: FilterFactory {
    /// What the operator can set.
    public struct Configuration: Decodable, Sendable {
        /// The status of the answer: 301, 302, 307 or 308; 308 when nil.
        public var status: Int?
        /// The port that serves https; 443 when nil.
        public var port: Int?

        /// Sets some fields; nil stands for the default.
        public init(status: Int? = nil, port: Int? = nil) {
            self.status = status
            self.port = port
        }
    }

    /// `https-redirect`
    public static let name = "https-redirect"

    /// What `weir filters https-redirect` shows.
    public static let documentation = FilterDocumentation(
        summary: "Sends every request that came without TLS to the same place with it.",
        status: .stable,
        securityPosture: .robustToUntrustedDownstreamAndUpstream,
        phases: [.requestHeaders],
        fields: [
            ConfigurationField(
                "status", "301, 302, 307 or 308", default: "308",
                "The status of the answer; with 307 and 308 clients keep the method and the body.",
                allows: .numbers([301, 302, 307, 308])),
            ConfigurationField(
                "port", "number", default: "443",
                "The port that serves https, as clients reach it.", allows: .integer(1...65_535)),
        ])

    /// The request's head.
    public let phases: Phases = [.requestHeaders]

    private let filter: Redirector

    /// Checks status and port.
    public init(_ configuration: Configuration) throws {
        let status = configuration.status ?? 308
        guard [301, 302, 307, 308].contains(status) else {
            throw ConfigurationError(at: ["status"], "expected 301, 302, 307 or 308")
        }
        let port = configuration.port ?? 443
        guard (1...65535).contains(port) else {
            throw ConfigurationError(at: ["port"], "expected a port from 1 to 65535")
        }
        filter = Redirector(status: status, port: port)
    }

    /// The one filter that serves all streams; it keeps no state.
    public func makeFilter() -> any HTTPFilter { filter }
}
