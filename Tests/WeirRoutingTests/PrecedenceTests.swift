import Testing
import WeirBase
import WeirConfig

@testable import WeirRouting

@Suite struct PrecedenceTests {
    /// Each row of the table in docs/config/routes.md: the first of two takes what both match.
    @Test(arguments: [
        ("/v1/users", "/v1/{id}", "/v1/users"),
        ("/v1/users", "~/v1/users", "/v1/users"),
        ("/v1/users", "/v1/users/**", "/v1/users"),
        ("/v1/users", "/**", "/v1/users"),
        ("/v1/{id}", "/v1/**", "/v1/a"),
        ("/v1/{id}", "~/v1/[a-z]+", "/v1/a"),
        ("/v1/{id}/files", "/{version}/a/files", "/v1/a/files"),
        ("/v1/users/{id}", "/v1/{kind}/7", "/v1/users/7"),
        ("/v1/users/**", "/v1/{kind}/7", "/v1/users/7"),
        ("/v1/users/**", "/v1/**", "/v1/users/7"),
        ("/v1/users/{rest=**}", "/v1/**", "/v1/users/7"),
        ("/v1/{kind}/**", "/v1/**", "/v1/users/7"),
        ("/v1/users/**", "~/v1/[a-z/0-9]+", "/v1/users/7"),
        ("/v1/users/**", "~.*", "/v1/users/7"),
        ("~/v1/users/[0-9]+", "/v1/users/**", "/v1/users/7"),
        ("~/v1/users/[0-9]+", "/v1/**", "/v1/users/7"),
        ("~/v1/users/[0-9]+", "~/v1/.*", "/v1/users/7"),
        ("~.*", "/**", "/v1"),
        ("~.*", "/{rest=**}", "/v1"),
        ("/", "/**", "/"),
        ("/v1/", "/v1/**", "/v1/"),
    ])
    func moreSpecificPathsComeFirst(_ first: String, _ second: String, _ path: String) throws {
        let inOrder = try RouteIndex([route(first), route(second)])
        let turned = try RouteIndex([route(second), route(first)])
        #expect(try RouteIndex([route(second)]).route(of: request(path)) == 0, "both must match")
        #expect(inOrder.route(of: request(path)) == 0)
        #expect(turned.route(of: request(path)) == 1)
    }

    @Test(arguments: [
        ("/a/**", "/a/{rest=**}"),
        ("/{x}/b", "/{y}/b"),
        ("~/a/.*", "~/a/b"),
        ("/**", "/{rest=**}"),
        ("/a/b", "/a/b"),
    ])
    func theFileDecidesBetweenEqualPaths(_ one: String, _ other: String) throws {
        #expect(try RouteIndex([route(one), route(other)]).route(of: request("/a/b")) == 0)
        #expect(try RouteIndex([route(other), route(one)]).route(of: request("/a/b")) == 0)
    }

    @Test func hostsComeBeforePaths() throws {
        let index = try RouteIndex([
            route("/a/b"),
            route("/a/**", hosts: ["*.example.com"]),
            route("/**", hosts: ["*.api.example.com"]),
            route("/**", hosts: ["eu.api.example.com"]),
        ])
        #expect(index.route(of: request("/a/b", host: "eu.api.example.com")) == 3)
        #expect(index.route(of: request("/a/b", host: "us.api.example.com")) == 2)
        #expect(index.route(of: request("/a/b", host: "api.example.com")) == 1)
        #expect(index.route(of: request("/a/b", host: "example.com")) == 0)
        #expect(index.route(of: request("/x", host: "www.example.com")) == nil)
    }

    @Test func conditionsComeBeforeTheOrderOfTheFile() throws {
        let index = try RouteIndex([
            route("/a"),
            route("/a", methods: ["GET"]),
            route("/a", methods: ["GET"], headers: [("x-beta", .present(true))]),
            route("/a", query: [("beta", .exact("1"))]),
        ])
        #expect(index.route(of: request("/a", method: "POST")) == 0)
        #expect(index.route(of: request("/a")) == 1)
        #expect(index.route(of: request("/a?beta=1")) == 1)
        #expect(index.route(of: request("/a?beta=1", method: "POST")) == 3)
        #expect(index.route(of: request("/a?beta=1", headers: [("x-beta", "")])) == 2)
    }

    @Test func lessSpecificRoutesTakeWhatConditionsRefuse() throws {
        let post = ["POST"]
        let index = try RouteIndex([
            route("/a/b", hosts: ["h"], methods: post),
            route("/a/{x}", hosts: ["h"], methods: ["PUT"]),
            route("~/a/[a-z]", hosts: ["h"], methods: ["PATCH"]),
            route("/a/**", hosts: ["h"], methods: ["DELETE"]),
            route("/a/b", hosts: ["*"], methods: ["GET", "PURGE"]),
        ])
        for (number, method) in ["POST", "PUT", "PATCH", "DELETE", "GET"].enumerated() {
            #expect(index.route(of: request("/a/b", host: "h", method: method)) == number)
        }
        #expect(index.route(of: request("/a/b", host: "h", method: "PURGE")) == 4)
        #expect(index.route(of: request("/a/b", host: "h", method: "purge")) == nil)
        #expect(index.route(of: request("/a/b", host: "h", method: "HEAD")) == nil)
    }

    @Test func prefixesEndAtSegments() throws {
        let index = try RouteIndex([route("/v1/**"), route("/v2"), route("/v3/")])
        for path in ["/v1", "/v1/", "/v1/a", "/v1/a/b/"] {
            #expect(index.route(of: request(path)) == 0, "\(path)")
        }
        for path in ["/v10", "/v1a/b", "/v", "/", "/V1", "/v2/", "/v2/a", "/v3"] {
            #expect(index.route(of: request(path)) == nil, "\(path)")
        }
        #expect(index.route(of: request("/v2")) == 1)
        #expect(index.route(of: request("/v3/")) == 2)
    }

    @Test func aTargetWithoutPathIsForRoutesOfAnyPath() throws {
        let asterisk = request("*", method: "OPTIONS")
        let index = try RouteIndex([
            route("/{rest=**}"), route("/*"), route("/**", methods: ["OPTIONS"]),
        ])
        #expect(index.route(of: asterisk) == 2)
        #expect(try RouteIndex([route(#"~\*"#)]).route(of: asterisk) == 0)
        #expect(try RouteIndex([route("/{rest=**}")]).route(of: asterisk) == nil)
    }

    @Test func noRoutesTakeNothing() throws {
        #expect(try RouteIndex([]).route(of: request("/")) == nil)
        let index = try RouteIndex([.everything])
        #expect(index.route(of: request("/any")) == 0)
    }

    @Test(arguments: [
        ("a", "the path a does not start with /"),
        ("a/**", "the path a/** does not start with /"),
        ("/{a=**}/b", "{a=**} is not at the end"),
        ("~(", "missing ): ("),
    ])
    func refusesPathsThatCannotMatch(_ path: String, _ reason: String) {
        #expect(throws: RouteIndexError(route: 1, reason: reason)) {
            try RouteIndex([route("/"), route(path)])
        }
    }
}
