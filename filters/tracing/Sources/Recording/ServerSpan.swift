internal import WeirBase
internal import WeirFilter

/// What the span of a request says, after OpenTelemetry's conventions for HTTP servers.
enum ServerSpan {
    /// The method, or `HTTP` for one that is not well known.
    static func method(of request: RequestHead) -> String {
        request.method == .other ? "HTTP" : request.method.name.description
    }

    /// What is known when a request arrives.
    static func attributes(
        of request: RequestHead, _ stream: FilterStream, method: String, _ query: Tracing.Query
    ) -> [SpanAttribute] {
        var list: [SpanAttribute] = []
        list.reserveCapacity(20)
        if request.method == .other {
            list.append(SpanAttribute("http.request.method", "_OTHER"))
            list.append(
                SpanAttribute("http.request.method_original", request.methodName.description))
        } else {
            list.append(SpanAttribute("http.request.method", method))
        }
        list.append(SpanAttribute("url.scheme", request.scheme.name.description))
        list.append(SpanAttribute("url.path", request.path.description))
        if let text = QueryWords.text(request.query, query) {
            list.append(SpanAttribute("url.query", text))
        }
        if !stream.place.route.isEmpty {
            list.append(SpanAttribute("http.route", stream.place.route))
        }
        list.append(SpanAttribute("weir.listener", stream.place.listener))
        list.append(SpanAttribute("network.protocol.version", request.version.name.description))
        addAddresses(of: request, stream, to: &list)
        if let agent = request.headers[HeaderName(.userAgent)] {
            list.append(SpanAttribute("user_agent.original", agent.description))
        }
        return list
    }

    private static func addAddresses(
        of request: RequestHead, _ stream: FilterStream, to list: inout [SpanAttribute]
    ) {
        let authority = request.authority
        if !authority.isEmpty {
            let host = authority.hostCount
            list.append(
                SpanAttribute("server.address", authority.span.extracting(0..<host).string))
            let port =
                host + 1 < authority.count
                ? authority.span.extracting(host + 1..<authority.count).decimal
                : request.scheme == .http ? 80 : 443
            if let port { list.append(SpanAttribute("server.port", port)) }
        }
        if let client = stream.clientAddress {
            list.append(SpanAttribute("client.address", client.description))
        }
        if let peer = stream.peerAddress {
            list.append(SpanAttribute("network.peer.address", peer.description))
            list.append(SpanAttribute("network.peer.port", Int(stream.peerPort)))
        }
    }

    /// Adds what is known when a request is over.
    static func addOutcome(_ outcome: StreamOutcome, isCall: Bool, to span: inout FinishedSpan) {
        if outcome.status > 0 {
            span.attributes.append(SpanAttribute("http.response.status_code", outcome.status))
        }
        if !outcome.cluster.isEmpty {
            span.attributes.append(SpanAttribute("weir.cluster", outcome.cluster))
        }
        let cause = outcome.cause.description
        if !cause.isEmpty { span.attributes.append(SpanAttribute("weir.cause", cause)) }
        if isCall && outcome.grpcStatus >= 0 {
            span.attributes.append(SpanAttribute("rpc.grpc.status_code", outcome.grpcStatus))
            span.isError = isFailure(grpcStatus: outcome.grpcStatus)
        }
        // Below 500 it is the client's fault, unless a response that had begun was cut off.
        let wasCutOff = outcome.attempts > 0 && outcome.status < 400 && !cause.isEmpty
        if outcome.status >= 500 || outcome.status == 0 || wasCutOff { span.isError = true }
        if span.isError {
            let type =
                !cause.isEmpty
                ? cause
                : outcome.status >= 500
                    ? "\(outcome.status)" : isCall ? "\(outcome.grpcStatus)" : "_OTHER"
            span.attributes.append(SpanAttribute("error.type", type))
        }
    }

    /// Whether a server is at fault for that outcome of a call (conventions for gRPC).
    private static func isFailure(grpcStatus: Int) -> Bool {
        switch grpcStatus {
        case 2, 4, 12, 13, 14, 15: true
        default: false
        }
    }
}

/// What a gRPC call's path names: `/package.Service/Method`.
struct GRPCName {
    private let service: String
    private let method: String

    /// Nil for a request that is no gRPC call.
    init?(_ request: RequestHead) {
        let isCall =
            request.headers.withFirst(HeaderName(.contentType)) {
                $0.startsIgnoringCase("application/grpc")
            } ?? false
        guard isCall else { return nil }
        let path = request.path
        guard path.count > 1,
            let slash = path.span.firstIndex(of: UInt8(ascii: "/"), from: 1)
        else { return nil }
        service = path.span.extracting(1..<slash).string
        method = path.span.extracting(slash + 1..<path.count).string
    }

    var attributes: [SpanAttribute] {
        [
            SpanAttribute("rpc.system", "grpc"), SpanAttribute("rpc.service", service),
            SpanAttribute("rpc.method", method),
        ]
    }
}
