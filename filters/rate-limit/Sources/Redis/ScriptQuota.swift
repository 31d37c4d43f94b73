internal import WeirBase

/// A quota in the script's units: microseconds, and parts of one.
struct ScriptQuota: Sendable {
    /// How many parts make a microsecond.
    let denominator: Int
    /// The debt of one request in parts.
    private let refill: UInt128
    /// The debt of a burst in parts.
    private let capacity: UInt128

    init(_ quota: Quota) {
        let period = UInt64(quota.period.nanoseconds)
        let requests = UInt64(quota.requests) * 1000
        var (common, rest) = (period, requests)
        while rest > 0 { (common, rest) = (rest, common % rest) }
        denominator = Int(requests / common)
        refill = UInt128(period / common)
        capacity = refill * UInt128(quota.burst)
    }

    /// A debt as the script is told.
    struct Debt: Sendable, Equatable {
        var whole: Int
        var part: Int
    }

    func debt(of cost: Int) -> Debt { debt(refill * UInt128(cost)) }

    var burst: Debt { debt(capacity) }

    private func debt(_ parts: UInt128) -> Debt {
        let (whole, part) = parts.quotientAndRemainder(dividingBy: UInt128(denominator))
        return Debt(whole: Int(whole), part: Int(part))
    }

    /// Whether the script can have said so: it lets no debt grow beyond a burst's microseconds.
    /// Anything else is no reply of the script's, and not reckoned with.
    func isPossible(_ debt: Debt) -> Bool {
        (0...burst.whole).contains(debt.whole) && (0..<denominator).contains(debt.part)
    }

    /// What the script's numbers for a key mean, if they are possible. `isReturned` when what was
    /// taken is given back.
    func outcome(
        isAllowed: Bool, _ debt: Debt, cost: Int, isReturned: Bool = false
    ) -> LimitOutcome {
        var owed = UInt128(debt.whole) * UInt128(denominator) + UInt128(debt.part)
        let wanted = refill * UInt128(cost)
        if isReturned { owed = owed > wanted ? owed - wanted : 0 }
        var outcome = LimitOutcome(isAllowed: isAllowed)
        outcome.remaining = owed < capacity ? Int((capacity - owed) / refill) : 0
        outcome.reset = time(owed)
        if !isAllowed && owed + wanted > capacity {
            outcome.retryAfter = time(owed + wanted - capacity)
        }
        return outcome
    }

    /// Parts as a time, rounded up to a microsecond.
    private func time(_ parts: UInt128) -> Interval {
        let unit = UInt128(denominator)
        return Interval(nanoseconds: Int64((parts + unit - 1) / unit) * 1000)
    }
}
