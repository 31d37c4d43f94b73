import CorsFilter
import Testing
import WeirBase
import WeirFilter
import WeirTesting

@Suite struct PreflightTests {
    private let policy: TestConfiguration = [
        "origins": ["https://app.example"], "methods": ["GET", "PUT"],
        "headers": ["content-type", "X-Token"], "max-age": "10m",
    ]

    private func ask(
        _ test: FilterTest, _ fields: TestFields, origin: String = "https://app.example"
    ) throws -> TestResult {
        var fields = fields
        fields.lines.append(.init("Origin", origin))
        return try test.exchange(TestRequest("OPTIONS", headers: fields))
    }

    private func count(_ outcome: String, _ test: FilterTest) -> Int {
        test.services.count("weir_cors_requests_total{outcome=\"\(outcome)\"}")
    }

    @Test func whatIsAllowedIsSaid() throws {
        let test = try FilterTest(Cors.self, policy)
        let result = try ask(
            test,
            [
                "access-control-request-method": "PUT",
                "access-control-request-headers": "x-token,Content-Type , ,",
            ])
        #expect(result.response?.status == 204)
        #expect(result.cause == "cors_preflight")
        #expect(result.upstreamRequest == nil)
        #expect(
            result.response?.headers == [
                "access-control-allow-origin": "https://app.example",
                "access-control-allow-methods": "GET, PUT",
                "access-control-allow-headers": "content-type, x-token",
                "access-control-max-age": "600",
                "vary": "Origin, Access-Control-Request-Method, Access-Control-Request-Headers",
                "content-length": "0",
            ])
        #expect(count("preflight-allowed", test) == 1)
    }

    @Test func whatIsNotAllowedIsRefused() throws {
        let test = try FilterTest(Cors.self, policy)
        let refused: [(TestFields, String)] = [
            (["access-control-request-method": "PUT"], "https://evil.example"),
            (["access-control-request-method": "PUT"], "null"),
            (["access-control-request-method": "PUT"], "http://test.example"),
            (["access-control-request-method": "DELETE"], "https://app.example"),
            (["access-control-request-method": "put"], "https://app.example"),
            (["access-control-request-method": "POST"], "https://app.example"),
            (["access-control-request-method": ""], "https://app.example"),
            (
                [
                    "access-control-request-method": "PUT",
                    "access-control-request-headers": "x-token, x-other",
                ], "https://app.example"
            ),
            (
                [
                    "access-control-request-method": "PUT",
                    "access-control-request-headers": "x-token",
                    "Access-Control-Request-Headers": "x-other",
                ], "https://app.example"
            ),
            (
                [
                    "access-control-request-method": "PUT",
                    "access-control-request-private-network": "true",
                ], "https://app.example"
            ),
        ]
        for (fields, origin) in refused {
            let result = try ask(test, fields, origin: origin)
            #expect(result.response?.status == 403)
            #expect(result.cause == "cors_preflight_denied")
            #expect(result.upstreamRequest == nil)
            let names = result.response?.headers.lines.map(\.name)
            #expect(names == ["vary", "content-length"])
        }
        #expect(count("preflight-denied", test) == refused.count)
    }

    @Test func otherRequestsOfOptionsGoOn() throws {
        let test = try FilterTest(Cors.self, policy)
        #expect(try ask(test, [:]).upstreamRequest?.method == "OPTIONS")
        let plain = try test.exchange(
            TestRequest("OPTIONS", headers: ["access-control-request-method": "PUT"]))
        #expect(plain.upstreamRequest?.method == "OPTIONS")
        let get = try test.exchange(
            TestRequest(
                headers: ["origin": "https://app.example", "access-control-request-method": "PUT"]))
        #expect(get.upstreamRequest?.method == "GET")
        #expect(count("allowed", test) == 2)
    }

    @Test func allFieldsAreThoseAskedFor() throws {
        let test = try FilterTest(
            Cors.self,
            ["origins": ["https://app.example"], "headers": ["*"], "credentials": true])
        let result = try ask(
            test,
            [
                "access-control-request-method": "POST",
                "access-control-request-headers": "authorization,x-a",
            ])
        #expect(result.response?.headers["access-control-allow-headers"] == "authorization,x-a")
        #expect(result.response?.headers["access-control-allow-credentials"] == "true")
        #expect(result.response?.headers["access-control-max-age"] == nil)
        let none = try ask(test, ["access-control-request-method": "POST"])
        #expect(none.response?.headers["access-control-allow-headers"] == nil)
    }

    @Test func privateNetworks() throws {
        let test = try FilterTest(
            Cors.self, ["origins": ["https://app.example"], "private-network": true])
        let asked = try ask(
            test,
            [
                "access-control-request-method": "GET",
                "access-control-request-private-network": "true",
            ])
        #expect(asked.response?.headers["access-control-allow-private-network"] == "true")
        let plain = try ask(test, ["access-control-request-method": "GET"])
        #expect(plain.response?.headers["access-control-allow-private-network"] == nil)
    }

    @Test func explainsWhatItWouldSay() throws {
        let test = try FilterTest(Cors.self, policy)
        func explain(_ method: String, _ fields: TestFields) -> [String] {
            test.explain(TestRequest(method, headers: fields))
        }
        #expect(explain("GET", [:]) == ["no page of another origin asks"])
        #expect(
            explain("GET", ["origin": "https://app.example"])
                == ["a page of an allowed origin asks"])
        #expect(
            explain(
                "OPTIONS",
                ["origin": "https://app.example", "access-control-request-method": "PUT"])
                == ["a page of an allowed origin asks", "answers the preflight: 204"])
        #expect(
            explain("OPTIONS", ["origin": "null", "access-control-request-method": "PUT"])
                == [
                    "a page of an origin that is not allowed asks", "refuses the preflight: 403",
                ])
    }
}
