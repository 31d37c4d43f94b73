import Testing
import WeirBase
import WeirFilter
import WeirTesting

@Suite struct CounterFamilyTests {
    private final class Counting: HTTPFilter {
        let family: CounterFamily

        init(_ family: CounterFamily) { self.family = family }

        func requestHeaders(_ request: RequestHead, _ stream: FilterStream) -> Verdict {
            family.add(2, request.path.description, for: stream)
            stream.log(.notice, "counted")
            return .continue
        }
    }

    @Test func valuesBeyondTheBoundAreOther() throws {
        let services = TestServices()
        let family = CounterFamily(
            services, "weir_test_paths_total", "Paths.", label: "path", limit: 2)
        let test = try FilterTest(
            [TestFilter("count", [.requestHeaders]) { Counting(family) }], services: services)
        for path in ["/a", "/b", "/c", "/d", "/a", "/c"] {
            _ = try test.exchange(TestRequest("GET", path))
        }
        #expect(services.count(#"weir_test_paths_total{path="/a"}"#) == 4)
        #expect(services.count(#"weir_test_paths_total{path="/b"}"#) == 2)
        #expect(services.count(#"weir_test_paths_total{path="other"}"#) == 6)
        #expect(services.lines.first == "notice: filter `count` on route `test`: counted")
    }
}
