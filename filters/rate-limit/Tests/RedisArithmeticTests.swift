import Testing
import WeirBase

@testable import RateLimitFilter

/// What the gateway reckons for Redis: slots, debts and what they mean.
@Suite struct RedisArithmeticTests {
    @Test(arguments: [
        ("foo", 12_182), ("{foo}.bar", 12_182), ("a{foo}b{c}", 12_182), ("123456789", 12_739),
        ("", 0),
    ])
    func slotsAreThoseOfRedis(_ key: String, _ slot: Int) {
        #expect(RedisSlot.of(ByteString(key).span) == slot)
    }

    @Test func bracesWithNothingBetweenDoNotCount() {
        func slot(_ key: String) -> Int { RedisSlot.of(ByteString(key).span) }
        #expect(slot("a{}{foo}") != slot("foo"))
        #expect(slot("a{foo") != slot("foo"))
        #expect(slot("a}b{foo}") == slot("foo"))
    }

    @Test func nodesAreRemembered() throws {
        var map = RedisSlotMap()
        let first = try #require(SocketAddress("127.0.0.1:1"))
        let second = try #require(SocketAddress("127.0.0.1:2"))
        #expect(map[7] == nil)
        map[7] = first
        map[8] = second
        map[9] = first
        #expect(map[7] == first && map[8] == second && map[9] == first && map[10] == nil)
        map[7] = nil
        #expect(map[7] == nil && map[9] == first)
        for port in 1...2000 { map[100] = .ip(IPAddress("10.0.0.1")!, port: UInt16(port)) }
        #expect(map[100]?.port == 2000)
    }

    @Test(arguments: [
        (3, 1000, 3), (7, 1000, 10), (1_000_000_000, 1, 1_000_000_000),
        (999_999_937, 86_400_000, 5),
    ])
    func debtsAreExact(_ requests: Int, _ milliseconds: Int, _ burst: Int) throws {
        let quota = try #require(
            Quota(requests: requests, period: .milliseconds(Int64(milliseconds)), burst: burst))
        let script = ScriptQuota(quota)
        // As many single debts as the burst are the burst's, to the last part.
        let count = min(burst, 1000)
        var (whole, part) = (0, 0)
        for _ in 0..<count {
            let one = script.debt(of: 1)
            whole += one.whole
            part += one.part
            if part >= script.denominator { (whole, part) = (whole + 1, part - script.denominator) }
        }
        #expect(script.debt(of: count) == ScriptQuota.Debt(whole: whole, part: part))
        for cost in [1, burst] {
            let outcome = script.outcome(isAllowed: true, script.debt(of: cost), cost: cost)
            #expect(outcome.remaining == burst - cost)
        }
        let empty = script.outcome(isAllowed: false, script.burst, cost: 1)
        #expect(empty.remaining == 0 && empty.retryAfter > .zero)
        let returned = script.outcome(isAllowed: true, script.burst, cost: 1, isReturned: true)
        #expect(returned.remaining == 1)
    }

    @Test func redirectionsAreRead() throws {
        func read(_ text: String, isAsking: Bool = false) -> RedisReply {
            RedisReply(ByteString(text).span, isAsking: isAsking)
        }
        let v4 = try #require(SocketAddress("10.1.2.3:7000"))
        let v6 = try #require(SocketAddress("[2001:db8::1]:7000"))
        #expect(read("-MOVED 3999 10.1.2.3:7000\r\n") == .moved(slot: 3999, v4))
        #expect(read("-MOVED 3999 2001:db8::1:7000\r\n") == .moved(slot: 3999, v6))
        #expect(read("-ASK 3999 10.1.2.3:7000\r\n") == .ask(v4))
        #expect(read("-MOVED 16384 10.1.2.3:7000\r\n") == .failed("MOVED"))
        #expect(read("-MOVED 1 redis.internal:7000\r\n") == .failed("MOVED"))
        #expect(read("+OK\r\n*1\r\n:-4\r\n", isAsking: true) == .failed("reply"))
        #expect(read("+OK\r\n*1\r\n:4\r\n", isAsking: true) == .numbers([4]))
        #expect(read("-ERR\r\n*1\r\n:4\r\n", isAsking: true) == .failed("ASKING"))
    }
}
