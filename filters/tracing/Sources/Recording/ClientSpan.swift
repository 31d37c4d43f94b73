internal import WeirBase
internal import WeirFilter

/// What the span of an attempt says, after OpenTelemetry's conventions for HTTP clients.
enum ClientSpan {
    static func attributes(of attempt: UpstreamAttempt, method: String) -> [SpanAttribute] {
        var list: [SpanAttribute] = []
        list.reserveCapacity(10)
        list.append(
            SpanAttribute("http.request.method", method == "HTTP" ? "_OTHER" : method))
        list.append(SpanAttribute("weir.cluster", attempt.cluster))
        if !attempt.endpoint.isEmpty { addEndpoint(attempt.endpoint, to: &list) }
        if attempt.number > 1 {
            list.append(SpanAttribute("http.request.resend_count", attempt.number - 1))
        }
        if attempt.status > 0 {
            list.append(SpanAttribute("http.response.status_code", attempt.status))
        }
        if isError(attempt) {
            let cause = attempt.cause.description
            list.append(SpanAttribute("error.type", cause.isEmpty ? "\(attempt.status)" : cause))
        }
        return list
    }

    /// Whether the attempt brought no response, not all of one, or one that says so.
    static func isError(_ attempt: UpstreamAttempt) -> Bool {
        attempt.status >= 400 || attempt.cause.utf8CodeUnitCount > 0
    }

    private static func addEndpoint(_ endpoint: String, to list: inout [SpanAttribute]) {
        guard let address = SocketAddress(endpoint), let ip = address.ip, let port = address.port
        else {
            list.append(SpanAttribute("server.address", endpoint))
            return
        }
        list.append(SpanAttribute("server.address", ip.description))
        list.append(SpanAttribute("server.port", Int(port)))
    }
}
