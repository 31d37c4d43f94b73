internal import WeirBase
internal import WeirFilter
internal import WeirRuntime

/// One thing that the access log can say about a stream.
enum AccessLogField: Sendable {
    case time, listener, route, cluster, endpoint, clientAddress, peerAddress
    case method, scheme, host, path, query, version, status, cause, attempts
    case bytesIn, bytesOut, duration, connectTime, upstreamTime
    case client, traceID
    case grpcStatus, serverName, tlsVersion, tlsCipher, clientCertificate
    /// A field of the request or of the response; the format knows which.
    case requestHeader, responseHeader

    private static let names: [(String, AccessLogField)] = [
        ("time", .time), ("listener", .listener), ("route", .route), ("cluster", .cluster),
        ("endpoint", .endpoint), ("client-address", .clientAddress), ("client", .client),
        ("peer-address", .peerAddress), ("method", .method), ("scheme", .scheme), ("host", .host),
        ("path", .path), ("query", .query), ("version", .version), ("status", .status),
        ("cause", .cause), ("attempts", .attempts), ("bytes-in", .bytesIn),
        ("bytes-out", .bytesOut), ("duration-us", .duration), ("connect-us", .connectTime),
        ("upstream-us", .upstreamTime), ("request-id", .requestHeader),
        ("trace-id", .traceID), ("user-agent", .requestHeader),
        ("grpc-status", .grpcStatus),
        ("server-name", .serverName), ("tls-version", .tlsVersion), ("tls-cipher", .tlsCipher),
        ("client-certificate", .clientCertificate),
    ]

    /// What only a template's author asks for: the query may carry secrets, the others are empty
    /// for most requests.
    private static let special: Set = [
        "query", "scheme", "peer-address", "grpc-status", "server-name", "tls-version",
        "tls-cipher", "client-certificate",
    ]

    /// Header fields that have names of their own.
    private static let headers: [String: HeaderName] = [
        "request-id": "x-request-id", "user-agent": "user-agent",
    ]

    /// The names in the JSON format and what they mean.
    static var standard: [(String, Meaning)] {
        names.filter { !special.contains($0.0) }
            .map { name, field in
                (name.map { $0 == "-" ? "_" : String($0) }.joined(), (field, headers[name]))
            }
    }

    /// A field, and which header field it is if it is one.
    typealias Meaning = (field: AccessLogField, header: HeaderName?)

    /// The field of that name: one of the list, `header:NAME` or `response-header:NAME`.
    static func named(_ name: String) -> Meaning? {
        if let known = names.first(where: { $0.0 == name }) { return (known.1, headers[name]) }
        if name.hasPrefix("header:"), let header = HeaderName(String(name.dropFirst(7))) {
            return (.requestHeader, header)
        }
        if name.hasPrefix("response-header:"), let header = HeaderName(String(name.dropFirst(16))) {
            return (.responseHeader, header)
        }
        return nil
    }

    /// Whether the value is a number, which JSON does not quote.
    var isNumber: Bool {
        switch self {
        case .status, .attempts, .bytesIn, .bytesOut, .duration, .connectTime, .upstreamTime: true
        default: false
        }
    }
}
