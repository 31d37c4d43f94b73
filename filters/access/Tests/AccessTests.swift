import AccessFilter
import Testing
import WeirBase
import WeirFilter
import WeirTesting

@Suite struct AccessTests {
    private let rules: TestConfiguration = [
        "rules": [
            ["name": "health", "allow": ["paths": "/health"]],
            ["name": "no-deletes", "deny": ["methods": "DELETE"]],
            [
                "name": "admins",
                "allow": ["paths": "/admin/**", "claims": ["role": "admin"]],
            ],
            ["allow": ["paths": "/public/**"]],
        ]
    ]

    private let admin = ClientIdentity(
        name: "alice", source: "jwt",
        claims: .object([JSONValue.Member("role", .array([.string("user"), .string("admin")]))]))

    private func status(
        _ test: FilterTest, _ method: String = "GET", _ target: String = "/"
    ) throws -> Int? {
        let result = try test.exchange(TestRequest(method, target))
        let isIn = result.response?.status == 200
        #expect((result.upstreamRequest != nil) == isIn)
        return result.response?.status
    }

    @Test func theFirstRuleThatHoldsDecides() throws {
        let test = try FilterTest(Access.self, rules)
        #expect(try status(test, "GET", "/health") == 200)
        #expect(try status(test, "DELETE", "/health") == 200)
        #expect(try status(test, "DELETE", "/public/a") == 403)
        #expect(try status(test, "GET", "/public/a") == 200)
        #expect(try status(test, "GET", "/other") == 403)
    }

    @Test func claimsThatAreMissingDoNotHold() throws {
        let test = try FilterTest(Access.self, rules)
        #expect(try status(test, "GET", "/admin/x") == 403)
        test.identities = [ClientIdentity(name: "bob", source: "jwt")]
        #expect(try status(test, "GET", "/admin/x") == 403)
        test.identities = [admin]
        #expect(try status(test, "GET", "/admin/x") == 200)
        #expect(try status(test, "DELETE", "/admin/x") == 403)
    }

    @Test func theDefaultIsDenyUnlessSaidOtherwise() throws {
        #expect(try status(FilterTest(Access.self, ["rules": []])) == 403)
        #expect(try status(FilterTest(Access.self, ["rules": [], "default": "allow"])) == 200)
        #expect(try status(FilterTest(Access.self, ["rules": [["allow": "all"]]])) == 200)
        let denied = try FilterTest(
            Access.self, ["rules": [["deny": "all"]], "default": "allow"])
        #expect(try status(denied) == 403)
    }

    @Test func theAnswerIsAsItIsSet() throws {
        let test = try FilterTest(
            Access.self, ["rules": [], "status": 404, "body": "nothing here"])
        let result = try test.exchange()
        #expect(result.response?.status == 404 && result.cause == "access_denied")
        #expect(result.response?.body == "nothing here")
        #expect(result.response?.headers["content-type"] == "text/plain; charset=utf-8")
        let plain = try FilterTest(Access.self, ["rules": []]).exchange()
        #expect(plain.response?.headers["content-type"] == nil)
    }

    @Test func shadowRulesOnlyCount() throws {
        let test = try FilterTest(
            Access.self,
            [
                "rules": [
                    ["name": "soon", "deny": ["paths": "/old/**"], "shadow": true],
                    ["name": "rest", "allow": "all"],
                ]
            ])
        #expect(try status(test, "GET", "/old/a") == 200)
        #expect(try status(test, "GET", "/new") == 200)
        #expect(count(test, "soon", "deny", "shadow") == 1)
        #expect(count(test, "rest", "allow", "enforced") == 2)
        #expect(count(test, "default", "deny", "enforced") == 0)
    }

    @Test func inShadowNobodyIsKeptOut() throws {
        let test = try FilterTest(
            Access.self,
            ["rules": [["name": "gets", "allow": ["methods": "GET"]]], "shadow": true])
        #expect(try status(test) == 200)
        #expect(try status(test, "POST") == 200)
        #expect(count(test, "gets", "allow", "shadow") == 1)
        #expect(count(test, "default", "deny", "shadow") == 1)
    }

    @Test func decisionsAreCountedByRule() throws {
        let test = try FilterTest(Access.self, rules)
        _ = try status(test, "GET", "/health")
        _ = try status(test, "DELETE", "/x")
        _ = try status(test, "GET", "/x")
        _ = try status(test, "GET", "/y")
        #expect(count(test, "health", "allow", "enforced") == 1)
        #expect(count(test, "no-deletes", "deny", "enforced") == 1)
        #expect(count(test, "rule-4", "allow", "enforced") == 0)
        #expect(count(test, "default", "deny", "enforced") == 2)
    }

    private func count(
        _ test: FilterTest, _ rule: String, _ decision: String, _ mode: String
    ) -> Int {
        test.services.count(
            "weir_access_decisions_total"
                + "{rule=\"\(rule)\",decision=\"\(decision)\",mode=\"\(mode)\"}")
    }

    @Test func aChallengeIsForThoseWhomNobodyKnows() throws {
        let test = try FilterTest(
            Access.self,
            [
                "rules": [
                    ["deny": ["client-addresses": "198.51.100.0/24"]],
                    ["deny": ["not": ["clients": "*"], "paths": "/private/**"]],
                    ["allow": ["paths": "/private/**", "claims": ["role": "admin"]]],
                    ["deny": ["paths": "/private/**"]],
                    ["allow": ["paths": "/team/**", "not": ["clients": ["absent", "bob"]]]],
                ],
                "challenge": "Bearer realm=\"x\"",
            ])
        let unknown = try test.exchange(TestRequest("GET", "/private/a"))
        #expect(unknown.response?.status == 401 && unknown.cause == "access_unauthenticated")
        #expect(unknown.response?.headers["www-authenticate"] == "Bearer realm=\"x\"")
        // Nobody gets in there, whoever asks.
        #expect(try status(test, "GET", "/other") == 403)
        #expect(try status(test, "GET", "/team/a") == 401)
        // Credentials would change nothing about an address.
        var far = TestRequest("GET", "/private/a")
        far.client = IPAddress("198.51.100.1")
        let denied = try test.exchange(far)
        #expect(denied.response?.status == 403 && denied.cause == "access_denied")
        test.identities = [ClientIdentity(name: "bob", source: "jwt")]
        #expect(try status(test, "GET", "/private/a") == 403)
        test.identities = [admin]
        #expect(try status(test, "GET", "/private/a") == 200)
    }

    @Test func everyDeliveryComesToTheSame() throws {
        let request = TestRequest("POST", "/public/a", headers: ["x-a": "1"], body: "abc")
        let test = try FilterTest(Access.self, rules)
        #expect(try test.everySplit(request).isRequestComplete)
        let denied = TestRequest("POST", "/other", headers: ["x-a": "1"], body: "abc")
        #expect(try test.everySplit(denied).verdicts(of: "access") == [.respond: 1])
    }
}
