import Testing
import WeirBase
import WeirFilter
import WeirTesting

@testable import ExternalAuthFilter

/// Fields that a service sets in Envoy's protocol.
@Suite struct GRPCFieldTests {
    private typealias Option = Envoy_Config_Core_V3_HeaderValueOption

    private func denied(_ fields: [Option], onError: TestConfiguration = "deny") throws
        -> (TestFields, Int)
    {
        let test = AuthTest(
            ["grpc": ["cluster": "authz"], "response-limit": "1MiB", "on-error": onError]
        ) { _ in
            CallResponse.check { answer in
                answer.status.code = 7
                answer.deniedResponse.headers = fields
            }
        }
        let result = try test.exchange()
        #expect(result.cause == "external_auth_denied")
        return (
            try #require(result.response?.headers),
            test.services.count("weir_external_auth_refused_fields_total")
        )
    }

    @Test func refusalsKeepEachCookie() throws {
        let (headers, _) = try denied([
            Option.setting("set-cookie", "a=1"), Option.setting("set-cookie", "b=2"),
            Option.setting("set-cookie", "c=3", append: false),
            Option.setting("www-authenticate", "Basic"),
            Option.setting("www-authenticate", "Bearer"),
            Option.setting("x-one", "1"), Option.setting("x-one", "2", append: false),
            Option.setting("x-two", "1"),
            Option.setting("x-two", "2", action: .overwriteIfExistsOrAdd),
            Option.setting("x-three", "1"), Option.setting("x-three", "2", action: .addIfAbsent),
            Option.setting("x-four", "1", action: .overwriteIfExists),
        ])
        #expect(headers.values("set-cookie") == ["a=1", "b=2", "c=3"])
        #expect(headers.values("www-authenticate") == ["Basic", "Bearer"])
        #expect(headers.values("x-one") == ["2"])
        #expect(headers.values("x-two") == ["2"])
        #expect(headers.values("x-three") == ["1"])
        #expect(headers["x-four"] == nil)
    }

    @Test func consentsAddToTheResponse() throws {
        let test = AuthTest(["grpc": ["cluster": "authz"]]) { _ in
            CallResponse.check { answer in
                answer.okResponse.headers = [Option.setting("x-user", "alice")]
                answer.okResponse.responseHeadersToAdd = [
                    Option.setting("set-cookie", "a=1"), Option.setting("set-cookie", "b=2"),
                    Option.setting("x-served", "weir", action: .overwriteIfExistsOrAdd),
                ]
            }
        }
        let result = try test.chain().exchange(TestRequest(headers: ["x-user": "root"])) { _ in
            TestResponse(headers: ["set-cookie": "u=1", "x-served": "origin"])
        }
        #expect(result.response?.headers.values("set-cookie") == ["u=1", "a=1", "b=2"])
        #expect(result.response?.headers.values("x-served") == ["weir"])
        // The client's never stays beside the service's unless `append` says so.
        #expect(result.upstreamRequest?.headers.values("x-user") == ["alice"])
    }

    private static let longName = "x-" + String(repeating: "a", count: 70_000)
    private static let longValue = String(repeating: "v", count: 65_537)

    @Test func longNamesAndValuesAreRefused() throws {
        let fields = [
            Option.setting(Self.longName, "1"), Option.setting("x-long", Self.longValue),
            Option.setting("x-a", "1"), Option.setting(String(repeating: "b", count: 1024), "1"),
        ]
        let (headers, refused) = try denied(fields, onError: "allow")
        #expect(headers["x-a"] == "1")
        #expect(headers["x-long"] == nil)
        #expect(headers[String(repeating: "b", count: 1024)] == "1")
        #expect(refused == 2)
    }

    @Test func consentsHaveNoLongNamesOrValues() throws {
        func consent(_ fields: [Option]) throws -> (TestResult, AuthTest) {
            let test = AuthTest(["grpc": ["cluster": "authz"], "response-limit": "1MiB"]) { _ in
                CallResponse.check { answer in
                    answer.okResponse.headers = fields
                    answer.okResponse.headersToRemove = [Self.longName]
                }
            }
            return (try test.exchange(TestRequest(headers: ["x-role": "root"])), test)
        }
        let (named, test) = try consent([Option.setting(Self.longName, "1")])
        #expect(named.response?.status == 200)
        #expect(test.services.count("weir_external_auth_refused_fields_total") == 2)
        // Without the field the client's would pass for it.
        let (valued, _) = try consent([Option.setting("x-role", Self.longValue)])
        #expect(valued.response?.status == 403)
        #expect(valued.cause == "external_auth_error")
    }
}
