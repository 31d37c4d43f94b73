internal import WeirBase

/// Where batches of spans are sent.
protocol SpanSink: Sendable {
    /// Sends a batch from the control loop. `done` is called once, on any thread.
    func send(_ spans: [FinishedSpan], _ done: @escaping @Sendable (ExportOutcome) -> Void)
}

/// What came of sending a batch.
enum ExportOutcome: Sendable, Equatable {
    /// It was taken, but for so many spans.
    case accepted(rejected: Int, message: String)
    /// It may be sent once more: after the time that the receiver asks for, if it does.
    case retry(after: Interval?, reason: String)
    /// It must not be sent again.
    case refused(reason: String)
    /// The cluster is no longer in service.
    case gone
}
