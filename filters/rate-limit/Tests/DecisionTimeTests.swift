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
        var shortest = [Int64](repeating: .max, count: keys)
        for pass in 1...6 where Self.isMeasuring && pass <= 3 || worst(shortest) >= 1_000_000 {
            take(&shortest, maxKeys)
        }
        #expect(worst(shortest) < 1_000_000, "nanoseconds")
        if Self.isMeasuring { print("the slowest of \(keys): \(worst(shortest)) ns") }
    }

    private func worst(_ times: [Int64]) -> Int64 { times.max() ?? 0 }

    /// Takes the time of a decision about each key, where it is the shortest so far.
    private func take(_ shortest: inout [Int64], _ maxKeys: Int) {
        let table = LimitTable(keys: maxKeys, secret: KeyHash.Secret(first: 1, second: 2))
        let services = TestServices()
        let rule = LimitRule(name: "one", quota: quota, parts: [])
        _ = services.shared("rate-limit/local/\(rule.identity)/\(maxKeys)") { table }
        let bench = Workbench(rules: [rule], maxKeys: maxKeys, services: services)
        var demands = Demands(wantsQuotas: false)
        let begin = clock.now
        var last = begin
        for key in shortest.indices {
            demands.clear()
            demands.add(key)
            bench.store.decide(&demands, at: 1_000_000_000)
            let now = clock.now
            shortest[key] = min(shortest[key], (now - last).nanoseconds)
            last = now
        }
        #expect(table.bytes <= LimitTable.mostBytes(keys: maxKeys))
        if Self.isMeasuring {
            print(
                "\(shortest.count) keys, max-keys \(maxKeys): \(table.used) entries,",
                "\(table.bytes) bytes,",
                "bound \(LimitTable.mostBytes(keys: maxKeys)),",
                "\((last - begin) / shortest.count) a decision, clock included")
        }
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
            let start = clock.now
            let batches = Mutex<[[Range<Int64>]]>([])
            onThreads(threads) { thread in
                var demands = Demands(wantsQuotas: false)
                var key = thread * 50_021
                var own: [Range<Int64>] = []
                var begin = (clock.now - start).nanoseconds
                for round in 0..<count / Self.batch {
                    for _ in 0..<Self.batch {
                        demands.clear()
                        demands.add(keys < 0 ? thread * 7 : key % keys)
                        bench.store.decide(&demands, at: Int64(round))
                        key &+= 7919
                    }
                    let end = (clock.now - start).nanoseconds
                    own.append(begin..<end)
                    begin = end
                }
                batches.withLock { $0.append(own) }
            }
            let times = Self.undisturbed(batches.withLock { $0 })
            guard !times.isEmpty else { return print("\(name): the threads never ran together") }
            print("\(name): median \(times[times.count / 2]) ns, of \(times.count) batches")
        }
    }

    private static let batch = 1000

    /// The times of a decision, sorted: of batches during which no thread had to make way for
    /// another process. Such a batch takes no longer than ten times the shortest, and nearly all
    /// the while the other thread, if there is one, is at batches of that kind too.
    private static func undisturbed(_ threads: [[Range<Int64>]]) -> [Int64] {
        let shortest = threads.joined().map(\.length).min() ?? 0
        let quick = threads.map { $0.filter { $0.length < 10 * shortest } }
        guard quick.count == 2 else {
            return quick.joined().map { $0.length / Int64(batch) }.sorted()
        }
        var times: [Int64] = []
        for (own, other) in [(quick[0], quick[1]), (quick[1], quick[0])] {
            var next = 0
            for batch in own {
                while next < other.count && other[next].upperBound <= batch.lowerBound { next += 1 }
                var together: Int64 = 0
                var index = next
                while index < other.count && other[index].lowerBound < batch.upperBound {
                    together += batch.clamped(to: other[index]).length
                    index += 1
                }
                if together * 10 >= batch.length * 9 {
                    times.append(batch.length / Int64(Self.batch))
                }
            }
        }
        return times.sorted()
    }
}

extension Range<Int64> {
    fileprivate var length: Int64 { upperBound - lowerBound }
}

extension Duration {
    fileprivate var nanoseconds: Int64 {
        components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000
    }
}
