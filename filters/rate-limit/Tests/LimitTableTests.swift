import Testing
import WeirBase
import WeirTesting

@testable import RateLimitFilter

@Suite struct LimitTableTests {
    private let quota = Quota(requests: 1, period: .seconds(1), burst: 10)!

    /// As many keys as are configured, and all are remembered but for a few in ten thousand.
    @Test func remembersAsManyKeysAsConfigured() {
        let keys = 50_000
        let bench = Workbench([quota], maxKeys: keys)
        var evictions = 0
        for key in 0..<keys { evictions += bench.ask(key, at: 0)[0].hasEvicted ? 1 : 0 }
        #expect(evictions <= keys / 1000)
        var known = 0
        for key in 0..<keys { known += bench.ask(key, at: 0)[0].remaining == 8 ? 1 : 0 }
        #expect(known >= keys - keys / 200)
    }

    /// Ten times as many keys as there is room for: memory stays within its bound, and those who
    /// owe least make way for others.
    @Test func memoryIsBounded() {
        let services = TestServices()
        let bench = Workbench([quota], maxKeys: 5000, services: services)
        let table = bench.store.table(of: 0)
        let bound = LimitTable.mostBytes(keys: 5000)
        #expect(bound <= 5000 * 33 + 64 * 4096)
        for _ in 0..<9 { _ = bench.ask(-1, at: 0) }
        var evictions = 0
        for key in 0..<50_000 { evictions += bench.ask(key, at: 0)[0].hasEvicted ? 1 : 0 }
        #expect(table.bytes <= bound)
        #expect(table.used <= 5000 * 5 / 4 + 64 * 16)
        #expect(evictions >= 50_000 - table.used)
        // The one with the largest debt is still known.
        #expect(bench.ask(-1, at: 0)[0].remaining == 0)
        #expect(!bench.admits(-1, at: 0))
    }

    /// Keys whose debt is paid leave room without anybody losing a count.
    @Test func keysThatOweNothingMakeWayFirst() {
        let bench = Workbench([quota], maxKeys: 2000)
        for key in 0..<1500 { #expect(!bench.ask(key, at: 0)[0].hasEvicted) }
        var evictions = 0
        for round in 1...20 {
            let now = Int64(round) * 1_000_000_000
            for key in 0..<1500 {
                evictions += bench.ask(round * 10_000 + key, at: now)[0].hasEvicted ? 1 : 0
            }
        }
        #expect(evictions == 0)
        #expect(bench.store.table(of: 0).used <= 2000 * 5 / 4 + 64 * 16)
    }

    @Test func memoryGrowsWithTheKeys() {
        let bench = Workbench([quota], maxKeys: 1_000_000)
        let table = bench.store.table(of: 0)
        #expect(table.bytes < 1 << 17)
        for key in 0..<100 { _ = bench.ask(key, at: 0) }
        #expect(table.bytes < 1 << 19)
    }

    @Test func theSmallestTable() {
        let bench = Workbench([quota], maxKeys: 1)
        for key in 0..<100 { #expect(bench.admits(key, at: 0)) }
        #expect(bench.store.table(of: 0).used <= 16)
    }
}
