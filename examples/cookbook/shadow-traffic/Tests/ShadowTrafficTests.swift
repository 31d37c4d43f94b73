import ShadowTrafficFilter
import Synchronization
import Testing
import WeirBase
import WeirFilter
import WeirTesting

@Suite struct ShadowTrafficTests {
    private static let everything: TestConfiguration = [
        "to": "next", "share": "100%", "max-body": "4B", "max-in-flight": 2, "timeout": "1s",
    ]

    /// A cluster that never answers, so that copies can be looked at.
    private func silent() -> TestServices {
        let services = TestServices()
        services.serve("next") { _ in nil }
        return services
    }

    private func count(_ services: TestServices, _ outcome: String) -> Int {
        services.count("weir_shadow_traffic_copies_total{outcome=\"\(outcome)\"}")
    }

    private let request = TestRequest("PUT", "/a?b=c", headers: ["x-a": "b"], body: "abcd")

    @Test func theOriginalIsNeitherChangedNorDelayed() throws {
        let test = try FilterTest(ShadowTraffic.self, Self.everything, services: silent())
        let result = try test.everySplit(request)
        #expect(result.upstreamRequest?.headers == ["x-a": "b"])
        #expect(result.upstreamRequest?.body == "abcd")
        #expect(result.response?.status == 200)
        #expect(result.pausedFor == .zero)
    }

    @Test func theCopyIsTheSameAndOutlivesTheStream() throws {
        let services = silent()
        let test = try FilterTest(ShadowTraffic.self, Self.everything, services: services)
        _ = try test.exchange(request, delivery: Delivery(request: .bytes))
        let copy = try #require(services.waitingCalls.first).request
        #expect(services.waitingCalls.count == 1)
        #expect(copy.method == .put && copy.path == "/a?b=c" && copy.body == "abcd")
        #expect(copy.authority == "test.example")
        #expect(copy.headers.contains { $0.0 == "x-a" && $0.1 == "b" })
        #expect(copy.headers.contains { $0.0 == "x-shadow" && $0.1 == "true" })
        services.serve("next") { _ in .success(CallResponse(status: 500)) }
        services.answerCalls()
        #expect(count(services, "answered") == 1)
    }

    @Test func failuresAreOnlyCounted() throws {
        let services = TestServices()
        services.serve("next") { _ in .failure(.timeout) }
        let test = try FilterTest(ShadowTraffic.self, ["to": "next"], services: services)
        #expect(try test.exchange(TestRequest()).response?.status == 200)
        services.answerCalls()
        #expect(count(services, "failed") == 1)
    }

    @Test func thereAreBounds() throws {
        let services = silent()
        let test = try FilterTest(ShadowTraffic.self, Self.everything, services: services)
        _ = try test.exchange(TestRequest("PUT", body: "abcde"))
        _ = try test.exchange(TestRequest("PURGE"))
        #expect(services.waitingCalls.isEmpty)
        #expect(count(services, "skipped") == 2)
        for _ in 0..<3 { _ = try test.exchange() }
        #expect(services.waitingCalls.count == 2)
        #expect(count(services, "skipped") == 3)
    }

    @Test func aShareIsCopied() throws {
        let services = silent()
        let test = try FilterTest(
            ShadowTraffic.self, ["to": "next", "share": "25%", "max-in-flight": 1000],
            services: services)
        for _ in 0..<400 { _ = try test.exchange() }
        #expect((70...130).contains(services.waitingCalls.count))
    }

    @Test func mistakesAreNamed() {
        let none = TestFilter(ShadowTraffic.self, ["to": "next", "max-in-flight": 0])
        #expect(none.configurationError?.path == ["max-in-flight"])
        let error = #expect(throws: ConfigurationError.self) {
            _ = try FilterTest(ShadowTraffic.self, ["to": "nobody"])
        }
        #expect(error?.path == ["to"])
    }

    @Test func theDocumentationIsComplete() throws {
        #expect(
            try TestFilter(ShadowTraffic.self, Self.everything).documentationErrors() == [])
    }
}
