import HstsFilter
import Testing
import WeirBase
import WeirFilter
import WeirTesting

@Suite struct HstsTests {
    /// The values of the field that a client finds.
    private func policies(
        _ configuration: TestConfiguration, _ scheme: Scheme = .https, upstream: TestFields = [:]
    ) throws -> [String]? {
        var request = TestRequest()
        request.scheme = scheme
        let result = try FilterTest(Hsts.self, configuration).everySplit(request) { _ in
            TestResponse(headers: upstream)
        }
        #expect(result.response?.status == 200 && result.cause.isEmpty)
        return result.response?.headers.values("strict-transport-security")
    }

    @Test func aYearIsTheDefault() throws {
        #expect(try policies(nil) == ["max-age=31536000"])
    }

    @Test func everythingCanBeSaid() throws {
        #expect(
            try policies(["max-age": "730d", "include-subdomains": true, "preload": true])
                == ["max-age=63072000; includeSubDomains; preload"])
        #expect(
            try policies(["max-age": "5m", "include-subdomains": true])
                == ["max-age=300; includeSubDomains"])
        #expect(try policies(["max-age": "0s"]) == ["max-age=0"])
    }

    @Test func withoutTLSThereIsNone() throws {
        #expect(try policies(nil, .http) == [])
        #expect(
            try policies(nil, .http, upstream: ["strict-transport-security": "max-age=1"]) == [])
    }

    @Test func theUpstreamsOwnIsReplaced() throws {
        let upstream: TestFields = [
            "Strict-Transport-Security": "max-age=0", "strict-transport-security": "max-age=1",
        ]
        #expect(try policies(["max-age": "1h"], upstream: upstream) == ["max-age=3600"])
    }

    @Test func answersOfLaterFiltersCarryIt() throws {
        var request = TestRequest()
        request.scheme = .https
        let test = try FilterTest([
            TestFilter(Hsts.self), TestFilter("refuse", [.requestHeaders]) { Refuser() },
        ])
        let result = try test.exchange(request)
        #expect(result.response?.status == 401)
        #expect(result.response?.headers["strict-transport-security"] == "max-age=31536000")
    }

    @Test func oneObjectServesAllStreams() throws {
        let factory = try Hsts(Hsts.Configuration())
        #expect(factory.makeFilter() === factory.makeFilter())
    }

    @Test func configurationIsChecked() throws {
        func error(_ configuration: TestConfiguration) -> ConfigurationError? {
            TestFilter(Hsts.self, configuration).configurationError
        }
        #expect(error(["preload": true])?.path == ["preload"])
        #expect(error(["preload": true, "include-subdomains": true]) == nil)
        #expect(
            error(["preload": true, "include-subdomains": true, "max-age": "364d"])?.path
                == ["preload"])
        #expect(error(["max-age": "1500ms"])?.message == "expected whole seconds")
        #expect(error(["max-age": "a year"])?.path == ["max-age"])
        #expect(error(["sub-domains": true])?.message.contains("unknown key") == true)
    }

    @Test func documentationFitsTheConfiguration() throws {
        #expect(try TestFilter(Hsts.self).documentationErrors() == [])
    }

    private final class Refuser: HTTPFilter {
        func requestHeaders(_ request: RequestHead, _ stream: FilterStream) -> Verdict {
            .respond(LocalResponse(status: 401, cause: "refused"))
        }
    }
}
