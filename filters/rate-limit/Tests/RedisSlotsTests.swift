import Synchronization
import Testing
import WeirBase
import WeirFilter
import WeirTesting

@testable import RateLimitFilter

/// Requests whose keys live on several nodes of a Redis Cluster.
@Suite struct RedisSlotsTests {
    private static let limits: TestConfiguration = [
        ["requests": 3, "per": "second", "name": "one"],
        ["requests": 3, "per": "second", "name": "two", "key": "client-address"],
    ]

    private static let taken = RedisStoreTests.reply(1, 333_333, 1)
    private static let crossSlot = "-CROSSSLOT Keys in request don't hash to the same slot\r\n"

    private static func store(_ services: TestServices) throws -> RedisStore {
        let quota = Quota(requests: 3, period: .seconds(1), burst: 3)
        let rules = ["one", "two"].map {
            LimitRule(name: $0, quota: quota, parts: [], isShadow: false)
        }
        let choice = try TestFilter.decode(
            RateLimit.RedisChoice.self, from: ["cluster": "limits", "when-unavailable": "deny"])
        return try RedisStore(
            choice, StoreContext(rules: rules, maxKeys: 100, services: services))
    }

    /// Asks several times before there is an answer.
    private final class Impatient: HTTPFilter, Sendable {
        let store: RedisStore
        let times: Int
        let decisions: Decisions

        init(_ store: RedisStore, _ times: Int, _ decisions: Decisions) {
            self.store = store
            self.times = times
            self.decisions = decisions
        }

        func requestHeaders(_ request: RequestHead, _ stream: FilterStream) -> Verdict {
            stream.pause { token in
                let token = token.shared()
                for key in 0..<times {
                    var demands = Demands(wantsQuotas: false)
                    for rule in 0..<2 { demands.add(key, rule: rule) }
                    store.ask(demands, for: stream) { [self] reply in
                        var isAdmitted = false
                        if case .outcomes(let outcomes) = reply.decision {
                            isAdmitted = outcomes.allSatisfy(\.isAllowed)
                        }
                        if decisions.note(isAdmitted) == times { token.resume() }
                    }
                }
            }
        }
    }

    private final class Decisions: Sendable {
        private let decisions = Mutex<[Bool]>([])

        var all: [Bool] { decisions.withLock { $0 } }

        func note(_ isAdmitted: Bool) -> Int {
            decisions.withLock {
                $0.append(isAdmitted)
                return $0.count
            }
        }
    }

    /// All that were on their way when it turned out that Redis is a cluster are asked again.
    @Test(arguments: [crossSlot, "-MOVED 1 127.0.0.1:7001\r\n"])
    func requestsOnTheirWayFindOutTogether(_ refusal: String) throws {
        let redis = RedisStoreTests.Redis { words, _ in words[2] == "2" ? refusal : Self.taken }
        let store = try Self.store(redis.services)
        let decisions = Decisions()
        let test = try FilterTest(
            [
                TestFilter("asking", [.requestHeaders]) { Impatient(store, 3, decisions) }
            ], services: redis.services)
        #expect(try test.exchange().response?.status == 200)
        #expect(decisions.all == [true, true, true])
        #expect(redis.commands.map { $0[2] } == ["2", "2", "2"] + Array(repeating: "1", count: 6))
    }

    /// One slot fails while the answer of the other is on its way: what that takes is given back.
    @Test(arguments: ["deny", "allow"])
    func whatIsTakenLaterIsGivenBack(_ policy: String) throws {
        let isHeld = Mutex(true)
        let redis = RedisStoreTests.Redis { words, _ in
            if words[2] == "2" { return Self.crossSlot }
            if words[3].hasPrefix("weir:one:") { return "-ERR no such thing\r\n" }
            return isHeld.withLock { $0 } ? nil : Self.taken
        }
        let test = try RedisStoreTests.test(
            redis, Self.limits, ["when-unavailable": .text(policy)])
        let exchange = test.begin()
        for _ in 0..<4 { exchange.turn() }
        #expect(exchange.result.response?.status == (policy == "deny" ? nil : 200))
        isHeld.withLock { $0 = false }
        for _ in 0..<4 { exchange.turn() }
        #expect(exchange.result.response?.status == (policy == "deny" ? 503 : 200))
        redis.services.answerCalls()
        let returned = redis.commands.filter { $0.count > 4 && $0[4].hasPrefix("-") }
        #expect(returned.count == (policy == "deny" ? 1 : 0))
        #expect(returned.allSatisfy { $0[3].hasPrefix("weir:two:") && $0[4] == "-333333" })
    }
}
