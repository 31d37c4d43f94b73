import Testing
import TracingFilter
import WeirBase
import WeirFilter
import WeirTesting

@Suite struct TracingTests {
    @Test func aRequestWithoutATraceBeginsOne() throws {
        let test = try FilterTest(Tracing.self, ["exporter": "stdout"])
        let result = try test.exchange()
        let values = try #require(result.upstreamRequest).headers.values("traceparent")
        #expect(values.count == 1)
    }
}
