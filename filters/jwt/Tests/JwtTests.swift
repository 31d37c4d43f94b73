import JwtFilter
import Testing
import WeirBase
import WeirFilter
import WeirTesting

@Suite struct JwtTests {
    private let key = TestKey.fit("ES256")

    @Test func aGoodTokenPasses() throws {
        let result = try FilterTest(Jwt.self, inline()).everySplit(
            request(key.token(claims()), ["x-other": "1"]))
        #expect(result.response?.status == 200)
        #expect(result.upstreamRequest?.headers["authorization"] != nil)
        #expect(result.verdicts(of: "jwt") == [.continue: 1])
    }

    @Test func noTokenIsRefused() throws {
        let result = try FilterTest(Jwt.self, inline()).everySplit(request(nil))
        #expect(result.response?.status == 401)
        #expect(result.cause == "jwt_missing")
        // Without an error: the client has not said anything wrong (RFC 6750, section 3.1).
        #expect(result.response?.headers["www-authenticate"] == "Bearer realm=\"api\"")
        #expect(result.upstreamRequest == nil)
    }

    @Test(arguments: [
        "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA",
        "Ed25519", "Ed448",
    ])
    func everyAlgorithmPassesUnlessOthersAreAskedFor(_ algorithm: String) throws {
        let key = TestKey.fit(algorithm)
        let token = key.token(claims(), algorithm: algorithm)
        let test = try FilterTest(Jwt.self, inline(TestKey.set(key)))
        #expect(try test.outcome(token) == "200")
        let other = algorithm == "ES256" ? "RS256" : "ES256"
        let strict = try FilterTest(
            Jwt.self, inline(TestKey.set(key), [("algorithms", [.text(other)])]))
        #expect(try strict.outcome(token) == "401 jwt_invalid")
        #expect(strict.count("unsupported_algorithm") == 1)
    }

    @Test(arguments: ["HS256", "HS384", "HS512"])
    func secretsAreForThoseWhoAsk(_ algorithm: String) throws {
        let secret = String(repeating: "a secret ", count: 8)
        let token = secretToken(claims(), Array(secret.utf8), algorithm: algorithm)
        let test = try FilterTest(
            Jwt.self,
            [
                "issuer": .text(issuer), "algorithms": [.text(algorithm)],
                "secret": .text(secret),
            ])
        #expect(try test.outcome(token) == "200")
        let forged = secretToken(claims(), Array("b\(secret)".utf8), algorithm: algorithm)
        #expect(try test.outcome(forged) == "401 jwt_invalid")
        #expect(try FilterTest(Jwt.self, inline()).outcome(token) == "401 jwt_invalid")
    }

    @Test func secretsMayBeBase64() throws {
        let secret = [UInt8](0..<32)
        let test = try FilterTest(
            Jwt.self,
            [
                "issuer": .text(issuer), "algorithms": ["HS256"],
                "secret": .text(base64URL(secret)), "secret-encoding": "base64url",
            ])
        #expect(try test.outcome(secretToken(claims(), secret)) == "200")
    }

    /// The classic confusion: a public key, which everybody has, used as a secret.
    @Test func aPublicKeyIsNoSecret() throws {
        let rsa = TestKey.fit("RS256")
        let secret = String(repeating: "s", count: 64)
        let test = try FilterTest(
            Jwt.self,
            inline(
                TestKey.set(rsa),
                [("algorithms", ["RS256", "HS256"]), ("secret", .text(secret))]))
        #expect(try test.outcome(rsa.token(claims())) == "200")
        #expect(try test.outcome(secretToken(claims(), Array(secret.utf8))) == "200")
        for guess in [rsa.jwk(), rsa.members["n"]!, TestKey.set(rsa), ""] {
            let token = secretToken(claims(), Array(guess.utf8))
            #expect(try test.outcome(token) == "401 jwt_invalid")
        }
    }

    @Test func eachKindOfRefusalSaysWhatItMay() throws {
        let test = try FilterTest(Jwt.self, inline(TestKey.set(key), [("realm", "shop")]))
        let late = key.token(claims(["exp": "\(testTime - 61)"]))
        let expired = try test.exchange(request(late))
        #expect(
            expired.response?.headers["www-authenticate"]
                == "Bearer realm=\"shop\", error=\"invalid_token\", "
                + "error_description=\"the token has expired\"")
        #expect(expired.cause == "jwt_expired")
        #expect(test.count("expired") == 1)
        let foreign = try test.exchange(request(key.token(claims(["iss": "\"https://evil\""]))))
        #expect(
            foreign.response?.headers["www-authenticate"]
                == "Bearer realm=\"shop\", error=\"invalid_token\", "
                + "error_description=\"the token is not accepted\"")
    }

    // MARK: Optional, forwarding, places

    @Test func optionalLetsNoTokenPassButNoBadOne() throws {
        let test = try FilterTest(Jwt.self, inline(TestKey.set(key), [("optional", true)]))
        #expect(try test.outcome(nil) == "200")
        #expect(try test.outcome(nil, ["authorization": "Basic YTpi"]) == "200")
        #expect(try test.outcome(key.token(claims())) == "200")
        #expect(try test.outcome("nonsense") == "401 jwt_malformed")
        #expect(try test.outcome("") == "401 jwt_malformed")
        #expect(try test.outcome(key.token(claims(["exp": "1"]))) == "401 jwt_expired")
    }

    @Test func theTokenIsStrippedWhenAskedFor() throws {
        let token = key.token(claims())
        let test = try FilterTest(Jwt.self, inline(TestKey.set(key), [("forward", "strip")]))
        for _ in 0..<2 {
            let result = try test.exchange(request(token, ["x-other": "1"]))
            #expect(result.upstreamRequest?.headers.lines == [.init("x-other", "1")])
        }
        #expect(test.count("valid") == 1 && test.count("cached") == 1)
    }

    @Test func theSchemeHasNoCase() throws {
        let test = try FilterTest(Jwt.self, inline())
        let token = key.token(claims())
        for value in ["bearer \(token)", "BEARER  \(token) ", "Bearer \(token)"] {
            #expect(try test.outcome(nil, ["authorization": value]) == "200")
        }
        #expect(try test.outcome(nil, ["authorization": "Bearer"]) == "401 jwt_malformed")
        for value in [token, "Basic \(token)", "BearerX \(token)", ""] {
            #expect(try test.outcome(nil, ["authorization": value]) == "401 jwt_missing")
        }
    }

    /// Upstreams split where they see white space, some of them beyond ASCII.
    @Test func whateverEndsTheSchemeABadTokenDoesNotPass() throws {
        let token = key.token(claims())
        for field in ["authorization", "x-token"] {
            let test = try FilterTest(
                Jwt.self,
                inline(
                    TestKey.set(key),
                    [("optional", true), ("forward", "strip"), ("from", .text("header:\(field)"))]))
            func ask(_ value: String) throws -> String {
                var fields: TestFields = [:]
                fields.lines = [.init(field, value)]
                return try test.outcome(nil, fields)
            }
            for _ in 0..<2 {
                #expect(try ask("Bearer\t\(token)") == "200")
                #expect(try ask("Bearer \t \(token)") == "200")
            }
            #expect(try ask("Bearer\tFORGED") == "401 jwt_malformed")
            #expect(try ask("Bearer,FORGED") == "401 jwt_malformed")
            #expect(try ask("Bearer\u{A0}\(token)") == "401 jwt_malformed")
        }
    }

    @Test(
        arguments: [
            ("header:x-token", ["x-token": "TOKEN"], "/"),
            ("header:x-token", ["x-token": "Bearer TOKEN"], "/"),
            ("cookie:session", ["cookie": "a=b; session=TOKEN; c=d"], "/"),
            ("cookie:session", ["cookie": "session=\"TOKEN\""], "/"),
            ("query:token", [:], "/p?a=b&token=TOKEN&c=d"),
        ] as [(String, TestFields, String)])
    func tokensMayBeElsewhere(_ place: String, _ fields: TestFields, _ target: String) throws {
        let token = key.token(claims())
        var fields = fields
        for index in fields.lines.indices {
            let parts = fields.lines[index].value.split(
                separator: "TOKEN", omittingEmptySubsequences: false)
            fields.lines[index].value = parts.joined(separator: token)
        }
        let target = target.split(separator: "TOKEN", omittingEmptySubsequences: false)
            .joined(separator: token)
        let test = try FilterTest(
            Jwt.self, inline(TestKey.set(key), [("from", .text(place)), ("forward", "strip")]))
        for _ in 0..<2 {
            let result = try test.exchange(TestRequest("GET", target, headers: fields))
            #expect(result.response?.status == 200)
            let passedOn = "\(result.upstreamRequest?.headers as Any)"
            #expect(passedOn.contains(token.prefix(30)) == false)
            #expect(result.upstreamRequest?.target.contains(token.prefix(30)) == false)
        }
        #expect(test.count("cached") == 1)
        #expect(try test.outcome(token) == "401 jwt_missing")
    }

    @Test func severalTokensAreRefused() throws {
        let token = key.token(claims())
        let places: TestConfiguration = ["header:authorization", "query:token", "cookie:token"]
        let test = try FilterTest(Jwt.self, inline(TestKey.set(key), [("from", places)]))
        let bearer = "Bearer \(token)"
        #expect(try test.exchange(request(token)).response?.status == 200)
        for (fields, target) in [
            (["authorization": bearer, "Authorization": bearer], "/"),
            (["authorization": bearer, "Authorization": "Basic x"], "/"),
            (["authorization": "Basic x", "Authorization": bearer], "/"),
            (["authorization": bearer], "/?token=x"),
            (["authorization": bearer, "cookie": "token=x"], "/"),
            ([:], "/?token=\(token)&token=\(token)"), (["cookie": "token=x; token=y"], "/"),
        ] as [(TestFields, String)] {
            let result = try test.exchange(TestRequest("GET", target, headers: fields))
            #expect(result.response?.status == 400)
            #expect(result.cause == "jwt_ambiguous")
        }
        // Also when the token is known already and there is one place alone.
        let single = try FilterTest(Jwt.self, inline())
        #expect(try single.outcome(token) == "200")
        #expect(try single.outcome(token, ["authorization": bearer]) == "400 jwt_ambiguous")
    }

    // MARK: What later filters and upstreams learn

    @Test func laterFiltersKnowTheClient() throws {
        let test = try FilterTest(Jwt.self, inline(TestKey.set(key), [("name-prefix", "id:")]))
        let token = key.token(claims(["realm": #"{"roles":["a","b"]}"#]))
        for _ in 0..<2 {
            let exchange = test.begin(request(token))
            try exchange.run()
            let client = try #require(exchange.identities.last)
            #expect(client.name == "id:alice")
            #expect(client.source.description == "jwt")
            let roles = ClaimPath("realm.roles")?.find(in: client.claims)
            #expect(roles == .array([.string("a"), .string("b")]))
        }
        let named = try FilterTest(Jwt.self, inline(TestKey.set(key), [("name-claim", "realm.id")]))
        let exchange = named.begin(request(key.token(claims(["realm": #"{"id":7}"#]))))
        try exchange.run()
        #expect(exchange.identities.last?.name == "7")
        #expect(try named.outcome(key.token(claims())) == "401 jwt_invalid")
        #expect(named.count("bad_claims") == 1)
    }

    private static let mapped: [(key: String, value: TestConfiguration)] = [
        (
            "claims-to-headers",
            ["x-user": "sub", "x-roles": "roles", "x-tenant": "org.id", "X_Level": "level"]
        )
    ]

    @Test func claimsBecomeFields() throws {
        let test = try FilterTest(Jwt.self, inline(TestKey.set(key), Self.mapped))
        let token = key.token(
            claims(["roles": #"["a","b",3]"#, "org": #"{"id":"acme"}"#, "level": "true"]))
        for _ in 0..<2 {
            let fields = try #require(try test.exchange(request(token)).upstreamRequest?.headers)
            #expect(fields.values("x-user") == ["alice"])
            #expect(fields.values("x-roles") == ["a,b,3"])
            #expect(fields.values("x-tenant") == ["acme"])
            #expect(fields.values("x_level") == ["true"])
        }
    }

    @Test func spoofedFieldsAreAlwaysRemoved() throws {
        let spoofed: TestFields = [
            "x-user": "root", "X-User": "root", "x_user": "root", "X-ROLES": "admin",
            "x-tenant": "evil", "x-level": "9", "x-users": "stays",
        ]
        let test = try FilterTest(
            Jwt.self, inline(TestKey.set(key), Self.mapped + [("optional", true)]))
        let none = try test.exchange(request(nil, spoofed)).upstreamRequest?.headers
        #expect(none?.lines == [.init("x-users", "stays")])
        let token = key.token(claims())
        for _ in 0..<2 {
            let fields = try #require(
                try test.exchange(request(token, spoofed)).upstreamRequest?.headers)
            #expect(
                fields.lines.dropFirst()
                    == [.init("x-users", "stays"), .init("x-user", "alice")])
        }
    }

    /// What an upstream could split or cut differently is left out.
    @Test(arguments: [
        #"["a,b"]"#, #"{"a":1}"#, #"[["a"]]"#, #"["a",{}]"#, #""a\r\nx-admin: 1""#, #""a\u0000b""#,
        "null",
    ])
    func claimsThatAreNoFieldAreLeftOut(_ roles: String) throws {
        let test = try FilterTest(Jwt.self, inline(TestKey.set(key), Self.mapped))
        let result = try test.exchange(request(key.token(claims(["roles": roles]))))
        #expect(result.response?.status == 200)
        #expect(result.upstreamRequest?.headers["x-roles"] == nil)
    }

    @Test(arguments: ["12345678901234567890", "[1,2.5]"])
    func numbersThatLoseDigitsAreLeftOut(_ roles: String) throws {
        let test = try FilterTest(Jwt.self, inline(TestKey.set(key), Self.mapped))
        let result = try test.exchange(request(key.token(claims(["roles": roles, "level": "9"]))))
        #expect(result.response?.status == 200)
        #expect(result.upstreamRequest?.headers["x-roles"] == nil)
        #expect(result.upstreamRequest?.headers["x_level"] == "9")
    }

    @Test func explainSaysWhoseTokenIsNeeded() throws {
        let test = try FilterTest(Jwt.self, inline())
        #expect(
            test.explain() == [
                "must bring a token of \(issuer) in header:authorization; it has none: 401 "
                    + "jwt_missing"
            ])
        #expect(
            test.explain(request("x")) == [
                "must bring a token of \(issuer) in header:authorization; it has one, which is "
                    + "not verified here"
            ])
        let optional = try FilterTest(Jwt.self, inline(TestKey.set(key), [("optional", true)]))
        #expect(optional.explain()[0].hasSuffix("it has none and would pass"))
    }
}
