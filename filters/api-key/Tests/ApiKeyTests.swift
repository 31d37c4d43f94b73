import ApiKeyFilter
import OpenSSLDigest
import Testing
import WeirBase
import WeirFilter
import WeirTesting

/// A key's SHA-256 as text.
func digest(_ key: String) -> String {
    let bytes = ByteString(key)
    return SHA256Hasher().digest(bytes.span).description
}

@Suite struct ApiKeyTests {
    static let acme = "acme-0123456789abcdef"
    static let other = "other-0123456789abcdef"

    private let keys: TestConfiguration = [
        [
            "name": "acme", "secret": .text(acme), "labels": ["plan": "gold", "region": "eu"],
        ],
        ["name": "other", "sha256": .text(digest(other))],
    ]

    private func test(
        _ settings: [(key: String, value: TestConfiguration)] = [],
        services: TestServices = TestServices()
    ) throws -> FilterTest {
        try FilterTest(ApiKey.self, .mapping([("keys", keys)] + settings), services: services)
    }

    private func count(_ outcome: String, _ test: FilterTest) -> Int {
        test.services.count("weir_api_key_requests_total{outcome=\"\(outcome)\"}")
    }

    @Test func aKeyNamesTheClient() throws {
        let test = try test()
        let exchange = test.begin(TestRequest(headers: ["X-Api-Key": Self.acme]))
        try exchange.run()
        let client = try #require(exchange.identities.last)
        #expect(client.name == "acme")
        #expect(client.source.description == "api-key")
        #expect(client.claims["plan"] == .string("gold"))
        #expect(ClaimPath("region")?.find(in: client.claims) == .string("eu"))
        #expect(exchange.result.response?.status == 200)
        #expect(exchange.result.upstreamRequest?.headers["x-api-key"] == nil)
        #expect(count("accepted", test) == 1)
        #expect(test.services.gauge("weir_api_key_keys") == 2)
    }

    @Test func aKeyGivenAsADigestCounts() throws {
        let result = try test().everySplit(
            TestRequest("POST", headers: ["x-api-key": Self.other], body: "abc"))
        #expect(result.response?.status == 200)
        #expect(result.upstreamRequest?.body == "abc")
    }

    @Test func othersAreRefused() throws {
        let test = try test([("realm", "my api")])
        for (headers, cause) in [
            ([:], "api_key_missing"), (["x-api-key": ""], "api_key_unknown"),
            (["x-api-key": "nobody"], "api_key_unknown"),
            (["x-api-key": digest(Self.acme)], "api_key_unknown"),
            (["x-api-key": Self.acme + " x"], "api_key_unknown"),
            (["x-api-key": Self.acme, "X-API-KEY": Self.other], "api_key_conflicting"),
            (
                ["x-api-key": Self.acme, "X-API-KEY": "x", "x-api-Key": Self.acme],
                "api_key_conflicting"
            ),
        ] as [(TestFields, String)] {
            let result = try test.exchange(TestRequest(headers: headers))
            #expect(result.response?.status == 401)
            #expect(result.response?.headers["www-authenticate"] == "ApiKey realm=\"my api\"")
            #expect(result.cause == cause)
            #expect(result.upstreamRequest == nil)
        }
        #expect(count("missing", test) == 1)
        #expect(count("unknown", test) == 4)
        #expect(count("conflicting", test) == 2)
        _ = try test.everySplit(TestRequest(headers: ["x-api-key": "nobody"]))
    }

    @Test func theSamePlacesAreSearchedAndCleaned() throws {
        let test = try test([
            ("from", ["header:authorization", "query:key", "cookie:key", "header:x-key"])
        ])
        func upstream(_ target: String, _ headers: TestFields) throws -> TestRequest? {
            try test.exchange(TestRequest("GET", target, headers: headers)).upstreamRequest
        }
        let key = Self.acme
        #expect(try upstream("/?key=\(key)&a=%31", [:])?.target == "/?a=%31")
        #expect(try upstream("/a?key=\(key)", [:])?.target == "/a")
        #expect(try upstream("/", ["cookie": "a=b; key=\(key)"])?.headers == ["cookie": "a=b"])
        #expect(try upstream("/", ["authorization": "bearer  \(key)"])?.headers == [:])
        // The same key in two places is one key, and leaves both.
        let both = try upstream("/?key=\(key)", ["x-key": key])
        #expect(both?.target == "/")
        #expect(both?.headers == [:])
        // Other schemes are another filter's business.
        #expect(try upstream("/", ["authorization": "Basic \(key)"]) == nil)
        #expect(try upstream("/", ["authorization": "\(key)"]) == nil)
        #expect(try upstream("/?key=\(key)", ["x-key": Self.other]) == nil)
    }

    /// What is another filter's stays: the key alone is taken out.
    @Test func otherCredentialsStay() throws {
        let test = try test([("from", ["header:x-api-key", "header:authorization"])])
        func upstream(_ headers: TestFields) throws -> TestFields? {
            try test.exchange(TestRequest(headers: headers)).upstreamRequest?.headers
        }
        let basic: TestFields = ["authorization": "Basic YTpi"]
        #expect(try upstream(["x-api-key": Self.acme, "authorization": "Basic YTpi"]) == basic)
        #expect(
            try upstream([
                "authorization": "Bearer \(Self.acme)", "Authorization": "Basic YTpi",
                "AUTHORIZATION": "bearer\t\(Self.acme)", "x-api-key": Self.acme,
            ]) == ["Authorization": "Basic YTpi"])
        let plain = try self.test().exchange(
            TestRequest(headers: ["x-api-key": Self.acme, "authorization": "Bearer x"]))
        #expect(plain.upstreamRequest?.headers == ["authorization": "Bearer x"])
    }

    @Test func whateverEndsTheSchemeAWrongKeyDoesNotPass() throws {
        let test = try test([("from", ["header:authorization"]), ("optional", true)])
        for value in ["Bearer\tx", "Bearer,x", "Bearer", "Bearer\u{A0}\(Self.acme)"] {
            let result = try test.exchange(TestRequest(headers: ["authorization": .init(value)]))
            #expect(result.cause == "api_key_unknown", "\(value)")
        }
        let good = try test.exchange(
            TestRequest(headers: ["authorization": "Bearer\t\(Self.acme)"]))
        #expect(good.response?.status == 200)
        #expect(good.upstreamRequest?.headers == [:])
    }

    @Test func aKeyMayStay() throws {
        let result = try test([("strip", false)]).exchange(
            TestRequest(headers: ["x-api-key": Self.acme]))
        #expect(result.upstreamRequest?.headers == ["x-api-key": Self.acme])
    }

    @Test func aKeyMayBeMissing() throws {
        let test = try test([("optional", true)])
        let exchange = test.begin(TestRequest())
        try exchange.run()
        #expect(exchange.identities.isEmpty)
        #expect(exchange.result.response?.status == 200)
        #expect(count("anonymous", test) == 1)
        // A wrong key is not a missing one.
        let wrong = try test.exchange(TestRequest(headers: ["x-api-key": "x"]))
        #expect(wrong.cause == "api_key_unknown")
    }

    @Test func theUpstreamIsToldTheName() throws {
        let test = try test([("client-header", "x-client"), ("optional", true)])
        func told(_ headers: TestFields) throws -> [String]? {
            try test.exchange(TestRequest(headers: headers)).upstreamRequest?.headers
                .values("x-client")
        }
        #expect(
            try told(["X-Client": "root", "x-api-key": Self.acme, "x-client": "a"]) == ["acme"])
        #expect(try told(["X-Client": "root"]) == [])
        // CGI and WSGI make one variable of `x-client` and `x_client`.
        let spoofed: TestFields = ["X_Client": "root", "x_client": "root", "x-clients": "stays"]
        let none = try test.exchange(TestRequest(headers: spoofed)).upstreamRequest?.headers
        #expect(none == ["x-clients": "stays"])
        let named = try test.exchange(
            TestRequest(headers: ["X_Client": "root", "x-api-key": Self.acme]))
        #expect(named.upstreamRequest?.headers == ["x-client": "acme"])
    }

    @Test func explainsWhoseKeyItIs() throws {
        let test = try test()
        func explain(_ headers: TestFields) -> [String] {
            test.explain(TestRequest(headers: headers))
        }
        #expect(explain(["x-api-key": Self.acme]) == ["the key of `acme`"])
        #expect(explain([:]) == ["no key: 401"])
        #expect(explain(["x-api-key": "x"]) == ["a key that is nobody's: 401"])
        #expect(
            explain(["x-api-key": "x", "X-Api-Key": "y"]) == ["keys that differ: 401"])
    }
}
