import AccessFilter
import Testing
import WeirBase
import WeirFilter
import WeirTesting

/// What `weir explain` and traces are told.
@Suite struct AccessExplainTests {
    private func lines(
        _ configuration: TestConfiguration, _ method: String = "GET", _ path: String = "/"
    ) throws -> [String] {
        let stream = FilterStream(driver: nil)
        let name = ByteString(method)
        stream.request.method = Method(name.span)
        stream.request.path = ByteString(path)
        // Explanations are made of a file that is only read: nothing is provisioned.
        let filter = TestFilter(Access.self, configuration)
        return try filter.makeFactory().explain(stream)
    }

    private let rules: TestConfiguration = [
        "rules": [
            ["name": "posts", "allow": ["methods": "POST", "paths": "/api/**"]],
            ["name": "admins", "deny": ["paths": "/admin/**"]],
            ["name": "soon", "deny": ["methods": "GET"], "shadow": true],
            ["allow": ["paths": "/api/**"]],
        ]
    ]

    @Test func theRuleThatDecidesComesFirst() throws {
        #expect(try lines(rules, "POST", "/api/a") == ["rule 1 `posts` allows"])
        #expect(
            try lines(rules, "GET", "/admin/a") == [
                "rule 2 `admins` denies, with 403",
                "rule 1 `posts` does not hold: methods, paths",
            ])
        #expect(
            try lines(rules, "GET", "/api/a") == [
                "rule 4 `rule-4` allows", "rule 3 `soon` would deny, in shadow",
                "rule 1 `posts` does not hold: methods", "rule 2 `admins` does not hold: paths",
            ])
        #expect(
            try lines(rules, "PUT", "/x") == [
                "no rule matches: default deny, with 403",
                "rule 2 `admins` does not hold: paths", "rule 3 `soon` does not hold: methods",
                "rule 4 `rule-4` does not hold: paths", "nor does 1 other",
            ])
    }

    @Test func withoutRules() throws {
        #expect(try lines(["rules": []]) == ["there is no rule: default deny, with 403"])
        #expect(
            try lines(["rules": [], "default": "allow"]) == ["there is no rule: default allow"])
        #expect(
            try lines(["rules": [], "challenge": "Bearer"])
                == ["there is no rule: default deny, with 403"])
        #expect(
            try lines(["rules": [["allow": ["clients": "ann"]]], "challenge": "Bearer"])
                == [
                    "no rule matches: default deny, with 401",
                    "rule 1 `rule-1` does not hold: clients",
                ])
        #expect(
            try lines(["rules": [["deny": "all"]], "shadow": true])
                == ["rule 1 `rule-1` denies, in shadow: the request goes on"])
    }

    @Test func tracesAreToldTheRule() throws {
        let recorder = TestFilter("recorder", [.requestHeaders]) { Recorder() }
        let seen = Seen()
        let reader = TestFilter("reader", [.requestHeaders]) { Reader(seen) }
        let test = try FilterTest([recorder, TestFilter(Access.self, rules), reader])
        _ = try test.exchange(TestRequest("GET", "/api/a"))
        let notes = seen.events.map { event in
            [event.name] + event.attributes.map { "\($0.name)=\($0.value)" }
        }
        #expect(
            notes == [
                ["access.decision", "rule=soon", "decision=deny", "mode=shadow"],
                ["access.decision", "rule=rule-4", "decision=allow", "mode=enforced"],
            ])
    }

    private final class Recorder: HTTPFilter {
        func requestHeaders(_ request: RequestHead, _ stream: FilterStream) -> Verdict {
            stream.recordsEvents = true
            return .continue
        }
    }

    /// What the filter behind has seen; one test's thread alone touches it.
    private final class Seen: @unchecked Sendable {
        var events: [StreamEvent] = []
    }

    private final class Reader: HTTPFilter {
        let seen: Seen

        init(_ seen: Seen) { self.seen = seen }

        func requestHeaders(_ request: RequestHead, _ stream: FilterStream) -> Verdict {
            seen.events = stream.events
            return .continue
        }
    }
}
