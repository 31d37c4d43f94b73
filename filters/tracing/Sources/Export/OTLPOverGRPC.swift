internal import WeirBase
internal import WeirFilter

/// Sends spans by OTLP over gRPC (OpenTelemetry Protocol, section OTLP/gRPC).
struct OTLPOverGRPC: SpanSink {
    let cluster: Cluster
    let metadata: [(HeaderName, ByteString)]
    let timeout: Interval
    let resource: [SpanAttribute]

    func send(_ spans: [FinishedSpan], _ done: @escaping @Sendable (ExportOutcome) -> Void) {
        let call = GRPCCall(
            "/opentelemetry.proto.collector.trace.v1.TraceService/Export", timeout: timeout,
            responseLimit: 64 << 10, metadata: metadata)
        let message = OTLPMessages.request(spans, resource: resource)
        call.call(cluster, message) { done(Self.outcome($0)) }
    }

    /// What an answer means for the batch.
    static func outcome(_ result: GRPCResult) -> ExportOutcome {
        switch result {
        case .success(let message): OTLPMessages.outcome(message)
        case .failure(let failure): outcome(failure)
        }
    }

    private static func outcome(_ failure: GRPCFailure) -> ExportOutcome {
        if failure.message == CallFailure.gone.cause.description { return .gone }
        let text = OTLPMessages.shortened(failure.message)
        let reason = text.isEmpty ? "gRPC status \(failure.code)" : "\(failure.code), \(text)"
        let delay = failure.details.flatMap(Base64.decoded).flatMap(OTLPMessages.retryDelay)
        switch failure.code {
        case .cancelled, .deadlineExceeded, .aborted, .outOfRange, .unavailable, .dataLoss:
            return .retry(after: delay, reason: reason)
        case .resourceExhausted:
            // Only a receiver that says when wants to see it again.
            guard let delay else { return .refused(reason: reason) }
            return .retry(after: delay, reason: reason)
        default: return .refused(reason: reason)
        }
    }
}
