internal import WeirFilter

/// Writes spans to the process's standard output, a line of JSON each: for development.
struct StandardOutput: SpanSink {
    let services: any GatewayServices
    /// The service that the spans are of.
    let service: String

    func send(_ spans: [FinishedSpan], _ done: @escaping @Sendable (ExportOutcome) -> Void) {
        for span in spans { services.output(SpanText.line(span, service: service)) }
        done(.accepted(rejected: 0, message: ""))
    }
}
