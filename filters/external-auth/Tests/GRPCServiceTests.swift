import SwiftProtobuf
import Testing
import WeirBase
import WeirFilter
import WeirTesting

@testable import ExternalAuthFilter

/// Envoy's protocol.
@Suite struct GRPCServiceTests {
    private typealias Option = Envoy_Config_Core_V3_HeaderValueOption

    private let plain: TestConfiguration = [
        "grpc": ["cluster": "authz", "context": ["team": "edge"]]
    ]

    @Test func theServiceIsToldWhoAsksForWhat() throws {
        let test = AuthTest(plain) { _ in CallResponse.check { _ in } }
        let chain = try test.chain()
        chain.security = ConnectionSecurity(
            version: "TLSv1.3", cipher: "", serverName: "api.example.com",
            applicationProtocol: "h2", isResumed: false,
            peer: PeerCertificate(
                isVerified: true, subject: "CN=build", issuer: "", serial: "", fingerprint: "",
                dnsNames: ["build.example"], uris: ["spiffe://example/build"]))
        test.services.setTime(unixSeconds: 1_800_000_000)
        var request = TestRequest(
            "POST", "/a/b?c=d",
            headers: [
                "X-A": "1", "x-a": "2", "cookie": "a=1", "Cookie": "b=2", "x-request-id": "id-1",
                "connection": "close", "content-length": "4",
            ], body: "body")
        request.authority = "api.example.com:8443"
        request.scheme = .https
        #expect(try chain.exchange(request).response?.status == 200)

        let question = try #require(test.questions.first)
        #expect(question.path == "/envoy.service.auth.v3.Authorization/Check")
        #expect(question.timeout == .milliseconds(200))
        let told = try question.message()
        #expect(told.source.address.socketAddress.address == "192.0.2.1")
        #expect(told.source.principal == "spiffe://example/build")
        #expect(told.request.time.seconds == 1_800_000_000)
        #expect(told.contextExtensions == ["team": "edge"])
        #expect(told.tlsSession.sni == "api.example.com")
        let http = told.request.http
        #expect(http.id == "id-1")
        #expect(http.method == "POST")
        #expect(http.path == "/a/b?c=d")
        #expect(http.host == "api.example.com:8443")
        #expect(http.scheme == "https")
        #expect(http.protocol == "HTTP/1.1")
        #expect(http.size == 4)
        #expect(http.body == "")
        #expect(
            http.headers == [
                ":method": "POST", ":path": "/a/b?c=d", ":authority": "api.example.com:8443",
                ":scheme": "https", "x-a": "1,2", "cookie": "a=1; b=2", "x-request-id": "id-1",
            ])
    }

    @Test func chosenFieldsOnly() throws {
        let test = AuthTest(
            ["grpc": ["cluster": "authz"], "request-headers": ["x-a"]]
        ) { _ in CallResponse.check { _ in } }
        var request = TestRequest(headers: ["x-a": "1", "x-b": "2"])
        request.client = nil
        _ = try test.exchange(request)
        let told = try #require(test.questions.first).message()
        #expect(told.request.http.headers.keys.filter { !$0.hasPrefix(":") } == ["x-a"])
        #expect(told.request.http.size == -1)
        #expect(told.source.address.pipe.path == "")
        #expect(told.source.principal == "")
    }

    @Test func consentChangesTheRequest() throws {
        let test = AuthTest(plain) { _ in
            CallResponse.check { answer in
                answer.okResponse.headers = [
                    Option.setting("X-User", "alice"), Option.setting("x-more", "b", append: true),
                    Option.setting("x-new", "n", action: .addIfAbsent),
                    Option.setting("x-more2", "kept out", action: .addIfAbsent),
                    Option.setting("x-absent", "no", action: .overwriteIfExists),
                    Option.setting("x-there", "yes", action: .overwriteIfExists),
                    Option.setting("x-empty", ""),
                ]
                answer.okResponse.headersToRemove = ["x-secret"]
                answer.okResponse.responseHeadersToAdd = [
                    Option.setting("x-answer", "1", append: true),
                    Option.setting("x-served", "weir", append: false),
                ]
                answer.okResponse.queryParametersToRemove = ["token"]
                answer.okResponse.queryParametersToSet = [
                    .with {
                        $0.key = "user"
                        $0.value = "a b&c"
                    }
                ]
            }
        }
        let result = try test.chain().exchange(
            TestRequest(
                "GET", "/a?token=1&user=root&x=1",
                headers: [
                    "x-user": "root", "x-more": "a", "x-more2": "a", "x-there": "no",
                    "x-secret": "1",
                ])
        ) { _ in TestResponse(headers: ["x-answer": "0", "x-served": "origin"]) }
        let request = try #require(result.upstreamRequest)
        #expect(request.target == "/a?x=1&user=a%20b%26c")
        #expect(request.headers.values("x-user") == ["alice"])
        #expect(request.headers.values("x-more") == ["a", "b"])
        #expect(request.headers.values("x-more2") == ["a"])
        #expect(request.headers["x-new"] == "n")
        #expect(request.headers["x-absent"] == nil)
        #expect(request.headers["x-there"] == "yes")
        #expect(request.headers["x-empty"] == nil)
        #expect(request.headers["x-secret"] == nil)
        #expect(result.response?.headers.values("x-answer") == ["0", "1"])
        #expect(result.response?.headers.values("x-served") == ["weir"])
    }

    @Test func whatTheGatewayAloneDecidesIsRefused() throws {
        let test = AuthTest(plain) { _ in
            CallResponse.check { answer in
                answer.okResponse.headers = [
                    Option.setting("content-length", "1"), Option.setting(":path", "/admin"),
                    Option.setting("Host", "internal"),
                    Option.setting("transfer-encoding", "chunked"),
                    Option.setting("x y", "1"), Option.setting("x-ok", "a\r\nx-evil: 1"),
                ]
                answer.okResponse.headersToRemove = ["host", "content-length"]
            }
        }
        let result = try test.exchange(
            TestRequest("POST", headers: ["content-length": "2", "host": "a"], body: "ab"))
        let headers = try #require(result.upstreamRequest?.headers)
        #expect(headers["content-length"] == "2")
        #expect(headers["host"] == "a")
        #expect(headers["transfer-encoding"] == nil)
        #expect(headers["x-ok"] == "a  x-evil: 1")
        #expect(test.services.count("weir_external_auth_refused_fields_total") == 7)
    }

    @Test func refusalsAreTheServices() throws {
        let test = AuthTest(plain) { _ in
            CallResponse.check { answer in
                answer.status.code = 16
                answer.deniedResponse.status.code = 401
                answer.deniedResponse.body = "who are you?"
                answer.deniedResponse.headers = [
                    Option.setting("www-authenticate", "Bearer"),
                    Option.setting("set-cookie", "a=1"),
                    Option.setting("set-cookie", "b=2", append: true),
                    Option.setting("content-length", "9999"),
                ]
            }
        }
        let result = try test.exchange()
        #expect(result.response?.status == 401)
        #expect(result.response?.body == "who are you?")
        #expect(result.response?.headers["www-authenticate"] == "Bearer")
        #expect(result.response?.headers.values("set-cookie") == ["a=1", "b=2"])
        #expect(result.response?.headers.values("content-length") != ["9999"])
        #expect(result.cause == "external_auth_denied")
        #expect(test.count("denied") == 1)
    }

    @Test(arguments: [
        (0, 403), (200, 200), (204, 403), (302, 302), (304, 403), (99, 403), (700, 403),
    ])
    func statusesThatAreNoneBecome403(_ given: Int32, _ status: Int) throws {
        let test = AuthTest(plain) { _ in
            CallResponse.check { answer in
                answer.status.code = 7
                if given != 0 { answer.deniedResponse.status.code = given }
            }
        }
        let result = try test.exchange()
        #expect(result.response?.status == status)
        #expect(result.cause == "external_auth_denied")
    }

    @Test func otherAnswersAreErrors() throws {
        let answers: [CallResult] = [
            .failure(CallFailure("connect_failed")),
            .success(CallResponse(status: 503)),
            .success(
                CallResponse(
                    status: 200,
                    trailers: (["grpc-status": "12"] as TestFields).headerMap)),
            .success(
                CallResponse(
                    status: 200, body: ByteString([0, 0, 0, 0, 2, 0xFF, 0xFF]),
                    trailers: (["grpc-status": "0"] as TestFields).headerMap)),
            CallResponse.check { answer in
                answer.status.code = 14
                answer.errorResponse.status.code = 200
            },
        ]
        for answer in answers {
            let test = AuthTest(plain) { _ in answer }
            let result = try test.exchange()
            #expect(result.response?.status == 403)
            #expect(result.cause == "external_auth_error")
            #expect(test.count("error") == 1)
        }
        let late = AuthTest(plain) { _ in
            .success(
                CallResponse(
                    status: 200, headers: (["grpc-status": "4"] as TestFields).headerMap))
        }
        #expect(try late.exchange().cause == "external_auth_timeout")
    }

    @Test func bodiesAreTextOrBytes() throws {
        func told(_ form: TestConfiguration) throws -> (String, [UInt8], Int64) {
            let test = AuthTest(
                ["grpc": ["cluster": "authz"], "body": ["max": "1KiB", "as": form]]
            ) { _ in CallResponse.check { _ in } }
            let request = TestRequest("POST", body: ByteString([0x61, 0xFF]))
            #expect(try test.exchange(request).upstreamRequest?.body == request.body)
            let http = try #require(test.questions.first).message().request.http
            return (http.body, Array(http.rawBody), http.size)
        }
        #expect(try told("text") == ("a\u{FFFD}", [], 2))
        #expect(try told("bytes") == ("", [0x61, 0xFF], 2))
        #expect(try told(nil) == ("a\u{FFFD}", [], 2))
    }

    @Test func theServiceNamesTheClientAndItsClaims() throws {
        let test = AuthTest(
            ["grpc": ["cluster": "authz"], "identity-header": "x-user"]
        ) { _ in
            CallResponse.check { answer in
                answer.okResponse.headers = [Option.setting("x-user", "alice")]
                answer.dynamicMetadata.fields = [
                    "tier": .init(stringValue: "gold"), "level": .init(numberValue: 3),
                    "roles": .init(listValue: [.init(stringValue: "a"), .init(boolValue: true)]),
                ]
            }
        }
        let identity = Found()
        let chain = try FilterTest(
            [
                TestFilter(
                    ExternalAuth.self,
                    ["grpc": ["cluster": "authz"], "identity-header": "x-user"]),
                TestFilter("found", [.requestHeaders]) { identity },
            ], services: test.services)
        _ = try chain.exchange()
        let client = try #require(identity.client)
        #expect(client.name == "alice")
        #expect(client.claims["tier"] == .string("gold"))
        #expect(client.claims["level"] == .integer(3))
        #expect(client.claims["roles"] == .array([.string("a"), .bool(true)]))
    }

    @Test func everyDeliveryComesToTheSame() throws {
        let test = AuthTest(
            ["grpc": ["cluster": "authz"], "body": ["max": "1KiB"]]
        ) { _ in
            CallResponse.check { $0.okResponse.headers = [Option.setting("x-user", "alice")] }
        }
        let request = TestRequest("POST", headers: ["x-a": "1"], body: "abc")
        #expect(
            try test.chain().everySplit(request).upstreamRequest?.headers["x-user"] == "alice")
    }
}

/// Keeps who the client was found to be.
private final class Found: HTTPFilter, @unchecked Sendable {
    private(set) var client: ClientIdentity?

    func requestHeaders(_ request: RequestHead, _ stream: FilterStream) -> Verdict {
        client = stream.client
        return .continue
    }
}
