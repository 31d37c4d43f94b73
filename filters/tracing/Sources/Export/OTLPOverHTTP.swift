internal import WeirBase
internal import WeirFilter

/// Sends spans by OTLP over HTTP (OpenTelemetry Protocol, section OTLP/HTTP).
struct OTLPOverHTTP: SpanSink {
    let cluster: Cluster
    let path: ByteString
    let headers: [(HeaderName, ByteString)]
    let timeout: Interval
    let resource: [SpanAttribute]

    private static let mediaType: ByteString = "application/x-protobuf"

    func send(_ spans: [FinishedSpan], _ done: @escaping @Sendable (ExportOutcome) -> Void) {
        let request = CallRequest(
            .post, path,
            headers: [(HeaderName(.contentType), Self.mediaType)] + headers,
            body: OTLPMessages.request(spans, resource: resource), timeout: timeout,
            responseLimit: 64 << 10)
        cluster.call(request) { done(Self.outcome($0)) }
    }

    /// What an answer means for the batch.
    static func outcome(_ result: CallResult) -> ExportOutcome {
        switch result {
        case .failure(let failure): outcome(failure)
        case .success(let response): outcome(response)
        }
    }

    private static func outcome(_ failure: CallFailure) -> ExportOutcome {
        let cause = failure.cause.description
        if cause == CallFailure.gone.cause.description { return .gone }
        if cause == CallFailure.tooLarge.cause.description {
            return .accepted(rejected: 0, message: "an answer of more than 64 KiB")
        }
        return .retry(after: nil, reason: cause)
    }

    private static func outcome(_ response: CallResponse) -> ExportOutcome {
        switch response.status {
        case 200...299: return OTLPMessages.outcome(response.body)
        case 429, 502, 503, 504:
            let text = response.headers[HeaderName(.retryAfter)]
            let seconds = text.flatMap { $0.span.decimal }
            return .retry(
                after: seconds.map { .seconds(Int64(min($0, 86_400))) },
                reason: explained(response))
        default: return .refused(reason: explained(response))
        }
    }

    private static func explained(_ response: CallResponse) -> String {
        let reason = OTLPMessages.reason(response.body)
        return reason.isEmpty ? "status \(response.status)" : "status \(response.status), \(reason)"
    }
}
