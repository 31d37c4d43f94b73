import HttpsRedirectFilter
import Testing
import WeirBase
import WeirFilter
import WeirTesting

@Suite struct HttpsRedirectTests {
    private func asking(
        _ target: String, of authority: String = "a.example", _ scheme: Scheme = .http
    ) -> TestRequest {
        var request = TestRequest("GET", target)
        request.authority = authority
        request.scheme = scheme
        return request
    }

    private func location(
        _ request: TestRequest, _ configuration: TestConfiguration = nil
    ) throws -> String? {
        let result = try FilterTest(HttpsRedirect.self, configuration).everySplit(request)
        #expect(result.cause == "https_redirect")
        #expect(result.upstreamRequest == nil)
        return result.response?.headers["location"]
    }

    @Test func requestsWithoutTLSAreSentToTheSamePlaceWithIt() throws {
        let result = try FilterTest(HttpsRedirect.self).everySplit(asking("/a/b?c=d&e"))
        #expect(result.response?.status == 308)
        #expect(result.response?.headers["location"] == "https://a.example/a/b?c=d&e")
        #expect(result.response?.body == nil)
        #expect(result.verdicts(of: "https-redirect") == [.respond: 1])
    }

    @Test func requestsWithTLSPass() throws {
        let result = try FilterTest(HttpsRedirect.self).everySplit(
            asking("/a", of: "a.example", .https))
        #expect(result.response?.status == 200)
        #expect(result.cause.isEmpty)
        #expect(result.verdicts(of: "https-redirect") == [.continue: 1])
    }

    @Test(arguments: [
        ("a.example", nil, "a.example"), ("a.example:80", nil, "a.example"),
        ("a.example:8080", 8443, "a.example:8443"), ("a.example", 8443, "a.example:8443"),
        ("a.example:8080", 443, "a.example"), ("192.0.2.7:80", nil, "192.0.2.7"),
        ("[2001:db8::1]", nil, "[2001:db8::1]"), ("[2001:db8::1]:80", 8443, "[2001:db8::1]:8443"),
        ("8080", nil, "8080"),
    ])
    func thePortIsReplaced(authority: String, port: Int?, expected: String) throws {
        let configuration: TestConfiguration = port.map { ["port": .integer($0)] } ?? nil
        #expect(try location(asking("/", of: authority), configuration) == "https://\(expected)/")
    }

    @Test(arguments: [
        "/%7Ea", "/a//b", "/?", "/a?//evil.example", "//evil.example/%2e%2e", "/a?b?c#",
    ])
    func theTargetStaysAsItCame(target: String) throws {
        #expect(try location(asking(target)) == "https://a.example\(target)")
    }

    @Test func absoluteTargetsNameTheirPath() throws {
        let test = try FilterTest([
            TestFilter("absolute", [.requestHeaders]) { Absolute() },
            TestFilter(HttpsRedirect.self),
        ])
        let result = try test.exchange(asking("/a/b?c"))
        #expect(result.response?.headers["location"] == "https://a.example/a/b?c")
        let withoutQuery = try test.exchange(asking("/a"))
        #expect(withoutQuery.response?.headers["location"] == "https://a.example/a")
    }

    @Test func theWholeServerHasNoPath() throws {
        var request = asking("*")
        request.method = "OPTIONS"
        #expect(try location(request) == "https://a.example")
    }

    @Test func withoutAHostThereIsNoPlaceToGo() throws {
        let result = try FilterTest(HttpsRedirect.self).everySplit(asking("/a", of: ""))
        #expect(result.response?.status == 400)
        #expect(result.response?.headers["location"] == nil)
        #expect(result.cause == "https_redirect")
        #expect(result.upstreamRequest == nil)
    }

    @Test(arguments: [301, 302, 307, 308]) func theStatusIsConfigured(status: Int) throws {
        let test = try FilterTest(HttpsRedirect.self, ["status": .integer(status)])
        var request = asking("/")
        request.method = "POST"
        request.body = "abc"
        #expect(try test.everySplit(request).response?.status == status)
    }

    @Test func oneObjectServesAllStreams() throws {
        let factory = try HttpsRedirect(HttpsRedirect.Configuration())
        #expect(factory.makeFilter() === factory.makeFilter())
    }

    @Test func configurationIsChecked() throws {
        func error(_ configuration: TestConfiguration) -> ConfigurationError? {
            TestFilter(HttpsRedirect.self, configuration).configurationError
        }
        #expect(error(nil) == nil)
        #expect(error(["status": 303])?.path == ["status"])
        #expect(error(["status": 200])?.path == ["status"])
        #expect(error(["port": 0])?.path == ["port"])
        #expect(error(["port": 65536])?.path == ["port"])
        #expect(error(["ports": 1])?.message.contains("unknown key `ports`") == true)
    }

    @Test func documentationFitsTheConfiguration() throws {
        #expect(try TestFilter(HttpsRedirect.self).documentationErrors() == [])
    }

    /// Writes the target as clients of proxies do.
    private final class Absolute: HTTPFilter {
        func requestHeaders(_ request: RequestHead, _ stream: FilterStream) -> Verdict {
            request.target = ByteString("http://a.example\(request.target)")
            return .continue
        }
    }
}
