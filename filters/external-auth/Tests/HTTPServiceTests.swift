import ExternalAuthFilter
import Testing
import WeirBase
import WeirFilter
import WeirTesting

/// A service that answers with a status.
@Suite struct HTTPServiceTests {
    private let plain: TestConfiguration = ["http": ["cluster": "authz", "path": "/check"]]

    @Test func consentLetsTheRequestIn() throws {
        let test = AuthTest(plain) { _ in CallResponse.http(204) }
        let result = try test.exchange(TestRequest("POST", "/a?b=c", body: "body"))
        #expect(result.response?.status == 200)
        #expect(result.upstreamRequest?.body == "body")
        #expect(test.count("allowed") == 1)
    }

    @Test func theServiceIsToldWhoAsksForWhat() throws {
        let test = AuthTest(plain) { _ in CallResponse.http(200) }
        var request = TestRequest(
            "POST", "/a/b?c=d",
            headers: [
                "authorization": "Bearer x", "Cookie": "a=1", "cookie": "b=2", "x-other": "1",
                "x-forwarded-for": "10.0.0.1", "x-forwarded-uri": "/public", "content-length": "4",
            ], body: "body")
        request.authority = "api.example.com:8443"
        request.scheme = .https
        _ = try test.exchange(request)
        let question = try #require(test.questions.first)
        #expect(question.method == .get)
        #expect(question.path == "/check")
        #expect(question.authority == nil)
        #expect(question.body.isEmpty)
        #expect(question.isRepeatable)
        #expect(question.timeout == .milliseconds(200))
        #expect(question.responseLimit == 65_536)
        #expect(
            question.headers.map { "\($0.0): \($0.1)" } == [
                "authorization: Bearer x", "cookie: a=1", "cookie: b=2",
                "x-forwarded-method: POST", "x-forwarded-proto: https",
                "x-forwarded-host: api.example.com:8443", "x-forwarded-uri: /a/b?c=d",
                "x-forwarded-for: 192.0.2.1",
            ])
    }

    @Test func allFieldsMeansThoseThatAreNotTheGateways() throws {
        let test = AuthTest(
            ["http": ["cluster": "authz"], "request-headers": ["*"], "timeout": "1s"]
        ) { _ in CallResponse.http(200) }
        _ = try test.exchange(
            TestRequest(
                headers: [
                    "x-a": "1", "TE": "trailers", "expect": "100-continue", "forwarded": "for=a",
                    "x-forwarded-host": "evil.example", "content-type": "text/plain",
                    "Connection": "x-a", "x-A": "2",
                ]))
        let question = try #require(test.questions.first)
        #expect(question.path == "/")
        #expect(question.timeout == .seconds(1))
        #expect(question.values("x-a") == ["1", "2"])
        #expect(question.values("x-forwarded-host") == ["test.example"])
        for name: HeaderName in ["te", "expect", "forwarded", "connection", "content-type"] {
            #expect(question.values(name) == [])
        }
    }

    @Test(arguments: [
        ("/auth", "/auth/a/b?c=d"), ("/auth/", "/auth/a/b?c=d"), ("/", "/a/b?c=d"),
    ])
    func thePathMayFollow(_ path: String, _ asked: String) throws {
        let test = AuthTest(
            [
                "http": [
                    "cluster": "authz", "path": .text(path), "append-path": true,
                    "method": "original", "authority": "auth.example.com",
                ]
            ]
        ) { _ in CallResponse.http(200) }
        _ = try test.exchange(TestRequest("DELETE", "/a/b?c=d"))
        #expect(test.questions.first?.path.description == asked)
        #expect(test.questions.first?.method == .delete)
        #expect(test.questions.first?.authority == "auth.example.com")
    }

    @Test(arguments: [300, 302, 400, 401, 403, 404, 429, 499])
    func refusalsAreTheServices(_ status: Int) throws {
        let test = AuthTest(plain) { _ in
            CallResponse.http(
                status,
                [
                    "www-authenticate": "Basic", "location": "https://id.example/",
                    "set-cookie": "a=1", "Set-Cookie": "b=2", "x-internal": "1",
                    "content-type": "text/html", "content-length": "2", "connection": "close",
                ], "no")
        }
        let result = try test.exchange()
        #expect(result.response?.status == status)
        #expect(result.response?.body == "no")
        #expect(result.response?.headers["www-authenticate"] == "Basic")
        #expect(result.response?.headers["location"] == "https://id.example/")
        #expect(result.response?.headers["content-type"] == "text/html")
        #expect(result.response?.headers.values("set-cookie") == ["a=1", "b=2"])
        #expect(result.response?.headers["x-internal"] == nil)
        #expect(result.response?.headers["connection"] == nil)
        #expect(result.upstreamRequest == nil)
        #expect(result.cause == "external_auth_denied")
        #expect(test.count("denied") == 1)
    }

    @Test(arguments: [100, 304, 500, 502, 503, 599, 999])
    func otherAnswersAreErrors(_ status: Int) throws {
        let test = AuthTest(plain) { _ in CallResponse.http(status, [:], "secret") }
        let result = try test.exchange()
        #expect(result.response?.status == 403)
        #expect(result.response?.body != "secret")
        #expect(result.cause == "external_auth_error")
        #expect(test.count("error") == 1)
    }

    @Test func withoutAnAnswerNobodyGetsIn() throws {
        let down = AuthTest(plain) { _ in .failure(CallFailure("connect_failed")) }
        #expect(try down.exchange().cause == "external_auth_error")
        let slow = AuthTest(plain) { _ in .failure(.timeout) }
        let result = try slow.exchange()
        #expect(result.response?.status == 403)
        #expect(result.cause == "external_auth_timeout")
        #expect(slow.count("timeout") == 1)
    }

    @Test func operatorsMayDecideOtherwise() throws {
        let deny = AuthTest(["http": ["cluster": "authz"], "status-on-error": 503]) { _ in
            .failure(.tooLarge)
        }
        #expect(try deny.exchange().response?.status == 503)
        let allow = AuthTest(
            [
                "http": ["cluster": "authz"], "on-error": "allow",
                "upstream-headers": ["x-user"],
            ]
        ) { _ in .failure(.timeout) }
        let result = try allow.exchange(TestRequest(headers: ["x-user": "root", "x-a": "1"]))
        #expect(result.response?.status == 200)
        // Let in is not let in as anybody.
        #expect(result.upstreamRequest?.headers["x-user"] == nil)
        #expect(result.upstreamRequest?.headers["x-a"] == "1")
        #expect(allow.count("timeout") == 1)
    }

    @Test func onlyTheServiceSetsUpstreamFields() throws {
        let test = AuthTest(
            [
                "http": ["cluster": "authz"],
                "upstream-headers": ["authorization", "x-user", "x-groups"],
            ]
        ) { request in
            CallResponse.http(
                200,
                [
                    "x-groups": "a", "X-Groups": "b", "authorization": "internal",
                    "x-other": "1",
                ])
        }
        let result = try test.exchange(
            TestRequest(
                headers: [
                    "X-User": "root", "x_user": "root", "x-groups": "admin",
                    "authorization": "Bearer x",
                ]))
        // The service goes by the client's field, the upstream by the service's.
        #expect(test.questions.first?.values("authorization") == ["Bearer x"])
        let headers = try #require(result.upstreamRequest?.headers)
        #expect(headers.values("x-user") == [])
        #expect(headers.values("x_user") == [])
        #expect(headers.values("x-groups") == ["a", "b"])
        #expect(headers.values("authorization") == ["internal"])
        #expect(headers["x-other"] == nil)
    }

    @Test func consentMayReachTheClient() throws {
        let test = AuthTest(
            [
                "http": ["cluster": "authz"],
                "client-headers-on-success": ["set-cookie", "x-session"],
            ]
        ) { _ in
            CallResponse.http(
                200, ["set-cookie": "s=1", "x-session": "new", "X-Session": "newer", "x-b": "1"])
        }
        let result = try test.chain().exchange(TestRequest()) { _ in
            TestResponse(headers: ["set-cookie": "u=1", "x-session": "old", "x-c": "1"])
        }
        let headers = try #require(result.response?.headers)
        #expect(headers.values("set-cookie") == ["u=1", "s=1"])
        #expect(headers.values("x-session") == ["new", "newer"])
        #expect(headers["x-b"] == nil)
        #expect(headers["x-c"] == "1")
    }

    @Test func theServiceNamesTheClient() throws {
        let test = AuthTest(
            ["http": ["cluster": "authz"], "identity-header": "x-auth-client"]
        ) { request in
            CallResponse.http(200, ["x-auth-client": request.values("authorization").first ?? ""])
        }
        let names = try ["alice", nil].map { who in
            let watcher = Watcher()
            let chain = try FilterTest(
                [
                    TestFilter(
                        ExternalAuth.self,
                        ["http": ["cluster": "authz"], "identity-header": "x-auth-client"]),
                    TestFilter("watcher", [.requestHeaders]) { watcher },
                ], services: test.services)
            _ = try chain.exchange(
                TestRequest(headers: who.map { ["authorization": $0] } ?? [:]))
            return watcher.client.map { "\($0.name) by \($0.source)" }
        }
        #expect(names == ["alice by external-auth", nil])
    }

    @Test func bodiesAreSentWhenAskedFor() throws {
        let test = AuthTest(["http": ["cluster": "authz"], "body": ["max": 8]]) { request in
            CallResponse.http(request.body == "let me" ? 200 : 403)
        }
        let allowed = try test.exchange(
            TestRequest("PUT", headers: ["content-type": "text/plain"], body: "let me"))
        #expect(allowed.response?.status == 200)
        #expect(allowed.upstreamRequest?.body == "let me")
        #expect(test.questions.first?.method == .post)
        #expect(test.questions.first?.values("content-type") == ["text/plain"])
        #expect(try test.exchange(TestRequest("PUT", body: "go")).response?.status == 403)
        #expect(try test.exchange(TestRequest("GET")).response?.status == 403)
        let large = try test.exchange(TestRequest("PUT", body: "let me in"))
        #expect(large.response?.status == 413)
        #expect(large.cause == "request_buffer_overflow")
        #expect(test.questions.count == 3)
    }

    @Test func othersAreNotAskedAbout() throws {
        let test = AuthTest(
            [
                "http": ["cluster": "authz"], "when": ["paths": "/admin/**"],
                "upstream-headers": ["x-user"],
            ]
        ) { _ in CallResponse.http(403) }
        #expect(try test.exchange(TestRequest("GET", "/admin/a")).response?.status == 403)
        let other = try test.exchange(TestRequest("GET", "/b", headers: ["x-user": "root"]))
        #expect(other.response?.status == 200)
        #expect(other.upstreamRequest?.headers["x-user"] == nil)
        #expect(test.questions.count == 1)
    }

    @Test func methodsWithoutANameOfTheirOwnCanNotBePassedOn() throws {
        let test = AuthTest(["http": ["cluster": "authz", "method": "original"]]) { _ in
            CallResponse.http(200)
        }
        #expect(try test.exchange(TestRequest("PURGE")).cause == "external_auth_error")
        #expect(test.questions.isEmpty)
    }

    @Test func everyDeliveryComesToTheSame() throws {
        let configuration: TestConfiguration = [
            "http": ["cluster": "authz"], "upstream-headers": ["x-user"], "body": ["max": 64],
            "client-headers-on-success": ["x-session"],
        ]
        let request = TestRequest("POST", headers: ["x-user": "root"], body: "abc")
        let allowing = AuthTest(configuration) { _ in
            CallResponse.http(200, ["x-user": "alice", "x-session": "1"])
        }
        let allowed = try allowing.chain().everySplit(request)
        #expect(allowed.isRequestComplete)
        #expect(allowed.upstreamRequest?.headers["x-user"] == "alice")
        let denying = AuthTest(configuration) { _ in CallResponse.http(401, [:], "no") }
        #expect(try denying.chain().everySplit(request).response?.status == 401)
        let plain = AuthTest(["http": ["cluster": "authz"]]) { _ in CallResponse.http(200) }
        #expect(try plain.chain().everySplit(request).isRequestComplete)
    }

    @Test func decisionsAreNotedForTraces() throws {
        let test = AuthTest(plain) { _ in CallResponse.http(200) }
        let watcher = Watcher()
        let chain = try FilterTest(
            [
                TestFilter("watcher", [.requestHeaders, .streamComplete]) { watcher },
                TestFilter(ExternalAuth.self, plain),
            ], services: test.services)
        _ = try chain.exchange()
        #expect(watcher.events.contains("external_auth.decision outcome=allowed"))
    }
}

/// Records what filters know of a stream.
private final class Watcher: HTTPFilter, @unchecked Sendable {
    private(set) var client: ClientIdentity?
    private(set) var events: [String] = []

    func requestHeaders(_ request: RequestHead, _ stream: FilterStream) -> Verdict {
        client = stream.client
        stream.recordsEvents = true
        return .continue
    }

    func streamComplete(_ stream: FilterStream) {
        events = stream.events.map { event in
            ([event.name] + event.attributes.map { "\($0.name)=\($0.value)" })
                .joined(separator: " ")
        }
    }
}
