internal import WeirBase
internal import WeirFilter
internal import WeirRuntime

extension AccessLogField {
    /// Appends the value of a header field: of the request, or of the response.
    func write(
        _ stream: FilterStream, _ header: HeaderName, isJSON: Bool, to line: ByteBuffer
    ) {
        if case .responseHeader = self {
            Self.write(stream.response.headers, header, isJSON, line)
        } else {
            Self.write(stream.request.headers, header, isJSON, line)
        }
    }

    /// Appends the value of any other field.
    func write(
        _ stream: FilterStream, clock: WallClock, isJSON: Bool, to line: ByteBuffer
    ) {
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
        case .traceID:
            guard let trace = stream.trace else { break }
            line.write(hexadecimal: trace.traceHigh)
            line.write(hexadecimal: trace.traceLow)
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
        // These have a name besides.
        case .requestHeader, .responseHeader: break
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
        var index = text.firstUnplain(from: 0)
        if index == text.count { return line.write(text) }
        while index < text.count {
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
            index = text.firstUnplain(from: start)
        }
        line.write(text.extracting(start..<text.count))
    }

    private static func appendHex(_ byte: UInt8, prefix: StaticString, to line: ByteBuffer) {
        line.write(prefix.span)
        for nibble in [byte >> 4, byte & 15] {
            line.write(nibble < 10 ? 0x30 + nibble : 0x57 + nibble)
        }
    }
}

extension Span where Element == UInt8 {
    /// Where the first byte stands, from `start` on, that does not mean itself in every format;
    /// `count` when there is none.
    fileprivate func firstUnplain(from start: Int) -> Int {
        var index = start
        while index + 8 <= count {
            let word = word(at: index)
            let quotes = (word ^ .bytes(UInt8(ascii: "\""))).zeroBytes
            let backslashes = (word ^ .bytes(UInt8(ascii: "\\"))).zeroBytes
            let deletes = (word ^ .bytes(0x7F)).zeroBytes
            let foreign = word & .bytes(0x80)
            if quotes | backslashes | deletes | foreign | word.bytesBelow(0x20) != 0 { break }
            index += 8
        }
        while index < count && Self.isPlain(self[index]) { index += 1 }
        return index
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte < 0x7F && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
    }
}
