internal import WeirBase
internal import WeirFilter

/// A traced request that stands for others in the same bucket of a histogram (OpenMetrics 1.0.0,
/// section "Exemplars").
package struct Exemplar: Sendable {
    let trace: TraceContext
    let microseconds: Int64
    let unixMilliseconds: Int64

    /// As it stands behind its sample.
    var text: String {
        let seconds = Double(microseconds) / 1_000_000
        let time = Double(unixMilliseconds) / 1000
        return " # {trace_id=\"\(trace.traceText)\"} \(seconds) \(time)"
    }
}

extension MetricsText {
    /// The youngest exemplar of each cell.
    static func exemplars(_ reports: [WorkerReport]) -> [Int: Exemplar] {
        var all: [Int: Exemplar] = [:]
        for report in reports {
            all.merge(report.exemplars) { $0.unixMilliseconds < $1.unixMilliseconds ? $1 : $0 }
        }
        return all
    }
}
