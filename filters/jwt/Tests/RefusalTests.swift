import JwtFilter
import Testing
import WeirBase
import WeirTesting

/// Tokens that must not pass, whoever made them.
@Suite struct RefusalTests {
    private let key = TestKey.fit("ES256")

    private func outcome(
        _ token: String, _ fields: [(key: String, value: TestConfiguration)] = []
    ) throws -> String {
        let test = try FilterTest(Jwt.self, inline(TestKey.set(key), fields))
        let outcome = try test.outcome(token)
        // A refused token is not kept either.
        #expect(try test.outcome(token) == outcome)
        #expect(test.services.gauge("weir_jwt_cached_tokens") == (outcome == "200" ? 1 : 0))
        return outcome
    }

    private func token(header: String) -> String { key.token(claims(), header: header) }

    // MARK: Form

    @Test(arguments: [
        "a", "a.b", "a.b.c.d", "..", "a..", "....", "e30.e30.e30.e30.e30", "e30.e30.", ".e30.AA",
        "e30..AA", "e30.e30.AA", "W10.e30.AA", "Im4i.e30.AA", "\u{e9}.\u{e9}.\u{e9}",
    ])
    func whatIsNoTokenIsMalformed(_ text: String) throws {
        #expect(try outcome(text) == "401 jwt_malformed")
    }

    @Test func everySpellingButOneIsMalformed() throws {
        let good = key.token(claims())
        let parts = good.split(separator: ".").map(String.init)
        #expect(try outcome(good) == "200")
        for bad in [
            good + "=", good + "==", good + ".", "." + good, good.replacing(".", with: ". "),
            parts[0] + "=." + parts[1] + "." + parts[2],
            good.replacing("_", with: "/").replacing("-", with: "+") + "+",
            parts[0] + "." + parts[1] + "." + parts[2] + "AAA",
        ] {
            #expect(try outcome(bad) == "401 jwt_malformed")
        }
    }

    /// The last letter has bits that stand for nothing: a token must not have a second spelling.
    @Test func bitsBehindTheSignatureAreZero() throws {
        let good = key.token(claims())
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        let last = letters.firstIndex(of: good.last!)!
        let other = String(good.dropLast()) + String(letters[last + 1])
        #expect(try outcome(other) == "401 jwt_malformed")
    }

    @Test(arguments: [
        #"{"alg":"ES256","alg":"ES256"}"#, #"{"alg":"none","alg":"ES256"}"#,
        #"{"alg":"ES256","kid":"k1","kid":"k1"}"#, #"{"alg":"ES256","crit":["exp"],"exp":1}"#,
        #"{"alg":"ES256","crit":[]}"#, #"{"alg":"ES256","crit":null}"#,
        #"{"alg":"ES256","b64":false,"crit":["b64"]}"#, #"{"alg":["ES256"]}"#, #"{"alg":null}"#,
        #"{"kid":"k1"}"#, #"{"alg":"ES256","kid":1}"#, #"{"alg":"ES256","typ":1}"#,
        #"{"alg":"ES256"} x"#, #"{"alg":"ES256",}"#, #"["ES256"]"#, "{\"alg\":\"ES256\u{0}\"}",
    ])
    func headersThatCanBeReadTwoWaysAreMalformed(_ header: String) throws {
        #expect(try outcome(token(header: header)) == "401 jwt_malformed")
    }

    @Test(arguments: [
        #"{"iss":"https://id.example.com","sub":"a","sub":"b","exp":9999999999}"#,
        #"{"iss":"https://id.example.com","sub":"a","exp":1,"exp":9999999999}"#,
        #"{"iss":"https://id.example.com","sub":"a","\u0065xp":1,"exp":9999999999}"#,
        #"{"iss":"https://id.example.com","sub":"\ud800","exp":9999999999}"#,
        #"{"iss":"https://id.example.com","sub":"a","exp":09999999999}"#,
        #"["iss"]"#, "1", "", "{",
    ])
    func claimsThatCanBeReadTwoWaysAreMalformed(_ claims: String) throws {
        #expect(try outcome(key.token(claims)) == "401 jwt_malformed")
    }

    @Test func longTokensAreNotLookedAt() throws {
        let long = key.token(claims(["pad": "\"\(String(repeating: "x", count: 7000))\""]))
        #expect(long.utf8.count > 8192)
        let test = try FilterTest(Jwt.self, inline())
        #expect(try test.outcome(long) == "401 jwt_malformed")
        #expect(test.count("oversized") == 1)
        #expect(try outcome(long, [("token-limit", "16KiB")]) == "200")
        #expect(try outcome(String(repeating: "A", count: 8193)) == "401 jwt_malformed")
    }

    @Test func deepClaimsAreMalformed() throws {
        let deep = String(repeating: "[", count: 40) + String(repeating: "]", count: 40)
        #expect(try outcome(key.token(claims(["deep": deep]))) == "401 jwt_malformed")
    }

    // MARK: Algorithms and keys

    @Test(arguments: [
        "none", "None", "NONE", "nOnE", "", "es256", "ES256 ", "HS256", "ES256K", "RS1", "A128KW",
        "dir", "ES384", "RS256", "EdDSA",
    ])
    func algorithmsThatDoNotFitAreRefused(_ algorithm: String) throws {
        #expect(
            try outcome(token(header: "{\"alg\":\"\(algorithm)\",\"kid\":\"k1\"}"))
                == "401 jwt_invalid")
    }

    /// What a header says about keys is never followed (RFC 8725, section 3.10).
    @Test func keysInHeadersAreNotUsed() throws {
        let own = TestKey(.p256)
        for header in [
            "{\"alg\":\"ES256\",\"kid\":\"k1\",\"jwk\":\(own.jwk())}",
            "{\"alg\":\"ES256\",\"jwk\":\(own.jwk())}",
            #"{"alg":"ES256","kid":"k1","jku":"https://evil.example/jwks.json"}"#,
            #"{"alg":"ES256","kid":"k1","x5u":"https://evil.example/x.pem"}"#,
            #"{"alg":"ES256","kid":"k1","x5c":["AAAA"]}"#,
            #"{"alg":"ES256","kid":"../../etc/passwd"}"#,
        ] {
            #expect(try outcome(own.token(claims(), header: header)) == "401 jwt_invalid")
        }
    }

    @Test func aKeyIsUsedForItsOwnAlgorithmAlone() throws {
        let rsa = TestKey.fit("RS256")
        let set = "{\"keys\":[\(rsa.jwk(["alg": "PS256"]))]}"
        let test = try FilterTest(Jwt.self, inline(set))
        #expect(try test.outcome(rsa.token(claims(), algorithm: "PS256")) == "200")
        #expect(try test.outcome(rsa.token(claims(), algorithm: "RS256")) == "401 jwt_invalid")
        #expect(try test.outcome(rsa.token(claims(), algorithm: "PS384")) == "401 jwt_invalid")
    }

    @Test func keysAreFoundByTheirNames() throws {
        let (one, two) = (TestKey(.p256, id: "one"), TestKey(.p256, id: "two"))
        let nameless = TestKey(.p256, id: nil)
        let test = try FilterTest(Jwt.self, inline(TestKey.set(one, two, nameless)))
        for key in [one, two, nameless] { #expect(try test.outcome(key.token(claims())) == "200") }
        let wrong = two.token(claims(), header: #"{"alg":"ES256","kid":"one"}"#)
        #expect(try test.outcome(wrong) == "401 jwt_invalid")
        #expect(test.count("bad_signature") == 1)
        // A name that no key has may be that of the nameless one.
        let named = nameless.token(claims(), header: #"{"alg":"ES256","kid":"three"}"#)
        #expect(try test.outcome(named) == "200")
        let strict = try FilterTest(Jwt.self, inline(TestKey.set(one, two)))
        let unknown = one.token(claims(), header: #"{"alg":"ES256","kid":"three"}"#)
        #expect(try strict.outcome(unknown) == "401 jwt_invalid")
        #expect(strict.count("unknown_key") == 1)
        #expect(try strict.outcome(two.token(claims(), header: #"{"alg":"ES256"}"#)) == "200")
    }

    @Test func oneChangedBitIsOneTooMany() throws {
        let good = Array(key.token(claims()).utf8)
        let test = try FilterTest(Jwt.self, inline())
        for index in good.indices {
            var bytes = good
            bytes[index] = bytes[index] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
            let outcome = try test.outcome(String(decoding: bytes, as: UTF8.self))
            #expect(outcome.hasPrefix("401 "), "byte \(index): \(outcome)")
        }
    }

    // MARK: Claims

    @Test(
        arguments: [
            (["exp": nil], "jwt_invalid"), (["exp": "\"9999999999\""], "jwt_invalid"),
            (["exp": "null"], "jwt_invalid"), (["exp": "\(testTime - 60)"], "jwt_expired"),
            (["exp": "0"], "jwt_expired"), (["exp": "-1e300"], "jwt_expired"),
            (["nbf": "\(testTime + 61)"], "jwt_invalid"), (["nbf": "\"x\""], "jwt_invalid"),
            (["iat": "\(testTime + 61)"], "jwt_invalid"), (["iat": "1e300"], "jwt_invalid"),
            (["iat": "true"], "jwt_invalid"), (["iss": nil], "jwt_invalid"),
            (["iss": "\"https://id.example.com/\""], "jwt_invalid"),
            (["iss": "[\"https://id.example.com\"]"], "jwt_invalid"), (["sub": nil], "jwt_invalid"),
            (["sub": "\"\""], "jwt_invalid"), (["sub": "{}"], "jwt_invalid"),
        ] as [([String: String?], String)])
    func badClaimsAreRefused(_ changes: [String: String?], _ cause: String) throws {
        #expect(try outcome(key.token(claims(changes))) == "401 \(cause)")
    }

    @Test(
        arguments: [
            ["exp": "\(testTime - 59)"], ["nbf": "\(testTime + 60)"], ["iat": "\(testTime + 60)"],
            ["iat": nil], ["exp": "1e300"], ["exp": "\(testTime + 10).5"], ["nbf": "-1e300"],
            ["aud": "\"anybody\""],
        ] as [[String: String?]])
    func clocksMayDiffer(_ changes: [String: String?]) throws {
        #expect(try outcome(key.token(claims(changes))) == "200")
    }

    @Test func leewayIsASetting() throws {
        let late = key.token(claims(["exp": "\(testTime - 1)"]))
        #expect(try outcome(late, [("leeway", "0s")]) == "401 jwt_expired")
        #expect(try outcome(late, [("leeway", "2s")]) == "200")
    }

    @Test func expiryMayBeLeftOutByThoseWhoAskForIt() throws {
        let token = key.token(claims(["exp": nil]))
        #expect(try outcome(token, [("unsafe-no-expiry", true)]) == "200")
        let bad = key.token(claims(["exp": "1"]))
        #expect(try outcome(bad, [("unsafe-no-expiry", true)]) == "401 jwt_expired")
    }

    @Test func oldTokensMayBeRefused() throws {
        let fields: [(key: String, value: TestConfiguration)] = [("max-age", "5m")]
        #expect(try outcome(key.token(claims()), fields) == "200")
        let old = key.token(claims(["iat": "\(testTime - 361)"]))
        #expect(try outcome(old, fields) == "401 jwt_expired")
        #expect(try outcome(key.token(claims(["iat": nil])), fields) == "401 jwt_invalid")
    }

    @Test(arguments: [
        ("\"shop\"", true), ("\"api\"", true), (#"["x","api"]"#, true), ("\"sho\"", false),
        ("\"SHOP\"", false), ("\"shop \"", false), ("[]", false), (#"["x"]"#, false),
        (nil, false), ("7", false), (#"["shop",7]"#, false), ("{\"shop\":1}", false),
    ])
    func audiencesAreCompared(_ audience: String?, _ isGood: Bool) throws {
        let token = key.token(claims(["aud": audience]))
        #expect(
            try outcome(token, [("audiences", ["shop", "api"])])
                == (isGood ? "200" : "401 jwt_invalid"))
    }

    /// Composed and decomposed letters are different names (RFC 7515, section 5.3).
    @Test func namesAreComparedByteForByte() throws {
        let token = key.token(claims(["aud": "\"caf\u{65}\u{301}\""]))
        #expect(try outcome(token, [("audiences", ["caf\u{e9}"])]) == "401 jwt_invalid")
    }

    @Test func requiredClaimsAreRequired() throws {
        let names: TestConfiguration = ["email", "org.id"]
        let values: TestConfiguration = ["org.id": ["acme", "umbrella"], "roles": "admin"]
        let good = key.token(
            claims(["email": "\"a@b\"", "org": #"{"id":"acme"}"#, "roles": #"["x","admin"]"#]))
        let bad = key.token(
            claims(["email": "null", "org": #"{"id":"evil"}"#, "roles": #"["x","administrator"]"#]))
        for fields in [names, values] {
            #expect(try outcome(good, [("required-claims", fields)]) == "200")
            #expect(try outcome(bad, [("required-claims", fields)]) == "403 jwt_forbidden")
            #expect(
                try outcome(key.token(claims()), [("required-claims", fields)])
                    == "403 jwt_forbidden")
        }
    }

    @Test func scopesAreRequired() throws {
        let fields: [(key: String, value: TestConfiguration)] = [("scopes", ["read", "write"])]
        for (scopes, isGood) in [
            (["scope": "\"write other read\""], true), (["scp": #"["read","write"]"#], true),
            (["scope": "\"read\"", "scp": "\"write\""], true),
            (["scope": "\"read writer\""], false),
            (["scope": "\"read\""], false), ([:], false), (["scope": "7"], false),
        ] as [([String: String?], Bool)] {
            #expect(
                try outcome(key.token(claims(scopes)), fields)
                    == (isGood ? "200" : "403 jwt_forbidden"))
        }
        let test = try FilterTest(Jwt.self, inline(TestKey.set(key), fields))
        let result = try test.exchange(request(key.token(claims())))
        #expect(
            result.response?.headers["www-authenticate"]
                == "Bearer realm=\"api\", error=\"insufficient_scope\", error_description=\"the "
                + "token does not give this right\", scope=\"read write\"")
    }

    @Test func kindsOfTokenAreCompared() throws {
        let fields: [(key: String, value: TestConfiguration)] = [("types", ["at+jwt"])]
        for (type, isGood) in [
            ("at+jwt", true), ("AT+JWT", true), ("application/at+jwt", true), ("JWT", false),
        ] {
            let token = token(header: "{\"alg\":\"ES256\",\"typ\":\"\(type)\"}")
            #expect(try outcome(token, fields) == (isGood ? "200" : "401 jwt_invalid"))
        }
        #expect(try outcome(key.token(claims()), fields) == "401 jwt_invalid")
    }

    // MARK: Several issuers

    @Test func eachIssuerHasItsOwnKeysAndRules() throws {
        let (one, two) = (TestKey(.p256), TestKey(.p256))
        func entry(_ name: String, _ key: TestKey, _ audience: String) -> TestConfiguration {
            [
                "issuer": .text(name), "jwks": ["inline": .text(TestKey.set(key))],
                "audiences": [.text(audience)],
            ]
        }
        let test = try FilterTest(
            Jwt.self,
            ["issuers": [entry("one", one, "a"), entry("two", two, "b")], "leeway": "0s"])
        func token(_ key: TestKey, _ name: String, _ audience: String) -> String {
            key.token(claims(["iss": "\"\(name)\"", "aud": "\"\(audience)\""]))
        }
        #expect(try test.outcome(token(one, "one", "a")) == "200")
        #expect(try test.outcome(token(two, "two", "b")) == "200")
        #expect(try test.outcome(token(two, "one", "a")) == "401 jwt_invalid")
        #expect(try test.outcome(token(one, "one", "b")) == "401 jwt_invalid")
        #expect(try test.outcome(token(one, "three", "a")) == "401 jwt_invalid")
        let late = one.token(
            claims(["iss": "\"one\"", "aud": "\"a\"", "exp": "\(testTime - 1)"]))
        #expect(try test.outcome(late) == "401 jwt_expired")
    }

    /// A route's rights come on top of those that an issuer asks for itself.
    @Test func whatIsAskedOfAllIsAskedOfEach() throws {
        let own: TestConfiguration = [
            "issuer": .text(issuer), "jwks": ["inline": .text(TestKey.set(key))],
            "scopes": ["read"], "required-claims": ["org": "acme"],
        ]
        let test = try FilterTest(
            Jwt.self,
            [
                "issuers": [own], "scopes": ["admin", "read"],
                "required-claims": ["org": ["acme", "umbrella"], "staff": "true"],
            ])
        func outcome(_ scope: String, _ org: String, _ staff: String?) throws -> String {
            try test.outcome(
                key.token(claims(["scope": "\"\(scope)\"", "org": "\"\(org)\"", "staff": staff])))
        }
        #expect(try outcome("admin read", "acme", "true") == "200")
        #expect(try outcome("read", "acme", "true") == "403 jwt_forbidden")
        #expect(try outcome("admin", "acme", "true") == "403 jwt_forbidden")
        #expect(try outcome("admin read", "acme", nil) == "403 jwt_forbidden")
        #expect(try outcome("admin read", "umbrella", "true") == "403 jwt_forbidden")
        let told = try test.exchange(request(key.token(claims()))).response?.headers
        #expect(told?["www-authenticate"]?.hasSuffix("scope=\"admin read\"") == true)
    }

    /// Two numbers that become one when they are read would make two clients one.
    @Test(arguments: ["12345678901234567890", "12345678901234567891", "1.5", "1e300"])
    func numbersThatAreNotWholeNameNobody(_ number: String) throws {
        let token = key.token(claims(["sub": number]))
        let test = try FilterTest(Jwt.self, inline())
        #expect(try test.outcome(token) == "401 jwt_invalid")
        #expect(test.count("bad_claims") == 1)
        #expect(try outcome(key.token(claims(["sub": "9007199254740993"]))) == "200")
    }
}
