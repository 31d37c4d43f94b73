import CorsFilter
import Testing
import WeirBase
import WeirFilter
import WeirTesting

@Suite struct CorsTests {
    static let app = "https://app.example"
    private let policy: TestConfiguration = ["origins": [.text(app), "https://*.lab.example"]]

    private func response(
        _ configuration: TestConfiguration, _ headers: TestFields, method: String = "GET",
        upstream: TestFields = [:]
    ) throws -> TestResponse {
        let result = try FilterTest(Cors.self, configuration).exchange(
            TestRequest(method, headers: headers)
        ) { _ in TestResponse(headers: upstream) }
        #expect(result.isRequestComplete)
        return try #require(result.response)
    }

    @Test func allowedPagesMayRead() throws {
        for origin in [Self.app, "https://a.b.lab.example"] {
            let fields = try response(policy, ["Origin": origin]).headers
            #expect(fields == ["vary": "Origin", "access-control-allow-origin": origin])
        }
    }

    @Test func othersMayNot() throws {
        for origin in ["https://evil.example", "null", "http://app.example", ""] {
            #expect(try response(policy, ["origin": origin]).headers == ["vary": "Origin"])
        }
        let two: TestFields = ["origin": "https://app.example", "Origin": "https://app.example"]
        #expect(try response(policy, two).headers == ["vary": "Origin"])
        #expect(try response(policy, [:]).headers == ["vary": "Origin"])
        #expect(
            try response(policy, ["origin": "http://test.example"]).headers == ["vary": "Origin"])
    }

    @Test func allOriginsAreOneResponse() throws {
        let all: TestConfiguration = ["origins": ["*"], "expose": ["*"]]
        let fields = try response(all, ["origin": "null"], upstream: ["vary": "accept"]).headers
        #expect(fields["access-control-allow-origin"] == "*")
        #expect(fields["access-control-expose-headers"] == "*")
        #expect(fields.values("vary") == ["accept"])
        #expect(try response(all, [:]).headers == [:])
    }

    @Test func whatTheUpstreamSaysGivesWay() throws {
        let upstream: TestFields = [
            "Access-Control-Allow-Origin": "*", "access-control-allow-credentials": "true",
            "ACCESS-CONTROL-EXPOSE-HEADERS": "x-a", "x-access-control-a": "1",
        ]
        let allowed = try response(policy, ["origin": Self.app], upstream: upstream).headers
        #expect(allowed.values("access-control-allow-origin") == [Self.app])
        #expect(allowed["access-control-allow-credentials"] == nil)
        #expect(allowed["access-control-expose-headers"] == nil)
        #expect(allowed["x-access-control-a"] == "1")
        for origin in ["https://evil.example", ""] {
            let fields = try response(policy, ["origin": origin], upstream: upstream).headers
            #expect(fields == ["x-access-control-a": "1", "vary": "Origin"])
        }
    }

    @Test(
        arguments: [
            ([], ["Origin"]), (["Accept"], ["Accept, Origin"]), (["origin"], ["origin"]),
            (["Accept-Encoding,ORIGIN"], ["Accept-Encoding,ORIGIN"]), (["*"], ["*"]),
            (["accept", "Origin "], ["accept", "Origin "]), (["a", "b"], ["a, Origin", "b"]),
            (["x-origin"], ["x-origin, Origin"]), ([""], ["Origin"]),
        ] as [([String], [String])])
    func varyIsExtended(upstream: [String], expected: [String]) throws {
        var fields: TestFields = [:]
        fields.lines = upstream.map { .init("Vary", $0) }
        for origin in [Self.app, "https://evil.example"] {
            let answer = try response(policy, ["origin": origin], upstream: fields)
            #expect(answer.headers.values("vary") == expected)
        }
    }

    @Test func credentialsAndExposedFields() throws {
        let configuration: TestConfiguration = [
            "origins": [.text(Self.app)], "credentials": true, "expose": ["x-a", "X-B"],
        ]
        let fields = try response(configuration, ["origin": Self.app]).headers
        #expect(fields["access-control-allow-credentials"] == "true")
        #expect(fields["access-control-expose-headers"] == "x-a, x-b")
        let other = try response(configuration, ["origin": "https://evil.example"]).headers
        #expect(other == ["vary": "Origin"])
    }

    /// What a filter behind it answers has to be readable too.
    @Test func answersOfLaterFiltersCarryIt() throws {
        let test = try FilterTest([
            TestFilter(Cors.self, policy),
            TestFilter("refusing", [.requestHeaders]) { Refusing() },
        ])
        let result = try test.exchange(TestRequest(headers: ["origin": Self.app]))
        #expect(result.response?.status == 403)
        #expect(result.response?.headers["access-control-allow-origin"] == Self.app)
        // And a preflight does not come to it.
        let preflight = try test.exchange(
            TestRequest(
                "OPTIONS",
                headers: ["origin": Self.app, "access-control-request-method": "GET"]))
        #expect(preflight.response?.status == 204)
    }

    private final class Refusing: HTTPFilter {
        func requestHeaders(_ request: RequestHead, _ stream: FilterStream) -> Verdict {
            .respond(LocalResponse(status: 403, cause: "refused"))
        }
    }

    @Test func unmatchedMayBeLeftToTheUpstream() throws {
        let configuration: TestConfiguration = [
            "origins": [.text(Self.app)], "pass-unmatched": true,
        ]
        let upstream: TestFields = ["access-control-allow-origin": "https://other.example"]
        let other = try response(
            configuration, ["origin": "https://other.example"], upstream: upstream)
        #expect(
            other.headers["access-control-allow-origin"] == "https://other.example")
        #expect(other.headers["vary"] == "Origin")
        let preflight = try response(
            configuration,
            ["origin": "https://other.example", "access-control-request-method": "PUT"],
            method: "OPTIONS", upstream: upstream)
        #expect(preflight.status == 200)
        let allowed = try response(configuration, ["origin": Self.app], upstream: upstream)
        #expect(allowed.headers.values("access-control-allow-origin") == [Self.app])
    }

    @Test func everyDeliveryComesToTheSame() throws {
        let test = try FilterTest(Cors.self, policy)
        let asked = TestRequest("POST", headers: ["origin": Self.app], body: "abc")
        #expect(try test.everySplit(asked).upstreamRequest?.body == "abc")
        _ = try test.everySplit(
            TestRequest(
                "OPTIONS", headers: ["origin": "x", "access-control-request-method": "GET"]))
    }

    @Test func configurationIsChecked() throws {
        func error(
            _ settings: [(key: String, value: TestConfiguration)], _ origins: TestConfiguration
        ) -> [String]? {
            TestFilter(Cors.self, .mapping([("origins", origins)] + settings))
                .configurationError?.path
        }
        let one: TestConfiguration = [.text(Self.app)]
        #expect(error([], one) == nil)
        #expect(TestFilter(Cors.self, [:]).configurationError?.message.contains("origins") == true)
        #expect(error([], []) == ["origins"])
        #expect(error([], [.text(Self.app), "*"]) == ["origins", "1"])
        #expect(error([], ["null"]) == ["origins", "0"])
        #expect(error([], ["app.example"]) == ["origins", "0"])
        #expect(error([("credentials", true)], ["*"]) == ["credentials"])
        #expect(error([("methods", ["GET", "a b"])], one) == ["methods", "1"])
        #expect(error([("methods", ["*"])], one) == ["methods", "0"])
        #expect(error([("headers", ["a", "*"])], one) == ["headers", "1"])
        #expect(error([("headers", ["a b"])], one) == ["headers", "0"])
        #expect(error([("expose", ["a b"])], one) == ["expose", "0"])
        #expect(error([("expose", ["*"]), ("credentials", true)], one) == ["expose"])
        #expect(error([("max-age", "1500ms")], one) == ["maxAge"])
        #expect(error([("origin", one)], one) == ["origin"])
    }

    @Test func documentationFitsTheConfiguration() throws {
        #expect(try TestFilter(Cors.self, policy).documentationErrors() == [])
    }
}
