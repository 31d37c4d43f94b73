import Synchronization
import Testing
import WeirBase
import WeirTesting

@testable import RateLimitFilter

@Suite struct LocalStoreTests {
    private let second = Interval.seconds(1)

    private func quota(_ requests: Int, burst: Int? = nil, per: Interval = .seconds(1)) -> Quota {
        Quota(requests: requests, period: per, burst: burst ?? requests)!
    }

    /// Whatever threads ask at once: with the clock standing still a burst is admitted, no more and
    /// no less, for every key.
    @Test func isExactOverThreads() {
        let bench = Workbench([quota(100, burst: 1000), quota(50, burst: 1700)])
        let admitted = Atomic<Int>(0)
        let shadow = Atomic<Int>(0)
        onThreads(8) { thread in
            for round in 0..<2000 {
                let outcomes = bench.ask((thread + round) % 2, at: 5_000_000_000)
                if outcomes[0].isAllowed && outcomes[1].isAllowed {
                    admitted.add(1, ordering: .relaxed)
                }
                if !outcomes[1].isAllowed { shadow.add(1, ordering: .relaxed) }
            }
        }
        #expect(admitted.load(ordering: .relaxed) == 2000)
        #expect(shadow.load(ordering: .relaxed) == 0)
        // Those that were refused by the first limit took nothing from the second.
        #expect(bench.ask(0, at: 5_000_000_000)[1].remaining == 700)
        #expect(bench.ask(1, at: 5_000_000_000)[1].remaining == 700)
    }

    /// Two filters name the same limits in a different order: no thread waits for ever.
    @Test func limitsInAnotherOrderDoNotBlockEachOther() {
        let services = TestServices()
        let one = Workbench([quota(1, burst: 4000), quota(1, burst: 4000)], services: services)
        let other = Workbench(rules: one.rules.reversed(), services: services)
        let admitted = Atomic<Int>(0)
        onThreads(4) { thread in
            for _ in 0..<2000 {
                let outcomes = (thread % 2 == 0 ? one : other).ask(at: 1)
                if outcomes.allSatisfy(\.isAllowed) { admitted.add(1, ordering: .relaxed) }
            }
        }
        #expect(admitted.load(ordering: .relaxed) == 4000, "the same limit is one count")
    }

    @Test func takesFromAllOrFromNone() {
        let bench = Workbench([quota(5), quota(2), quota(9)])
        #expect(bench.ask(at: 0).map(\.remaining) == [4, 1, 8])
        #expect(bench.ask(cost: 2, at: 0).map(\.isAllowed) == [true, false, true])
        #expect(bench.ask(at: 0).map(\.remaining) == [3, 0, 7])
        #expect(bench.ask(at: 0).map(\.isAllowed) == [true, false, true])
        #expect(bench.ask(at: 500_000_000).map(\.remaining) == [4, 0, 8])
    }

    @Test func aShadowNeitherRefusesNorTakesWhatItDoesNotHave() {
        let bench = Workbench([quota(5), quota(2)], shadows: [false, true])
        _ = bench.ask(at: 0)
        _ = bench.ask(at: 0)
        let third = bench.ask(at: 0)
        #expect(third.map(\.isAllowed) == [true, false] && third.map(\.remaining) == [2, 0])
        // A second later the shadow's bucket is full, as it has not gone below empty.
        #expect(bench.ask(at: 1_000_000_000).map(\.remaining) == [4, 1])
        // Nor does it take part in what the other refuses.
        for _ in 0..<4 { _ = bench.ask(3, at: 0) }
        #expect(bench.ask(3, cost: 2, at: 0).map(\.isAllowed) == [false, false])
    }

    @Test func tellsWhatIsLeftAndWhenToComeBack() {
        let bench = Workbench([quota(10, burst: 3)])
        let first = bench.ask(at: 0)[0]
        #expect(first.remaining == 2 && first.reset == .milliseconds(100))
        #expect(bench.ask(cost: 2, at: 0)[0].reset == .milliseconds(300))
        let refused = bench.ask(at: 40_000_000)[0]
        #expect(!refused.isAllowed && refused.remaining == 0)
        #expect(refused.retryAfter == .milliseconds(60) && refused.reset == .milliseconds(260))
        #expect(bench.ask(cost: 3, at: 40_000_000)[0].retryAfter == .milliseconds(260))
        #expect(!bench.admits(at: 99_999_999))
        #expect(bench.admits(at: 100_000_000))
    }

    /// Workers read the clock at different moments: one that is behind is given no more.
    @Test func aClockThatIsBehindGivesNothing() {
        let bench = Workbench([quota(10, burst: 2)])
        #expect(bench.admits(at: 1_000_000_000))
        #expect(bench.admits(at: 999_000_000) == false)
        #expect(bench.admits(at: 1_000_000_000))
        #expect(bench.admits(at: 1_000_000_000) == false)
    }

    @Test func countsOutliveAFilterThatIsReplaced() {
        let services = TestServices()
        let before = Workbench([quota(3)], services: services)
        for _ in 0..<3 { #expect(before.admits(at: 0)) }
        let after = Workbench([quota(3)], services: services)
        #expect(!after.admits(at: 0))
        #expect(services.gauge("weir_rate_limit_keys{limit=\"limit-0\"}") == 1)
        before.store.cleanUp()
        let other = Workbench([quota(4)], services: services)
        #expect(other.admits(at: 0), "a limit with other numbers is another limit")
    }
}
