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
    case requestHeader(HeaderName)
    case responseHeader(HeaderName)

    private static let names: [(String, AccessLogField)] = [
        ("time", .time), ("listener", .listener), ("route", .route), ("cluster", .cluster),
        ("endpoint", .endpoint), ("client-address", .clientAddress), ("client", .client),
        ("peer-address", .peerAddress), ("method", .method), ("scheme", .scheme), ("host", .host),
        ("path", .path), ("query", .query), ("version", .version), ("status", .status),
        ("cause", .cause), ("attempts", .attempts), ("bytes-in", .bytesIn),
        ("bytes-out", .bytesOut), ("duration-us", .duration), ("connect-us", .connectTime),
        ("upstream-us", .upstreamTime), ("request-id", .requestHeader("x-request-id")),
        ("trace-id", .traceID), ("user-agent", .requestHeader("user-agent")),
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

    /// The fields of the JSON format.
    static var standard: [(String, AccessLogField)] {
        names.filter { !special.contains($0.0) }
            .map { ($0.0.map { $0 == "-" ? "_" : String($0) }.joined(), $0.1) }
    }

    /// The field of that name: one of the list, `header:NAME` or `response-header:NAME`.
    init?(_ name: String) {
        if let known = Self.names.first(where: { $0.0 == name }) {
            self = known.1
        } else if name.hasPrefix("header:"), let header = HeaderName(String(name.dropFirst(7))) {
            self = .requestHeader(header)
        } else if name.hasPrefix("response-header:"),
            let header = HeaderName(String(name.dropFirst(16)))
        {
            self = .responseHeader(header)
        } else {
            return nil
        }
    }

    /// Whether the value is a number, which JSON does not quote.
    var isNumber: Bool {
        switch self {
        case .status, .attempts, .bytesIn, .bytesOut, .duration, .connectTime, .upstreamTime: true
        default: false
        }
    }

    func write(_ stream: FilterStream, clock: WallClock, isJSON: Bool, to line: ByteBuffer) {
        let request = stream.request
        switch self {
        case .time: line.write(clock.iso8601)
        case .status: line.write(decimal: stream.outcome.status)
        case .attempts: line.write(decimal: stream.outcome.attempts)
        case .bytesIn: line.write(decimal: Int(stream.outcome.requestBytes))
        case .bytesOut: line.write(decimal: Int(stream.outcome.responseBytes))
        case .duration: line.write(decimal: Int(stream.outcome.duration.microseconds))
        case .connectTime: line.write(decimal: Int(stream.outcome.connectTime.microseconds))
        case .upstreamTime: line.write(decimal: Int(stream.outcome.upstreamHeadTime.microseconds))
        case .listener: Self.write(stream.place.listener, isJSON, line)
        case .route: Self.write(stream.place.route, isJSON, line)
        case .cluster: Self.write(stream.outcome.cluster, isJSON, line)
        case .endpoint: Self.write(stream.outcome.endpoint, isJSON, line)
        case .cause: line.write(stream.outcome.cause.span)
        case .clientAddress: Self.writeClient(stream, line)
        case .peerAddress: if let text = stream.peerText { line.write(text) }
        case .scheme: line.write(request.scheme.name.span)
        case .version: line.write(request.version.name.span)
        case .grpcStatus:
            if stream.outcome.grpcStatus >= 0 { line.write(decimal: stream.outcome.grpcStatus) }
        case .client: if let client = stream.client { Self.write(client.name, isJSON, line) }
        case .traceID: if let trace = stream.trace { Self.write(trace, line) }
        case .serverName: Self.writeForeign(stream.security?.serverName, isJSON, line)
        case .tlsVersion: line.write(stream.security?.version ?? "")
        case .tlsCipher: line.write(stream.security?.cipher ?? "")
        case .clientCertificate:
            Self.writeForeign(stream.security?.peer?.subject, isJSON, line)
        case .method:
            if request.method == .other {
                Self.write(request.methodName, isJSON, line)
            } else {
                line.write(request.method.name.span)
            }
        case .host: Self.write(request.authority, isJSON, line)
        case .path: Self.write(stream.routedPath ?? request.path, isJSON, line)
        case .query: Self.write(request.query ?? "", isJSON, line)
        case .requestHeader(let name): Self.write(request.headers, name, isJSON, line)
        case .responseHeader(let name): Self.write(stream.response.headers, name, isJSON, line)
        }
    }

    private static func write(
        _ headers: borrowing HeaderMap, _ name: HeaderName, _ isJSON: Bool, _ line: ByteBuffer
    ) {
        guard let index = headers.index(of: name) else { return }
        escape(headers.value(at: index), isJSON, line)
    }

    private static func writeClient(_ stream: FilterStream, _ line: ByteBuffer) {
        guard let client = stream.clientAddress else { return }
        // The text of the peer's address is there already.
        if client == stream.peerAddress, let text = stream.peerText {
            line.write(text)
        } else {
            line.write(client.description)
        }
    }

    private static func write(_ trace: TraceContext, _ line: ByteBuffer) {
        for half in [trace.traceHigh, trace.traceLow] {
            for shift in stride(from: 60, through: 0, by: -4) {
                let nibble = UInt8(truncatingIfNeeded: half >> UInt64(shift)) & 15
                line.write(nibble < 10 ? 0x30 + nibble : 0x57 + nibble)
            }
        }
    }

    private static func write(_ text: ByteString, _ isJSON: Bool, _ line: ByteBuffer) {
        escape(text.span, isJSON, line)
    }

    /// A client chose this text.
    private static func writeForeign(_ text: String?, _ isJSON: Bool, _ line: ByteBuffer) {
        if let text { write(ByteString(text), isJSON, line) }
    }

    private static func write(_ text: String, _ isJSON: Bool, _ line: ByteBuffer) {
        // Names from configuration; the loader refuses control characters and quotes in them.
        line.write(text)
    }

    /// Appends text so that nothing an outsider sends can end a line or a string.
    private static func escape(_ text: Span<UInt8>, _ isJSON: Bool, _ line: ByteBuffer) {
        var start = 0
        for index in 0..<text.count where !isPlain(text[index]) {
            line.write(text.extracting(start..<index))
            start = index + 1
            let byte = text[index]
            if isJSON && (byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")) {
                line.write(UInt8(ascii: "\\"))
                line.write(byte)
            } else {
                // Bytes that are not ASCII need not be UTF-8, which JSON wants.
                appendHex(byte, prefix: isJSON ? "\\u00" : "\\x", to: line)
            }
        }
        line.write(text.extracting(start..<text.count))
    }

    /// Whether the byte means itself in every format.
    private static func isPlain(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte < 0x7F && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
    }

    private static func appendHex(_ byte: UInt8, prefix: StaticString, to line: ByteBuffer) {
        line.write(prefix.span)
        for nibble in [byte >> 4, byte & 15] {
            line.write(nibble < 10 ? 0x30 + nibble : 0x57 + nibble)
        }
    }
}
