import Testing
import WeirBase
import WeirConfig
import WeirRouting

@Suite struct ConditionTests {
    @Test(
        arguments: [
            (.exact("abc"), ["abc"], true),
            (.exact("abc"), ["abcd"], false),
            (.exact("abc"), ["ABC"], false),
            (.exact("abc"), ["x", "abc"], true),
            (.exact(""), [""], true),
            (.exact(""), [], false),
            (.prefix("ab"), ["abc"], true),
            (.prefix("ab"), ["a"], false),
            (.suffix("bc"), ["abc"], true),
            (.suffix("bc"), ["c"], false),
            (.contains("b"), ["abc"], true),
            (.contains("aab"), ["aaab"], true),
            (.contains("cd"), ["abc"], false),
            (.contains(""), [""], true),
            (.regex("[a-c]+"), ["abc"], true),
            (.regex("[a-c]+"), ["abcd"], false),
            (.present(true), [""], true),
            (.present(true), [], false),
            (.present(false), [], true),
            (.present(false), ["a"], false),
        ] as [(ValueMatch, [String], Bool)])
    func values(_ match: ValueMatch, _ values: [String], _ expected: Bool) throws {
        let names: [HeaderName] = ["x-test", "accept"]
        for name in names {
            let index = try RouteIndex([route("/**", headers: [(name, match)])])
            let head = request("/", headers: [("x-other", "abc")] + values.map { (name, $0) })
            #expect((index.route(of: head) == 0) == expected)
        }
        let index = try RouteIndex([route("/**", query: [("q", match)])])
        let text = (["other=abc"] + values.map { "q=\($0)" }).joined(separator: "&")
        #expect((index.route(of: request("/?\(text)")) == 0) == expected)
    }

    @Test(
        arguments: [
            ("a b", .exact("c d"), "a+b=c%20d", true),
            ("a b", .exact("c d"), "a%20b=c+d", true),
            ("a", .exact("+"), "a=%2B", true),
            ("a", .exact("%zz"), "a=%zz", true),
            ("a", .exact("%4"), "a=%4", true),
            ("a", .exact("%"), "a=%", true),
            ("a", .exact("b=c"), "a=b=c", true),
            ("a", .exact("1"), "&&x&a=0&a=1&", true),
            ("a", .exact(""), "a", true),
            ("a", .exact(""), "a=", true),
            ("", .present(true), "=1", true),
            ("", .present(true), "a&&b", false),
            ("a", .present(false), "aa=1&b=a", true),
            ("a", .present(false), "%61=1", false),
            ("ab", .present(true), "a%6", false),
            ("a", .prefix("x y"), "a=x+yz", true),
            ("a", .suffix("/z"), "a=x%2Fz", true),
            ("a", .contains("é"), "a=caf%C3%A9s", true),
            ("a", .regex("x.*evil"), "a=x%0Aevil", true),
            ("a", .exact("1"), "A=1", false),
        ] as [(String, ValueMatch, String, Bool)])
    func decodesQueries(
        _ name: String, _ match: ValueMatch, _ query: String, _ expected: Bool
    ) throws {
        let index = try RouteIndex([route("/**", query: [(name, match)])])
        #expect((index.route(of: request("/?\(query)")) == 0) == expected)
    }

    @Test func aRequestWithoutQueryHasNoParameters() throws {
        let index = try RouteIndex([
            route("/**", query: [("a", .present(false))]),
            route("/**", query: [("a", .present(true))]),
        ])
        #expect(index.route(of: request("/")) == 0)
        #expect(index.route(of: request("/?")) == 0)
        #expect(index.route(of: request("/?a")) == 1)
    }

    @Test func allConditionsMustHold() throws {
        let index = try RouteIndex([
            route(
                "/**", methods: ["PUT", "MKCOL"],
                headers: [("a", .exact("1")), ("b", .exact("2"))],
                query: [("c", .exact("3"))])
        ])
        let both: [(HeaderName, String)] = [("a", "1"), ("b", "2")]
        #expect(index.route(of: request("/?c=3", method: "PUT", headers: both)) == 0)
        #expect(index.route(of: request("/?c=3", method: "MKCOL", headers: both)) == 0)
        #expect(index.route(of: request("/?c=3", method: "MOVE", headers: both)) == nil)
        #expect(index.route(of: request("/?c=3", method: "GET", headers: both)) == nil)
        #expect(index.route(of: request("/?c=4", method: "PUT", headers: both)) == nil)
        #expect(index.route(of: request("/?c=3", method: "PUT", headers: [both[0]])) == nil)
    }
}
