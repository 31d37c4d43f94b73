internal import WeirBase
internal import WeirFilter
internal import WeirRuntime

/// One thing that the access log can say about a stream.
enum AccessLogField: Sendable {
    case time, listener, route, cluster, endpoint, clientAddress, peerAddress
    case method, scheme, host, path, query, version, status, cause, attempts
    case bytesIn, bytesOut, duration, connectTime, upstreamTime
    case requestHeader(HeaderName)
    case responseHeader(HeaderName)

    private static let names: [(String, AccessLogField)] = [
        ("time", .time), ("listener", .listener), ("route", .route), ("cluster", .cluster),
        ("endpoint", .endpoint), ("client-address", .clientAddress),
        ("peer-address", .peerAddress), ("method", .method), ("scheme", .scheme), ("host", .host),
        ("path", .path), ("query", .query), ("version", .version), ("status", .status),
        ("cause", .cause), ("attempts", .attempts), ("bytes-in", .bytesIn),
        ("bytes-out", .bytesOut), ("duration-us", .duration), ("connect-us", .connectTime),
        ("upstream-us", .upstreamTime), ("request-id", .requestHeader("x-request-id")),
        ("user-agent", .requestHeader("user-agent")),
    ]

    /// The fields of the JSON format. The query is left out, as it may carry secrets.
    static var standard: [(String, AccessLogField)] {
        names.filter { $0.0 != "query" && $0.0 != "scheme" && $0.0 != "peer-address" }
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

    func write(_ stream: FilterStream, clock: WallClock, isJSON: Bool, to line: inout [UInt8]) {
        let outcome = stream.outcome
        let request = stream.request
        switch self {
        case .time: clock.appendISO8601(to: &line)
        case .status: line.append(decimal: outcome.status)
        case .attempts: line.append(decimal: outcome.attempts)
        case .bytesIn: line.append(decimal: Int(outcome.requestBytes))
        case .bytesOut: line.append(decimal: Int(outcome.responseBytes))
        case .duration: line.append(decimal: Int(outcome.duration.microseconds))
        case .connectTime: line.append(decimal: Int(outcome.connectTime.microseconds))
        case .upstreamTime: line.append(decimal: Int(outcome.upstreamHeadTime.microseconds))
        case .listener: Self.write(stream.place.listener, isJSON, &line)
        case .route: Self.write(stream.place.route, isJSON, &line)
        case .cluster: Self.write(outcome.cluster, isJSON, &line)
        case .endpoint: Self.write(outcome.endpoint, isJSON, &line)
        case .cause: line.append(copying: outcome.cause.span)
        case .clientAddress: stream.clientAddress?.write(to: &line)
        case .peerAddress: stream.peerAddress?.write(to: &line)
        case .scheme: line.append(copying: request.scheme.name.span)
        case .version: line.append(copying: request.version.name.span)
        case .method:
            if request.method == .other {
                Self.write(request.methodName, isJSON, &line)
            } else {
                line.append(copying: request.method.name.span)
            }
        case .host: Self.write(request.authority, isJSON, &line)
        case .path: Self.write(stream.routedPath ?? request.path, isJSON, &line)
        case .query: Self.write(request.query ?? "", isJSON, &line)
        case .requestHeader(let name): Self.write(request.headers, name, isJSON, &line)
        case .responseHeader(let name): Self.write(stream.response.headers, name, isJSON, &line)
        }
    }

    private static func write(
        _ headers: borrowing HeaderMap, _ name: HeaderName, _ isJSON: Bool, _ line: inout [UInt8]
    ) {
        guard let index = headers.index(of: name) else { return }
        escape(headers.value(at: index), isJSON, &line)
    }

    private static func write(_ text: ByteString, _ isJSON: Bool, _ line: inout [UInt8]) {
        escape(text.span, isJSON, &line)
    }

    private static func write(_ text: String, _ isJSON: Bool, _ line: inout [UInt8]) {
        // Names from configuration; the loader refuses control characters and quotes in them.
        line.append(contentsOf: text.utf8)
    }

    /// Appends text so that nothing an outsider sends can end a line or a string.
    private static func escape(_ text: Span<UInt8>, _ isJSON: Bool, _ line: inout [UInt8]) {
        var start = 0
        for index in 0..<text.count where !isPlain(text[index]) {
            line.append(copying: text.extracting(start..<index))
            start = index + 1
            let byte = text[index]
            if isJSON && (byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")) {
                line.append(UInt8(ascii: "\\"))
                line.append(byte)
            } else {
                // Bytes that are not ASCII need not be UTF-8, which JSON wants.
                appendHex(byte, prefix: isJSON ? "\\u00" : "\\x", to: &line)
            }
        }
        line.append(copying: text.extracting(start..<text.count))
    }

    /// Whether the byte means itself in every format.
    private static func isPlain(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte < 0x7F && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
    }

    private static func appendHex(_ byte: UInt8, prefix: StaticString, to line: inout [UInt8]) {
        line.append(copying: prefix.span)
        for nibble in [byte >> 4, byte & 15] {
            line.append(nibble < 10 ? 0x30 + nibble : 0x57 + nibble)
        }
    }
}
