import HeadersFilter
import Testing
import WeirBase
import WeirFilter
import WeirTesting

@Suite struct HeadersTests {
    private func request(
        _ changes: TestConfiguration, _ fields: TestFields = [:]
    ) throws -> TestFields {
        let test = try FilterTest(Headers.self, ["request": changes])
        let result = try test.everySplit(TestRequest("POST", headers: fields, body: "abc"))
        return try #require(result.upstreamRequest).headers
    }

    private func response(
        _ changes: TestConfiguration, _ fields: TestFields = [:]
    ) throws -> TestFields {
        let test = try FilterTest(Headers.self, ["response": changes])
        let result = try test.everySplit { _ in TestResponse(headers: fields) }
        return try #require(result.response).headers
    }

    @Test func withoutConfigurationNothingHappens() throws {
        #expect(try FilterTest(Headers.self).everySplit().calls.isEmpty)
        #expect(try FilterTest(Headers.self, ["request": nil]).everySplit().calls.isEmpty)
    }

    @Test func onlyTheHeadsWithRulesAreVisited() throws {
        let test = try FilterTest(Headers.self, ["response": ["remove": ["server"]]])
        #expect(try test.everySplit().phases(of: "headers") == [.responseHeaders])
    }

    @Test func setLeavesOneValue() throws {
        let changes: TestConfiguration = ["set": ["X-A": "new"]]
        #expect(try request(changes).values("x-a") == ["new"])
        #expect(
            try request(changes, ["x-a": "1", "x-b": "2", "X-A": "3"]).values("x-a") == ["new"])
        #expect(try response(changes, ["x-a": "1"]).values("x-a") == ["new"])
    }

    @Test func addPutsALineBesideTheOthers() throws {
        let changes: TestConfiguration = ["add": ["x-a": "new"]]
        #expect(try request(changes, ["x-a": "old"]).values("x-a") == ["old", "new"])
        #expect(try response(changes).values("x-a") == ["new"])
        let cookies = try response(["add": ["set-cookie": "b=2"]], ["set-cookie": "a=1"])
        #expect(cookies.values("set-cookie") == ["a=1", "b=2"])
    }

    @Test func appendExtendsTheLastValue() throws {
        let changes: TestConfiguration = ["append": ["x-a": "new"]]
        #expect(try request(changes).values("x-a") == ["new"])
        #expect(try request(changes, ["x-a": "1", "x-a": "2"]).values("x-a") == ["1", "2, new"])
        #expect(try request(changes, ["x-a": ""]).values("x-a") == ["new"])
    }

    @Test func removeTakesEveryLine() throws {
        let changes: TestConfiguration = ["remove": ["X-A", "server"]]
        let fields = try request(changes, ["x-a": "1", "x-b": "2", "X-a": "3"])
        #expect(fields.values("x-a").isEmpty)
        #expect(fields["x-b"] == "2")
    }

    @Test func orderIsSetAddAppendRemove() throws {
        let fields = try request(
            [
                "append": ["x-a": "3"], "add": ["x-a": "2"], "set": ["x-a": "1"],
                "remove": ["x-gone"],
            ],
            ["x-a": "0", "x-gone": "1"])
        #expect(fields.values("x-a") == ["1", "2, 3"])
        #expect(fields["x-gone"] == nil)
    }

    @Test func aFieldCanBeRenamed() throws {
        let fields = try request(
            ["set": ["x-new": "{header:x-old}"], "remove": ["x-old"]], ["X-Old": "value"])
        #expect(fields["x-new"] == "value")
        #expect(fields["x-old"] == nil)
    }

    @Test func fieldsKeepTheOrderOfTheFile() throws {
        let test = try FilterTest(
            Headers.self, ["response": ["set": ["x-c": "1", "x-a": "2", "x-b": "3"]]])
        let lines = try #require(try test.exchange().response).headers.lines
        #expect(lines.map(\.name) == ["x-c", "x-a", "x-b"])
    }

    @Test func answersOfLaterFiltersAreChangedToo() throws {
        let test = try FilterTest([
            TestFilter(Headers.self, ["response": ["set": ["x-status": "{status}"]]]),
            TestFilter("refuse", [.requestHeaders]) { Refuser() },
        ])
        #expect(try test.exchange().response?.headers["x-status"] == "401")
    }

    @Test func oneObjectServesAllStreams() throws {
        let factory = try Headers(
            Headers.Configuration(request: Headers.Changes(set: ["x-a": "{path}"])))
        #expect(factory.makeFilter() === factory.makeFilter())
        #expect(factory.phases == [.requestHeaders])
    }

    @Test func configurationIsChecked() throws {
        func error(_ configuration: TestConfiguration) -> ConfigurationError? {
            TestFilter(Headers.self, configuration).configurationError
        }
        for name in ["content-length", "Transfer-Encoding", "connection", "te", "upgrade"] {
            let setting = TestConfiguration.mapping([(key: name, value: .text("1"))])
            let found = error(["request": ["remove": [.text(name)]]])
            #expect(found?.path == ["request", "remove", "0"])
            #expect(found?.message.contains("gateway itself decides") == true)
            #expect(
                error(["response": ["set": setting]])?.path
                    == ["response", "set", name])
        }
        #expect(error(["request": ["set": ["Host": "a"]]])?.message.contains("route") == true)
        #expect(error(["request": ["set": ["x a": "1"]]])?.path == ["request", "set", "x a"])
        #expect(error(["request": ["set": ["": "1"]]])?.path == ["request", "set", ""])
        #expect(
            error(["request": ["set": ["x-a": "1", "X-A": "2"]]])?.path
                == ["request", "set", "X-A"])
        #expect(error(["request": ["set": ["x-a": ""]]])?.message.contains("remove") == true)
        #expect(
            error(["response": ["append": ["set-cookie": "a=b"]]])?.path
                == ["response", "append", "set-cookie"])
        #expect(error(["request": ["sett": [:]]])?.path == ["request", "sett"])
        #expect(error(["request": ["set": ["x-a": ["1"]]]])?.path == ["request", "set", "x-a"])
        #expect(error(["requests": [:]])?.path == ["requests"])
    }

    @Test func documentationFitsTheConfiguration() throws {
        let all: TestConfiguration = ["request": [:], "response": [:]]
        #expect(try TestFilter(Headers.self, all).documentationErrors() == [])
        #expect(FilterType(Headers.self).routeOverride == .merge)
    }

    private final class Refuser: HTTPFilter {
        func requestHeaders(_ request: RequestHead, _ stream: FilterStream) -> Verdict {
            .respond(LocalResponse(status: 401, cause: "refused"))
        }
    }
}
