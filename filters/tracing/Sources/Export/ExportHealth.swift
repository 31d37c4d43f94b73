internal import WeirBase
internal import WeirFilter

/// What the log is told of exports: that they began to fail and work again, and of spans that the
/// receiver would not have, at most once a minute.
struct ExportHealth: Sendable {
    private static let pause = Interval.seconds(60)

    private var told: String?
    private var rejected = 0
    private var message = ""
    private var toldRejected: Int64?

    /// Notes a receiver's word on spans that it has not taken.
    mutating func note(_ rejected: Int, _ message: String) {
        self.rejected += rejected
        self.message = message
    }

    /// What has to be said now. `failure` is why batches fail at present.
    mutating func lines(_ now: Int64, _ failure: String?) -> [(LogLevel, String)] {
        var lines: [(LogLevel, String)] = []
        if let failure, told == nil {
            told = failure
            lines.append((.warning, "spans cannot be exported: \(failure)"))
        } else if failure == nil, told != nil {
            told = nil
            lines.append((.notice, "spans are exported again"))
        }
        let isDue = toldRejected.map { now - $0 >= Self.pause.nanoseconds || now < $0 } ?? true
        if rejected > 0 || !message.isEmpty, isDue {
            lines.append(
                (.warning, "the receiver rejected \(rejected) spans: \(message)"))
            toldRejected = now
            rejected = 0
            message = ""
        }
        return lines
    }
}
