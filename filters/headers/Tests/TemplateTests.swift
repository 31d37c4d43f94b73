import HeadersFilter
import Testing
import WeirBase
import WeirFilter
import WeirTesting

@Suite struct TemplateTests {
    private var request: TestRequest {
        var request = TestRequest(
            "POST", "/v1/users/a%20b?q=1",
            headers: ["X-Name": "Ann", "x-name": "Bob", "x-request-id": "id-1"], body: "abc")
        request.authority = "api.example:8443"
        request.captures = ["version": "v1", "user": "a%20b"]
        return request
    }

    private func rendered(
        _ template: String, side: String = "request", _ request: TestRequest? = nil
    ) throws -> String? {
        let changes: TestConfiguration = ["set": ["x-out": .text(template)]]
        let test = try FilterTest(Headers.self, .mapping([(key: side, value: changes)]))
        test.place = StreamPlace(listener: "edge", route: "users")
        let result = try test.everySplit(request ?? self.request) { _ in TestResponse(404) }
        return side == "request"
            ? result.upstreamRequest?.headers["x-out"] : result.response?.headers["x-out"]
    }

    @Test(arguments: [
        ("plain text", "plain text"),
        ("{client-address}", "192.0.2.1"),
        ("{route}", "users"),
        ("{listener}", "edge"),
        ("{host}", "api.example"),
        ("{path}", "/v1/users/a%20b"),
        ("{method}", "POST"),
        ("{request-id}", "id-1"),
        ("{header:X-NAME}", "Ann"),
        ("{capture:user}", "a%20b"),
        ("https://{host}{path}!", "https://api.example/v1/users/a%20b!"),
        ("{{{capture:version}}}", "{v1}"),
        ("{{}}", "{}"),
        ("<{header:x-none}{capture:none}>", "<>"),
        ("gr\u{fc}n \u{1f600}", "gr\u{fc}n \u{1f600}"),
    ])
    func variablesStandForWhatTheGatewayKnows(template: String, expected: String) throws {
        #expect(try rendered(template) == expected)
        #expect(try rendered(template, side: "response") == expected)
    }

    @Test func statusIsKnownInResponses() throws {
        #expect(try rendered("{status} on {path}", side: "response") == "404 on /v1/users/a%20b")
    }

    @Test func otherMethodsAndHosts() throws {
        var request = TestRequest("PURGE")
        request.authority = "[2001:db8::1]:80"
        request.client = IPAddress("2001:db8::2")
        #expect(
            try rendered("{method} {host} {client-address}", request)
                == "PURGE [2001:db8::1] 2001:db8::2")
    }

    @Test func whatIsMissingIsEmptyAndSetsNothing() throws {
        var request = TestRequest()
        request.client = nil
        #expect(try rendered("{client-address}", request) == nil)
        #expect(try rendered("{header:x-none}", request) == nil)
        #expect(try rendered("  {header:x-none}  ", request) == nil)
    }

    @Test func anEmptyValueRemovesWhatTheClientSent() throws {
        let test = try FilterTest(
            Headers.self,
            [
                "request": [
                    "set": ["x-user": "{header:x-auth}"], "add": ["x-b": "{header:x-none}"],
                    "append": ["x-c": "{header:x-none}"],
                ]
            ])
        let result = try test.exchange(
            TestRequest(headers: ["x-user": "forged", "x-b": "1", "x-c": "2"]))
        #expect(result.upstreamRequest?.headers.values("x-user") == [])
        #expect(result.upstreamRequest?.headers.values("x-b") == ["1"])
        #expect(result.upstreamRequest?.headers.values("x-c") == ["2"])
    }

    @Test func controlCharactersOfOtherFiltersGoNoFurther() throws {
        let splitting = TestFilter("split", [.requestHeaders]) { PathSplitter() }
        let test = try FilterTest([
            splitting, TestFilter(Headers.self, ["request": ["set": ["x-out": "a{path}"]]]),
        ])
        let result = try test.exchange(TestRequest(headers: ["x-out": "old"]))
        #expect(result.upstreamRequest?.headers["x-out"] == nil)
    }

    @Test(arguments: [
        "{", "}", "a{b", "{path", "{path}}", "{{path}", "{}", "{nope}", "{header:}",
        "{header:a b}", "{capture:}", "{PATH}", "{status}", "a\rb", "a\nb", "a\u{0}b", "a\u{7f}b",
    ])
    func mistakesAreFoundAtLoad(template: String) {
        let filter = TestFilter(
            Headers.self, ["request": ["set": ["x-out": .text(template)]]])
        #expect(filter.configurationError?.path == ["request", "set", "x-out"])
    }

    @Test func anUnknownVariableIsAnsweredWithTheKnownOnes() {
        let filter = TestFilter(Headers.self, ["response": ["add": ["x-a": "{remote-ip}"]]])
        #expect(filter.configurationError?.message.contains("client-address") == true)
    }

    /// Does what no filter should.
    private final class PathSplitter: HTTPFilter {
        func requestHeaders(_ request: RequestHead, _ stream: FilterStream) -> Verdict {
            request.path = "/\r\nx-evil: 1"
            return .continue
        }
    }
}
