import RouteCacheFilter
import Synchronization
import Testing
import WeirBase
import WeirFilter
import WeirTesting

/// An upstream whose answers tell how often it was asked.
private final class Origin: Sendable {
    let count = Atomic<Int>(0)
    let headers: TestFields

    init(_ headers: TestFields = ["cache-control": "public, max-age=60", "x-a": "b"]) {
        self.headers = headers
    }

    func answer(_ request: TestRequest) -> TestResponse {
        let number = count.add(1, ordering: .relaxed).newValue
        return TestResponse(headers: headers, body: ByteString("\(number) \(request.target)"))
    }
}

@Suite struct RouteCacheTests {
    private static let configuration: TestConfiguration = ["size": "4KiB", "max-body": "1KiB"]

    @Test func aFreshResponseIsAnsweredHere() throws {
        let services = TestServices()
        let test = try FilterTest(RouteCache.self, Self.configuration, services: services)
        let origin = Origin()
        let request = TestRequest("GET", "/a?b=c")
        let first = try test.exchange(request, upstream: origin.answer)
        #expect(first.response?.body == "1 /a?b=c" && first.cause == "")
        test.begin(TestRequest("POST", "/"), upstream: origin.answer).advance(by: .seconds(5))
        let second = try test.exchange(request, upstream: origin.answer)
        #expect(second.response?.body == "1 /a?b=c")
        #expect(second.response?.headers["x-a"] == "b")
        #expect(second.response?.headers["age"] == "5")
        #expect(second.cause == "route_cache_hit")
        #expect(second.upstreamRequest == nil)
        #expect(services.count(#"weir_route_cache_requests_total{outcome="hit"}"#) == 1)
        #expect(services.count(#"weir_route_cache_requests_total{outcome="miss"}"#) == 1)
        let other = try test.exchange(TestRequest("GET", "/a"), upstream: origin.answer)
        #expect(other.response?.body == "3 /a")
        // An upstream whose answer tells of no time is asked again after it.
        test.begin(TestRequest("POST", "/"), upstream: origin.answer).advance(by: .seconds(56))
        #expect(try test.exchange(request, upstream: origin.answer).upstreamRequest != nil)
    }

    @Test func everyDeliveryComesToTheSame() throws {
        let test = try FilterTest(RouteCache.self, Self.configuration)
        for body in ["abc", nil] as [ByteString?] {
            let result = try test.everySplit { _ in
                TestResponse(headers: ["cache-control": "max-age=1"], body: body)
            }
            #expect(result.response?.body == body)
        }
    }

    private func isKept(
        _ fields: TestFields, to request: TestRequest = TestRequest()
    ) throws -> Bool {
        let test = try FilterTest(RouteCache.self, Self.configuration)
        let origin = Origin(fields)
        _ = try test.exchange(request, upstream: origin.answer)
        return try test.exchange(request, upstream: origin.answer).upstreamRequest == nil
    }

    @Test func whatIsSomebodysOwnIsNotKept() throws {
        let public60: TestFields = ["cache-control": "max-age=60"]
        #expect(try isKept(public60))
        #expect(try isKept(["Cache-Control": "Public", "cache-control": "Max-Age=60"]))
        for fields: TestFields in [
            [:], ["cache-control": "max-age=0"], ["cache-control": "max-age=60, private"],
            ["cache-control": "no-store,max-age=60"], ["cache-control": "max-age=60,max-age=9"],
            ["cache-control": "max-age=60", "set-cookie": "a=b"],
            ["cache-control": "max-age=60", "vary": "accept"],
            ["cache-control": "max-age=60", "age": "60"],
            ["cache-control": "max-age=60, private=\"x-a\""],
        ] {
            #expect(try !isKept(fields), "\(fields)")
        }
        for fields: TestFields in [
            ["authorization": "Basic YTpi"], ["cookie": "a=b"], ["range": "bytes=0-1"],
            ["cache-control": "no-cache"],
        ] {
            #expect(try !isKept(public60, to: TestRequest(headers: fields)), "\(fields)")
        }
        #expect(try !isKept(public60, to: TestRequest("POST")))
        #expect(try !isKept(public60, to: TestRequest("HEAD")))
    }

    @Test func theStoreIsBounded() throws {
        let test = try FilterTest(RouteCache.self, Self.configuration)
        let origin = Origin()
        for round in 0..<2 {
            for number in 0..<100 {
                let result = try test.exchange(
                    TestRequest("GET", "/\(number)"), upstream: origin.answer)
                #expect(result.upstreamRequest != nil, "\(round) \(number)")
            }
        }
        let last = try test.exchange(TestRequest("GET", "/99"), upstream: origin.answer)
        #expect(last.upstreamRequest == nil)
    }

    @Test func aLongBodyIsNotKept() throws {
        let test = try FilterTest(RouteCache.self, Self.configuration)
        for _ in 0..<2 {
            let result = try test.exchange { _ in
                TestResponse(
                    headers: ["cache-control": "max-age=60"],
                    body: ByteString([UInt8](repeating: 0x61, count: 1025)))
            }
            #expect(result.upstreamRequest != nil && result.response?.body?.count == 1025)
        }
    }

    @Test func mistakesAreNamed() {
        let filter = TestFilter(RouteCache.self, ["size": "1MiB", "max-body": "1MiB"])
        #expect(filter.configurationError?.path == ["max-body"])
    }

    @Test func theDocumentationIsComplete() throws {
        #expect(
            try TestFilter(RouteCache.self, Self.configuration).documentationErrors() == [])
    }
}
