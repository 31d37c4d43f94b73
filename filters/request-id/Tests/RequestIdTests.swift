import RequestIdFilter
import Testing
import WeirBase
import WeirFilter
import WeirTesting

@Suite struct RequestIdTests {
    private func identifier(
        of request: TestRequest, _ configuration: TestConfiguration = [:], seed: UInt64 = 1
    ) throws -> String {
        let test = try FilterTest(RequestId.self, configuration, seed: seed)
        let result = try test.exchange(request)
        let values = try #require(result.upstreamRequest).headers.values("x-request-id")
        #expect(values.count == 1)
        return values.first ?? ""
    }

    private func asking(with identifiers: String...) -> TestRequest {
        var request = TestRequest()
        request.headers.lines = identifiers.map { TestFields.Line("X-Request-ID", $0) }
        return request
    }

    @Test func everyRequestGets128BitsInHexadecimal() throws {
        let test = try FilterTest(RequestId.self)
        let identifiers = try (0..<100).map { _ in
            try test.exchange().upstreamRequest?.headers["x-request-id"] ?? ""
        }
        #expect(Set(identifiers).count == 100)
        for identifier in identifiers {
            #expect(identifier.utf8.count == 32)
            #expect(identifier.utf8.allSatisfy { $0.hexValue != nil && $0.lowercased == $0 })
        }
        // Leading zeros stand.
        #expect(try identifier(of: TestRequest(), seed: 1).utf8.count == 32)
    }

    @Test func identifiersOfOutsidersAreReplaced() throws {
        #expect(try identifier(of: asking(with: "mine")) != "mine")
        #expect(try identifier(of: asking(with: "one", "two")).utf8.count == 32)
    }

    @Test(arguments: ["a", "4bf92f3577b34da6", "a-b_c.d~e!", String(repeating: "x", count: 128)])
    func trustedIdentifiersAreKept(text: String) throws {
        #expect(try identifier(of: asking(with: text), ["trust-incoming": true]) == text)
    }

    @Test(arguments: [
        "", "a b", "a,b", "a\"b", "a\u{e9}", "a;b=c", String(repeating: "x", count: 129),
    ])
    func malformedIdentifiersAreReplacedAlsoWhenTrusted(text: String) throws {
        let result = try identifier(of: asking(with: text), ["trust-incoming": true])
        #expect(result != text && result.utf8.count == 32)
    }

    @Test func severalTrustedIdentifiersAreNone() throws {
        let result = try identifier(of: asking(with: "a", "a"), ["trust-incoming": true])
        #expect(result.utf8.count == 32)
    }

    @Test func anotherFieldMayCarryIt() throws {
        let test = try FilterTest(RequestId.self, ["header": "X-Correlation", "echo": true])
        let result = try test.everySplit(TestRequest("POST", body: "abc")) { _ in
            TestResponse(headers: ["x-correlation": "the upstream's"])
        }
        let identifier = try #require(result.upstreamRequest?.headers["x-correlation"])
        #expect(result.upstreamRequest?.headers["x-request-id"] == nil)
        #expect(result.response?.headers.values("x-correlation") == [identifier])
    }

    @Test func itIsEchoedOnlyWhenAsked() throws {
        let quiet = try FilterTest(RequestId.self).everySplit()
        #expect(quiet.response?.headers["x-request-id"] == nil)
        #expect(quiet.phases(of: "request-id") == [.requestHeaders])
        let test = try FilterTest(RequestId.self, ["echo": true])
        let result = try test.exchange(asking(with: "mine"))
        #expect(
            result.response?.headers["x-request-id"]
                == result.upstreamRequest?.headers["x-request-id"])
    }

    @Test func answersOfLaterFiltersCarryIt() throws {
        let test = try FilterTest([
            TestFilter(RequestId.self, ["echo": true]),
            TestFilter("refuse", [.requestHeaders]) { Refuser() },
        ])
        let result = try test.exchange()
        #expect(result.response?.status == 401)
        #expect(result.response?.headers["x-request-id"]?.utf8.count == 32)
    }

    @Test func oneObjectServesAllStreams() throws {
        let factory = try RequestId(RequestId.Configuration())
        #expect(factory.makeFilter() === factory.makeFilter())
        #expect(factory.phases == [.requestHeaders])
    }

    @Test func configurationIsChecked() throws {
        func error(_ configuration: TestConfiguration) -> ConfigurationError? {
            TestFilter(RequestId.self, configuration).configurationError
        }
        #expect(error(nil) == nil)
        #expect(error(["header": "x request id"])?.path == ["header"])
        #expect(error(["header": "content-length"])?.path == ["header"])
        #expect(error(["header": "Host"])?.message.contains("gateway itself decides") == true)
        #expect(error(["trust-incoming": "maybe"])?.path == ["trust-incoming"])
        #expect(error(["trust": true])?.message.contains("unknown key `trust`") == true)
    }

    @Test func documentationFitsTheConfiguration() throws {
        #expect(try TestFilter(RequestId.self).documentationErrors() == [])
    }

    private final class Refuser: HTTPFilter {
        func requestHeaders(_ request: RequestHead, _ stream: FilterStream) -> Verdict {
            .respond(LocalResponse(status: 401, cause: "refused"))
        }
    }
}
