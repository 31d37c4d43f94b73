internal import Logging
internal import WeirBase
internal import WeirFilter
internal import WeirRuntime

/// Bounds what filters write to the gateway's own log while they serve requests.
struct LogBudget {
    /// Lines per second.
    private static let most = 10
    private var second = Int64.min
    private var written = 0
    private var left = 0

    /// Whether a line may be written now, and how many were left out before it.
    mutating func take(_ now: MonotonicTime) -> (isAllowed: Bool, leftOut: Int) {
        let current = now.nanoseconds / 1_000_000_000
        if current != second {
            second = current
            written = 0
        }
        guard written < Self.most else {
            left += 1
            return (false, 0)
        }
        written += 1
        defer { left = 0 }
        return (true, left)
    }
}

extension Worker {
    /// Writes a line that a filter has said about a request.
    func log(_ level: LogLevel, _ message: String) {
        let (isAllowed, leftOut) = logBudget.take(loop.now)
        guard isAllowed else { return }
        let suffix = leftOut > 0 ? " (\(leftOut) more lines of filters were left out)" : ""
        shared.log.log(level: level.severity, "\(message)\(suffix)")
    }
}

extension LogLevel {
    /// The same for the logging library.
    var severity: Logger.Level {
        switch self {
        case .notice: .notice
        case .warning: .warning
        case .error: .error
        }
    }
}
