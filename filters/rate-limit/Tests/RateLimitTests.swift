import RateLimitFilter
import Testing
import WeirBase
import WeirTesting

@Suite struct RateLimitTests {
    @Test func admitsABurstAndRefusesTheRest() throws {
        let test = try FilterTest(RateLimit.self, ["requests": 3, "per": "second"])
        for _ in 0..<3 { #expect(try test.exchange().response?.status == 200) }
        let refused = try test.exchange()
        #expect(refused.response?.status == 429 && refused.cause == "rate_limited")
        #expect(refused.response?.headers["retry-after"] == "1")
    }
}
