internal import WeirBase
internal import WeirFilter

/// When something is due on a connection, apart from its streams: one timer serves all.
///
/// Times are moved often and looked at seldom: the timer fires at the earliest of them, and whoever
/// finds nothing due sleeps on.
struct ConnectionCare {
    /// What may be due.
    enum Task {
        /// The peer has not begun the connection in time.
        case slowPreface
        /// A head has not come to its end in time.
        case slowHead
        /// Nothing has happened for a while: see whether the peer is there.
        case ping
        /// It has not answered.
        case pingTimeout
        /// The connection is old enough.
        case age
        /// It has carried no stream for long enough.
        case idle
        /// It has carried no stream for a moment: what it keeps for the next ones can go.
        case trim
        /// The peer has had the time to learn that no stream should be opened.
        case drainStep
    }

    private let idleTime: Interval
    private let headTime: Interval
    private let pingInterval: Interval?
    private let pingTime: Interval
    private var preface: MonotonicTime
    private var head = MonotonicTime.never
    private var ping = MonotonicTime.never
    private var pingEnd = MonotonicTime.never
    private var age = MonotonicTime.never
    private var idle: MonotonicTime
    private var trim = MonotonicTime.never
    private var drainStep = MonotonicTime.never
    private var lastReceived: MonotonicTime
    private var pingSent = MonotonicTime.never
    /// Whether the connection is on its way to its end.
    private(set) var isDraining = false

    init(_ settings: CodecSettings, _ limits: CodecLimits, now: MonotonicTime) {
        idleTime = limits.idleTime
        headTime = limits.headTime
        pingInterval = settings.keepAliveInterval
        pingTime = settings.keepAliveTimeout
        preface = now + limits.headTime
        idle = now + limits.idleTime
        lastReceived = now
        if let pingInterval { ping = now + pingInterval }
    }

    /// Lets the connection live that long, give or take a tenth, so that many which began together
    /// do not end together.
    mutating func limitAge(_ maxAge: Interval, now: MonotonicTime, _ random: any RandomSource) {
        let share = Double(random.next() >> 11) / 9_007_199_254_740_992
        let factor = 0.9 + 0.2 * share
        age = now + Interval(nanoseconds: Int64(Double(maxAge.nanoseconds) * factor))
    }

    // MARK: What happens

    mutating func received(now: MonotonicTime) { lastReceived = now }

    mutating func prefaceReceived() { preface = .never }

    /// Says whether bytes have come that leave a head unfinished.
    mutating func isInHead(_ isUnfinished: Bool, now: MonotonicTime) {
        if !isUnfinished {
            head = .never
        } else if head == .never {
            head = now + headTime
        }
    }

    mutating func streamOpened() {
        idle = .never
        trim = .never
    }

    mutating func becameIdle(now: MonotonicTime) {
        idle = now + idleTime
        trim = now + .seconds(1)
    }

    /// The peer has answered a ping; true when that lets a drain go on.
    mutating func pingAnswered() -> Bool {
        pingEnd = .never
        return drainStep != .never
    }

    /// Begins to end the connection; false when that has begun already.
    mutating func drain(now: MonotonicTime) -> Bool {
        guard !isDraining else { return false }
        isDraining = true
        age = .never
        drainStep = now + .seconds(1)
        return true
    }

    /// The second step of the end has been taken.
    mutating func drainStepDone() { drainStep = .never }

    // MARK: What is due

    /// The next time at which something may be due.
    var next: MonotonicTime {
        min(
            min(min(preface, head), min(ping, pingEnd)),
            min(min(age, idle), min(trim, drainStep)))
    }

    /// What is due now; its time is forgotten or moved.
    mutating func due(now: MonotonicTime) -> Task? {
        if take(&preface, now) { return .slowPreface }
        if take(&head, now) { return .slowHead }
        if take(&pingEnd, now), lastReceived <= pingSent { return .pingTimeout }
        if take(&drainStep, now) { return .drainStep }
        if take(&age, now) { return .age }
        if take(&idle, now) { return .idle }
        if take(&trim, now) { return .trim }
        if let pingInterval, take(&ping, now) {
            let quiet = lastReceived + pingInterval
            ping = quiet > now ? quiet : now + pingInterval
            guard quiet <= now else { return nil }
            pingSent = now
            pingEnd = now + pingTime
            return .ping
        }
        return nil
    }

    /// Forgets a time that has come.
    private func take(_ time: inout MonotonicTime, _ now: MonotonicTime) -> Bool {
        guard time <= now else { return false }
        time = .never
        return true
    }
}
