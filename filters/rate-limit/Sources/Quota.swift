internal import WeirBase

/// How much a limit admits, as a token bucket: it holds `burst` requests and is refilled by
/// `requests` per `period`, evenly.
///
/// Kept as a debt (the generic cell rate algorithm): each request adds the time in which it is
/// refilled, time pays it off, and the debt may not exceed that of a whole burst. The arithmetic is
/// exact: a debt has whole nanoseconds and a fraction over `denominator`.
struct Quota: Sendable, Hashable {
    let requests: Int
    let period: Interval
    let burst: Int

    /// The time in which one request is refilled is `whole + part / denominator` nanoseconds.
    private let whole: Int64
    private let part: UInt64
    private let denominator: UInt64
    /// The debt of a burst.
    let capacity: Debt

    /// The largest numbers that are reckoned with.
    static let mostRequests = 1_000_000_000

    /// Nil when a bucket would take longer than 10 years to fill, or a number is out of bounds.
    init?(requests: Int, period: Interval, burst: Int) {
        guard (1...Self.mostRequests).contains(requests), (1...Self.mostRequests).contains(burst),
            period.nanoseconds >= 1_000_000
        else { return nil }
        let years = Double(burst) / Double(requests) * Double(period.nanoseconds) / 31_536e12
        guard years <= 10 else { return nil }
        self.requests = requests
        self.period = period
        self.burst = burst
        let common = Self.commonDivisor(UInt64(period.nanoseconds), UInt64(requests))
        denominator = UInt64(requests) / common
        let refill = UInt64(period.nanoseconds) / common
        whole = Int64(refill / denominator)
        part = refill % denominator
        capacity = Self.debt(of: burst, whole, part, denominator)
    }

    /// The debt that so many requests make; at most `burst` of them.
    @inline(__always)
    func debt(of cost: Int) -> Debt {
        cost == 1
            ? Debt(nanoseconds: whole, part: UInt32(truncatingIfNeeded: part))
            : Self.debt(of: cost, whole, part, denominator)
    }

    /// The sum of two debts.
    @inline(__always)
    func sum(_ left: Debt, _ right: Debt) -> Debt {
        let parts = UInt64(left.part) + UInt64(right.part)
        let carries = parts >= denominator
        return Debt(
            nanoseconds: left.nanoseconds &+ right.nanoseconds &+ (carries ? 1 : 0),
            part: UInt32(truncatingIfNeeded: carries ? parts &- denominator : parts))
    }

    /// How many whole requests fit beside a debt.
    func remaining(beside debt: Debt) -> Int {
        guard debt < capacity else { return 0 }
        let refill = UInt64(whole) * denominator + part
        let nanoseconds = UInt64(capacity.nanoseconds - debt.nanoseconds)
        var (high, low) = nanoseconds.multipliedFullWidth(by: denominator)
        if capacity.part >= debt.part {
            let (sum, overflow) = low.addingReportingOverflow(UInt64(capacity.part - debt.part))
            low = sum
            high += overflow ? 1 : 0
        } else {
            let (rest, overflow) = low.subtractingReportingOverflow(
                UInt64(debt.part - capacity.part))
            low = rest
            high -= overflow ? 1 : 0
        }
        return Int(refill.dividingFullWidth((high, low)).quotient)
    }

    private static func debt(
        of cost: Int, _ whole: Int64, _ part: UInt64, _ denominator: UInt64
    ) -> Debt {
        let parts = part * UInt64(cost)
        return Debt(
            nanoseconds: whole * Int64(cost) + Int64(parts / denominator),
            part: UInt32(truncatingIfNeeded: parts % denominator))
    }

    private static func commonDivisor(_ first: UInt64, _ second: UInt64) -> UInt64 {
        var (large, small) = (first, second)
        while small > 0 { (large, small) = (small, large % small) }
        return large
    }
}

/// A time in nanoseconds with a fraction, whose denominator is that of a quota.
struct Debt: Sendable, Hashable, Comparable {
    var nanoseconds: Int64
    var part: UInt32

    static let none = Debt(nanoseconds: 0, part: 0)

    /// The time in whole nanoseconds, rounded up.
    var roundedUp: Interval { Interval(nanoseconds: nanoseconds + (part > 0 ? 1 : 0)) }

    /// Orders debts of one quota.
    @inline(__always)
    static func < (left: Debt, right: Debt) -> Bool {
        left.nanoseconds != right.nanoseconds
            ? left.nanoseconds < right.nanoseconds : left.part < right.part
    }
}
