internal import WeirBase
internal import WeirFilter

/// The faults that one request asks for.
struct AskedFaults: Sendable {
    var delay: Interval?
    var abort: AbortAction?
    var throttle: ThrottleRate?
    var truncate: Truncation?
    /// In percent.
    var share = 100.0
    /// Whether something was asked for that cannot be understood.
    var isMalformed = false

    var isEmpty: Bool { delay == nil && abort == nil && throttle == nil && truncate == nil }
}

/// Reads what requests ask for, within bounds, and takes it out of their heads.
struct HeaderFaults: Sendable {
    static let delay: HeaderName = "x-weir-fault-delay"
    static let abort: HeaderName = "x-weir-fault-abort"
    static let throttle: HeaderName = "x-weir-fault-throttle"
    static let truncate: HeaderName = "x-weir-fault-truncate"
    static let percentage: HeaderName = "x-weir-fault-percentage"

    let maxDelay: Interval
    let minRate: Int
    /// In percent.
    let maxShare: Double

    /// Nil when requests may not ask for anything.
    init?(_ headers: Fault.FromHeaders) throws {
        let delay = headers.maxDelay ?? ConfigDuration(.seconds(10))
        guard delay.interval > .zero, delay.interval <= .seconds(3600) else {
            throw ConfigurationError(
                at: ["from-headers", "max-delay"],
                "expected more than 0s and at most 1h, found `\(delay)`")
        }
        maxDelay = delay.interval
        minRate = headers.minRate?.bytes ?? 1024
        guard minRate > 0 else {
            throw ConfigurationError(
                at: ["from-headers", "min-rate"], "expected at least 1 byte per second, found 0")
        }
        maxShare = headers.maxPercentage?.percent ?? 100
        guard headers.allowed ?? false else { return nil }
    }

    /// What the request asks for; nil when it asks for nothing. The upstream does not see it.
    func take(from request: RequestHead) -> AskedFaults? {
        var asked = AskedFaults()
        var isAsking = false
        func read(_ name: HeaderName, _ body: (Span<UInt8>) -> Bool) {
            guard let isUnderstood = request.headers.withFirst(name, body) else { return }
            isAsking = true
            if !isUnderstood { asked.isMalformed = true }
            request.headers.remove(name)
        }
        read(Self.delay) {
            guard let delay = ConfigDuration(Self.text($0))?.interval else { return false }
            asked.delay = min(delay, maxDelay)
            return true
        }
        read(Self.abort) {
            asked.abort = AbortAction(header: $0)
            return asked.abort != nil
        }
        read(Self.throttle) {
            guard let rate = ConfigSize(Self.text($0))?.bytes, rate > 0 else { return false }
            asked.throttle = ThrottleRate(bytesPerSecond: max(rate, minRate))
            return true
        }
        read(Self.truncate) {
            guard let after = ConfigSize(Self.text($0))?.bytes else { return false }
            asked.truncate = Truncation(after: after, manner: .close)
            return true
        }
        asked.share = maxShare
        read(Self.percentage) {
            let text = Self.text($0)
            let number = Double(text.hasSuffix("%") ? text.dropLast() : Substring(text))
            guard let number, (0...100).contains(number) else {
                // Nothing rather than everything.
                asked.share = 0
                return false
            }
            asked.share = min(number, maxShare)
            return true
        }
        return isAsking ? asked : nil
    }

    private static func text(_ bytes: Span<UInt8>) -> String { ByteString(bytes).description }
}
