import JwtFilter
import Testing
import WeirBase
import WeirFilter
import WeirTesting

/// Every error of a configuration names the field and says what was expected.
@Suite struct ConfigurationTests {
    private static let keys = TestConfiguration.text(TestKey.set(TestKey.fit("ES256")))
    private static let secret = TestConfiguration.text(String(repeating: "s", count: 32))

    private static let errors: [(TestConfiguration, String)] = [
        (nil, "expected `issuer` and `jwks`, or `issuers`"),
        (["jwks": ["inline": keys]], "expected `issuer` and `jwks`, or `issuers`"),
        (["issuer": "", "jwks": ["inline": keys]], "expected `issuer`: what tokens have"),
        (["issuer": "a"], "expected `jwks`: where the issuer's keys are"),
        (["issuers": []], "issuers: the list is empty: no token could pass"),
        (["issuers": [["jwks": ["inline": keys]]]], "issuers.0: expected `issuer`"),
        (["issuers": [["issuer": "a"]]], "issuers.0: expected `jwks`"),
        (
            [
                "issuers": [
                    ["issuer": "a", "jwks": ["inline": keys]],
                    ["issuer": "a", "jwks": ["inline": keys]],
                ]
            ], "issuers.1.issuer: `a` stands in the list already"
        ),
        (
            ["issuer": "a", "issuers": [["issuer": "b", "jwks": ["inline": keys]]]],
            "issuer: it belongs to one issuer: write it under `issuers`"
        ),
        (
            ["jwks": ["inline": keys], "issuers": [["issuer": "b", "jwks": ["inline": keys]]]],
            "jwks: it belongs to one issuer"
        ),
        (
            [
                "issuers": [
                    ["issuer": "b", "jwks": ["inline": keys], "leeway": "11m"]
                ]
            ], "issuers.0.leeway: expected at most 10m, found 11m"
        ),
        (with("leeway", "11m"), "leeway: expected at most 10m, found 11m"),
        (with("max-age", "0s"), "max-age: expected more than 0s"),
        (with("audiences", []), "audiences: the list is empty"),
        (with("algorithms", []), "algorithms: the list is empty"),
        (with("algorithms", ["none"]), "algorithms.0: expected one of RS256, "),
        (with("algorithms", ["ES256", "es256"]), "algorithms.1: expected one of RS256, "),
        (
            with("algorithms", ["ES256", "HS256"]),
            "secret: algorithms with a shared secret are asked for, and there is none"
        ),
        (with("secret", secret), "secret: no algorithm uses it; ask for one"),
        (with("secret-encoding", "text"), "secret-encoding: there is no `secret`"),
        (
            ["issuer": "a", "secret": secret],
            "secret: no algorithm uses it"
        ),
        (
            ["issuer": "a", "secret": secret, "algorithms": ["HS256", "ES256"]],
            "jwks: algorithms with public keys are asked for, and there are no keys"
        ),
        (
            [
                "issuer": "a", "secret": secret, "algorithms": ["HS256"],
                "jwks": ["inline": keys],
            ], "jwks: no algorithm uses public keys"
        ),
        (
            ["issuer": "a", "secret": secret, "algorithms": ["HS512"]],
            "secret: it has 32 bytes; the algorithms need at least 64"
        ),
        (
            [
                "issuer": "a", "secret": "a+b=", "secret-encoding": "base64url",
                "algorithms": ["HS256"],
            ], "secret: it is no base64url without padding"
        ),
        (with("required-claims", ["a..b"]), "required-claims: expected the name of a claim"),
        (
            with("required-claims", ["role": []]),
            "required-claims.role: the list is empty: write the claims as a list if"
        ),
        (
            [
                "issuers": [
                    ["issuer": "a", "jwks": ["inline": keys], "required-claims": ["role": []]]
                ]
            ], "issuers.0.required-claims.role: the list is empty"
        ),
        (with("types", []), "types: the list is empty"),
        (with("scopes", ["a b"]), "scopes.0: expected one scope"),
        (with("name-claim", ""), "name-claim: expected the name of a claim"),
        (with("realm", "a\"b"), "realm: expected ASCII without quotes"),
        (with("from", "body:x"), "from: expected header:NAME, query:NAME or cookie:NAME"),
        (with("from", []), "from: the list is empty"),
        (with("from", ["cookie:a", "cookie:a"]), "from: a place stands in the list twice"),
        (with("token-limit", "1MiB"), "token-limit: expected 256 to 64KiB, found 1MiB"),
        (with("cache", ["entries": -1]), "cache.entries: expected 0 to 1000000, found -1"),
        (with("cache", ["time": "0s"]), "cache.time: expected more than 0s"),
        (
            with("claims-to-headers", ["host": "sub"]),
            "claims-to-headers.host: expected a field that filters may set"
        ),
        (
            with("claims-to-headers", ["a b": "sub"]),
            "claims-to-headers.a b: expected a field that filters may set"
        ),
        (
            with("claims-to-headers", ["authorization": "sub"]),
            "claims-to-headers.authorization: tokens are looked for in this field"
        ),
        (
            [
                "issuer": "a", "jwks": ["inline": keys], "from": "header:x-token",
                "claims-to-headers": ["X_Token": "sub"],
            ], "claims-to-headers.X_Token: tokens are looked for in this field"
        ),
        (
            with("claims-to-headers", ["x-user": "sub", "X-User": "sub"]),
            "claims-to-headers.X-User: the field stands there already"
        ),
        (
            with("claims-to-headers", ["x-user": "."]),
            "claims-to-headers.x-user: expected the name of a claim"
        ),
        (jwks([:]), "jwks: expected one of `inline`, `file` and `cluster`, found none"),
        (
            jwks(["inline": keys, "cluster": "idp"]),
            "jwks: expected one of `inline`, `file` and `cluster`, found inline and cluster"
        ),
        (jwks(["inline": "{"]), "jwks.inline: the key set is no JSON"),
        (jwks(["inline": keys, "cache": "1m"]), "jwks.cache: only keys that are fetched"),
        (jwks(["file": "/nowhere", "path": "/"]), "jwks.path: only keys that are fetched"),
        (jwks(["cluster": "idp"]), "jwks.path: expected where the cluster has the keys"),
        (jwks(["cluster": "idp", "path": "x"]), "jwks.path: expected a path such as"),
        (
            jwks(["cluster": "idp", "path": "/", "host": "a/b"]),
            "jwks.host: expected a host such as"
        ),
        (
            jwks(["cluster": "idp", "path": "/", "cache": "10ms"]),
            "jwks.cache: expected 1s to 1d, found 10ms"
        ),
        (
            jwks(["cluster": "idp", "path": "/", "timeout": "2m"]),
            "jwks.timeout: expected 10ms to 1m, found 2m"
        ),
        (
            jwks(["cluster": "idp", "path": "/", "refresh-ahead": "2d"]),
            "jwks.refresh-ahead: expected 0s to 1d, found 2d"
        ),
        (
            jwks(["cluster": "idp", "path": "/", "stale-grace": "31d"]),
            "jwks.stale-grace: expected 0s to 30d, found 31d"
        ),
        (
            jwks(["cluster": "idp", "path": "/", "refetch-interval": "10ms"]),
            "jwks.refetch-interval: expected 100ms to 1d, found 10ms"
        ),
        (jwks(["cluster": "nobody", "path": "/"]), "jwks.cluster: there is no cluster `nobody`"),
        (jwks(["file": "/nowhere/keys.json"]), "jwks.file: /nowhere/keys.json: no such file"),
        (with("isuser", "a"), "isuser: unknown key `isuser`"),
        (with("forward", "maybe"), "forward"), (with("optional", "maybe"), "optional"),
    ]

    private static func with(
        _ name: String, _ value: TestConfiguration
    ) -> TestConfiguration {
        ["issuer": "a", "jwks": ["inline": keys], name: value]
    }

    private static func jwks(_ value: TestConfiguration) -> TestConfiguration {
        ["issuer": "a", "jwks": value]
    }

    @Test(arguments: errors.indices)
    func errorsNameTheField(_ index: Int) {
        let (configuration, message) = Self.errors[index]
        let services = TestServices()
        TestProvider().serve(services)
        let error = #expect(throws: (any Error).self) {
            try FilterTest(Jwt.self, configuration, services: services)
        }
        let text = error.map { "\($0)" } ?? ""
        #expect(text.contains(message), "\(text)")
        #expect(!text.contains("ssssss"), "a secret is shown")
    }

    @Test func everyFieldIsTaken() throws {
        let services = TestServices()
        TestProvider(TestKey.fit("ES256")).serve(services)
        _ = try FilterTest(
            Jwt.self,
            [
                "issuers": [
                    [
                        "issuer": "a", "audiences": ["x"], "algorithms": ["ES256", "HS256"],
                        "jwks": [
                            "cluster": "idp", "path": "/jwks.json", "host": "id.example.com",
                            "cache": "5m", "refresh-ahead": "30s", "stale-grace": "2h",
                            "refetch-interval": "1m", "timeout": "2s",
                        ], "secret": Self.secret, "secret-encoding": "text", "leeway": "5s",
                        "max-age": "1d", "unsafe-no-expiry": true, "types": ["JWT"],
                        "required-claims": ["a": ["b"]], "scopes": ["s"], "name-prefix": "a:",
                    ]
                ], "from": ["header:x", "query:y", "cookie:z"], "optional": true,
                "forward": "strip", "claims-to-headers": ["x-user": "sub"], "name-claim": "email",
                "realm": "", "token-limit": "4KiB", "cache": ["entries": 0, "time": "1m"],
            ], services: services)
    }
}
