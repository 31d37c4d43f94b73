import Foundation
import Synchronization
import Testing
import WeirBase
import WeirTesting

@testable import RateLimitFilter

/// What a decision costs. With `WEIR_MEASURE` set, in a release build, the numbers of the README
/// are printed.
@Suite(.serialized) struct DecisionTimeTests {
    private static let isMeasuring =
        ProcessInfo.processInfo.environment["WEIR_MEASURE"] != nil
    private let quota = Quota(requests: 100, period: .seconds(1), burst: 100)!
    private let clock = ContinuousClock()

    /// Keys that have not been seen before, just as many as there is room for and several times as
    /// many: no decision takes a millisecond. Tables with the same secret go the same ways, so what
    /// is slow time and again is the table's doing, and what is slow once another process's.
    @Test(arguments: [(1_000_000, 1_000_000), (300_000, 30_000), (2000, 1)])
    func noDecisionTakesAMillisecond(_ keys: Int, _ maxKeys: Int) {
        var slow: Set<Int>?
        for _ in 0..<6 where slow?.isEmpty != true {
            let (found, worst) = slowDecisions(keys, maxKeys)
            slow = slow?.intersection(found) ?? found
            if Self.isMeasuring { print("worst \(worst)") }
        }
        #expect(slow?.isEmpty == true)
    }

    /// The keys whose decision took a millisecond, and the longest time of all.
    private func slowDecisions(_ keys: Int, _ maxKeys: Int) -> (Set<Int>, Duration) {
        let table = LimitTable(keys: maxKeys, secret: KeyHash.Secret(first: 1, second: 2))
        let services = TestServices()
        let rule = LimitRule(name: "one", quota: quota, parts: [])
        _ = services.shared("rate-limit/local/\(rule.identity)/\(maxKeys)") { table }
        let bench = Workbench(rules: [rule], maxKeys: maxKeys, services: services)
        var demands = Demands(wantsQuotas: false)
        var slow: Set<Int> = []
        var worst = Duration.zero
        let begin = clock.now
        var last = begin
        for key in 0..<keys {
            demands.clear()
            demands.add(key)
            bench.store.decide(&demands, at: 1_000_000_000)
            let now = clock.now
            if now - last >= .milliseconds(1) { slow.insert(key) }
            worst = max(worst, now - last)
            last = now
        }
        #expect(table.bytes <= LimitTable.mostBytes(keys: maxKeys))
        if Self.isMeasuring {
            print(
                "\(keys) keys, max-keys \(maxKeys): \(table.used) entries, \(table.bytes) bytes,",
                "bound \(LimitTable.mostBytes(keys: maxKeys)),",
                "\((last - begin) / keys) a decision, clock included")
        }
        return (slow, worst)
    }

    /// What two threads cost each other, at one key and at keys of their own.
    @Test(.enabled(if: isMeasuring)) func contention() {
        for (name, threads, keys) in [
            ("one thread, one key", 1, 1), ("one thread, 100,000 keys", 1, 100_000),
            ("two threads, the same key", 2, 1), ("two threads, a key each", 2, -1),
            ("two threads, 100,000 keys", 2, 100_000),
        ] {
            let quota = Quota(requests: 1_000_000_000, period: .seconds(1), burst: 1_000_000_000)!
            let bench = Workbench([quota], maxKeys: 200_000)
            let count = 5_000_000
            for key in 0..<max(1, keys) { _ = bench.admits(key, at: 1) }
            // The clock is read around thousands: the median is what is typical, also when other
            // processes run beside.
            let batch = 5000
            let times = Mutex<[Duration]>([])
            onThreads(threads) { thread in
                var demands = Demands(wantsQuotas: false)
                var key = thread * 50_021
                var own: [Duration] = []
                for round in 0..<count / batch {
                    let start = clock.now
                    for _ in 0..<batch {
                        demands.clear()
                        demands.add(keys < 0 ? thread * 7 : key % keys)
                        bench.store.decide(&demands, at: Int64(round))
                        key &+= 7919
                    }
                    own.append((clock.now - start) / batch)
                }
                times.withLock { $0 += own }
            }
            let sorted = times.withLock { $0.sorted() }
            print("\(name): median \(sorted[sorted.count / 2]), best \(sorted[0])")
        }
    }
}
