import Testing
import WeirBase

@testable import RateLimitFilter

@Suite struct QuotaTests {
    /// The sum of debts is that of exact fractions, and what remains is reckoned from it.
    @Test func reckonsExactly() throws {
        let numbers = Numbers(7)
        for _ in 0..<2000 {
            let requests = 1 + Int(numbers.next() % 2000)
            let period = Int64(1_000_000 + numbers.next() % 100_000_000_000)
            let burst = 1 + Int(numbers.next() % 5000)
            let quota = try #require(
                Quota(requests: requests, period: Interval(nanoseconds: period), burst: burst))
            var debt = Debt.none
            var taken = 0
            while taken < burst {
                let cost = min(burst - taken, 1 + Int(numbers.next() % 97))
                debt = quota.sum(debt, quota.debt(of: cost))
                taken += cost
                // The debt of so many requests is `taken * period / requests` nanoseconds.
                let exact = Int128(taken) * Int128(period)
                #expect(Int128(debt.nanoseconds) == exact / Int128(requests))
                #expect(quota.remaining(beside: debt) == burst - taken)
                #expect(
                    Int128(debt.roundedUp.nanoseconds)
                        == (exact + Int128(requests) - 1) / Int128(requests))
            }
            #expect(debt == quota.capacity)
        }
    }

    /// Against a count by fractions: over an hour in which a request comes every few milliseconds,
    /// a bucket admits its burst and what was refilled, to the request.
    @Test(arguments: [(100, 1), (3, 1), (7, 2), (1000, 60), (1, 1), (999, 7), (86_399, 86_400)])
    func admitsRateTimesTimeAndTheBurst(_ requests: Int, _ seconds: Int) throws {
        let period = Int64(seconds) * 1_000_000_000
        let quota = try #require(
            Quota(requests: requests, period: Interval(nanoseconds: period), burst: 5 * requests))
        let bench = Workbench([quota])
        let start: Int64 = 123_456_789
        let hour: Int64 = 3600 * 1_000_000_000
        // The bucket is emptied, then asked often enough that it is never full again.
        var admitted = 0
        var now = start
        while bench.admits(at: now) { admitted += 1 }
        #expect(admitted == 5 * requests)
        let step = period / Int64(requests) - 1
        while now < start + hour {
            now = min(now + step, start + hour)
            while bench.admits(at: now) { admitted += 1 }
        }
        #expect(admitted == 5 * requests + 3600 * requests / seconds)
    }

    @Test func boundsOfNumbers() {
        func quota(_ requests: Int, _ period: Interval, _ burst: Int) -> Quota? {
            Quota(requests: requests, period: period, burst: burst)
        }
        #expect(quota(0, .seconds(1), 1) == nil)
        #expect(quota(1, .seconds(1), 0) == nil)
        #expect(quota(1, .zero, 1) == nil)
        #expect(quota(1_000_000_001, .seconds(1), 1) == nil)
        #expect(quota(1_000_000_000, .seconds(365 * 86_400), 1_000_000_000) != nil)
        // Eleven years to refill.
        #expect(quota(1, .seconds(365 * 86_400), 11) == nil)
        #expect(quota(1, .seconds(365 * 86_400), 10) != nil)
    }
}

/// Repeatable numbers.
final class Numbers {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state >> 20
    }
}
