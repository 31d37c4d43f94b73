import AccessFilter
import Testing
import WeirBase
import WeirTesting

extension FilterCase {
    static let access = [
        passed("access: a rule allows", rules, request: TestRequest("GET", "/public/a")),
        passed(
            "access: an escape in a path is what it stands for", rules,
            request: TestRequest("GET", "/a%40b")),
        passed(
            "access: a shadow rule decides nothing", rules,
            request: TestRequest("GET", "/public/a", headers: ["x-old": "1"])),
        refused(
            "access: a rule before it denies", rules,
            request: TestRequest("DELETE", "/public/a", body: "a"), with: 403,
            cause: "access_denied"),
        refused(
            "access: every line of a field is looked at", rules,
            request: TestRequest("GET", "/public/a", headers: ["x-role": "user", "X-Role": "bot"]),
            with: 403, cause: "access_denied"),
        refused(
            "access: no rule allows", rules, request: TestRequest("GET", "/public"), with: 403,
            cause: "access_denied"),
        refused(
            "access: an answer of its own",
            TestFilter(Access.self, ["rules": [], "status": 404, "body": "no"]), with: 404,
            body: "no", cause: "access_denied"),
        refused(
            "access: nobody knows the client",
            TestFilter(
                Access.self, ["rules": [["allow": ["clients": "*"]]], "challenge": "Bearer"]),
            with: 401, cause: "access_unauthenticated"),
    ]

    private static let rules = TestFilter(
        Access.self,
        [
            "rules": [
                ["deny": ["methods": "DELETE"]], ["deny": ["headers": ["x-role": "bot"]]],
                ["deny": ["headers": ["x-old": "*"]], "shadow": true],
                ["allow": ["paths": ["/public/*", "/a@b"]]],
            ]
        ])
}
