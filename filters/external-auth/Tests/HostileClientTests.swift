import ExternalAuthFilter
import Testing
import WeirBase
import WeirFilter
import WeirTesting

/// What clients could bring about, and may not.
@Suite struct HostileClientTests {
    @Test func bodiesOfOthersAreNotAskedAbout() throws {
        let test = AuthTest(
            [
                "http": ["cluster": "authz"], "when": ["paths": "/admin/**"],
                "body": ["max": 64],
            ]
        ) { _ in CallResponse.http(403) }
        let chain = try test.chain()
        let other = try chain.everySplit(TestRequest("POST", "/b", body: "abc"))
        #expect(other.response?.status == 200)
        #expect(other.upstreamRequest?.body == "abc")
        #expect(test.questions.isEmpty)
        let asked = try chain.exchange(TestRequest("POST", "/admin", body: "abc"))
        #expect(asked.response?.status == 403)
        #expect(test.questions.count == 1)
    }

    @Test func noSpellingOfTheGatewaysFieldsIsSent() throws {
        let test = AuthTest(["http": ["cluster": "authz"], "request-headers": ["*"]]) { _ in
            CallResponse.http(200)
        }
        _ = try test.exchange(
            TestRequest(
                "GET", "/secret",
                headers: [
                    "X_Forwarded_Uri": "/public", "x_forwarded-METHOD": "HEAD",
                    "X-Forwarded_For": "10.0.0.1", "x_forwarded_host": "evil.example",
                    "x_forwarded_proto": "https", "Content_Type": "text/plain", "x_a": "1",
                ]))
        let names = try #require(test.questions.first).headers.map(\.0.description)
        #expect(
            names == [
                "x_a", "x-forwarded-method", "x-forwarded-proto", "x-forwarded-host",
                "x-forwarded-uri", "x-forwarded-for",
            ])
    }

    @Test(arguments: ["PURGE", "CONNECT"])
    func noMethodGetsAroundTheQuestion(_ method: String) throws {
        let test = AuthTest(
            ["http": ["cluster": "authz", "method": "original"], "on-error": "allow"]
        ) { _ in .failure(.timeout) }
        let result = try test.exchange(TestRequest(method))
        #expect(result.response?.status == 403)
        #expect(result.cause == "external_auth_error")
        #expect(result.upstreamRequest == nil)
        #expect(test.questions.isEmpty)
        // It is no outage.
        #expect(test.count("error") == 0)
        #expect(test.count("unaskable") == 1)
        #expect(try test.exchange(TestRequest("GET")).response?.status == 200)
    }

    @Test func twoInOneChainKeepTheirConsentsApart() throws {
        let services = TestServices()
        services.serve("authz") { _ in CallResponse.http(200, ["x-a": "a", "x-b": "b"]) }
        let filters = ["x-a", "x-b"].map { field in
            TestFilter(
                ExternalAuth.self,
                [
                    "http": ["cluster": "authz"],
                    "client-headers-on-success": .list([.text(field)]),
                    "body": ["max": 64],
                ])
        }
        let chain = try FilterTest(filters, services: services)
        let result = try chain.exchange(TestRequest("POST", body: "abc"))
        #expect(result.response?.headers.values("x-a") == ["a"])
        #expect(result.response?.headers.values("x-b") == ["b"])
    }
}
