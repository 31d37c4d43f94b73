import Testing
import WeirBase
import WeirFilter
import WeirTesting

@testable import ExternalAuthFilter

/// What is not remembered, because it holds for one request alone.
@Suite struct CacheLimitsTests {
    private func asked(
        _ key: TestConfiguration, _ requests: [TestRequest],
        _ more: (String, TestConfiguration)..., answer: @escaping TestCluster
    ) throws -> Int {
        let fields: [(key: String, value: TestConfiguration)] = [
            (key: "http", value: ["cluster": "authz"]), (key: "cache", value: ["key": [key]]),
        ]
        let test = AuthTest(.mapping(fields + more.map { (key: $0.0, value: $0.1) }), answer)
        let chain = try test.chain()
        for request in requests { _ = try chain.exchange(request) }
        return test.questions.count
    }

    /// A key, requests that have the same first value of it, and how many need a question.
    private static let repeated: [(TestConfiguration, [TestRequest], Int)] = [
        (
            "query:tenant",
            [TestRequest("GET", "/?tenant=a"), TestRequest("GET", "/?tenant=a&tenant=b")], 2
        ),
        (
            "query:tenant",
            [TestRequest("GET", "/?tenant=a&t%65nant=b"), TestRequest("GET", "/?tenant=a")], 2
        ),
        (
            "header:x-tenant",
            [
                TestRequest(headers: ["x-tenant": "a"]),
                TestRequest(headers: ["x-tenant": "a", "X-Tenant": "b"]),
            ], 2
        ),
        (
            "header:x-tenant",
            [
                TestRequest(headers: ["x-tenant": "a"]),
                TestRequest(headers: ["x-tenant": "a", "X_Tenant": "b"]),
            ], 2
        ),
        (
            "header:x-tenant",
            [TestRequest(), TestRequest(headers: ["x_tenant": "a"])], 2
        ),
        (
            "cookie:session",
            [
                TestRequest(headers: ["cookie": "session=a"]),
                TestRequest(headers: ["cookie": "session=a; session=b"]),
                TestRequest(headers: ["cookie": "session=a", "Cookie": "session=b"]),
            ], 3
        ),
        (
            "cookie:session",
            [
                TestRequest(headers: ["cookie": "session=a; other=1"]),
                TestRequest(headers: ["cookie": "session=a", "Cookie": "other=2"]),
            ], 1
        ),
    ]

    @Test(arguments: repeated.indices)
    func noKeyHasMoreThanOneValue(_ index: Int) throws {
        let (key, requests, expected) = Self.repeated[index]
        let asked = try asked(key, requests) { _ in CallResponse.http(200) }
        #expect(asked == expected, "\(requests)")
    }

    @Test(
        arguments: [
            (401, ["set-cookie": "nonce=1"], 2), (302, ["location": "/login?state=1"], 2),
            (401, ["www-authenticate": "Bearer"], 1), (403, ["location": "/help"], 1),
            // Nobody gets this cookie.
            (200, ["set-cookie": "session=1"], 1),
        ] as [(Int, TestFields, Int)])
    func whatIsForOneClientIsNotReplayed(
        _ status: Int, _ fields: TestFields, _ expected: Int
    ) throws {
        let asked = try asked("path", [TestRequest(), TestRequest()]) { _ in
            CallResponse.http(status, fields)
        }
        #expect(asked == expected)
    }

    @Test func cookiesOfAConsentAreNotReplayed() throws {
        let asked = try asked(
            "path", [TestRequest(), TestRequest()],
            ("client-headers-on-success", ["set-cookie"])
        ) { _ in CallResponse.http(200, ["set-cookie": "session=1"]) }
        #expect(asked == 2)
    }

    @Test func theNameOfAClientTakesMemory() {
        let name = ByteString([UInt8](repeating: UInt8(ascii: "a"), count: 5000))
        let consent = Consent(identity: ClientIdentity(name: name, source: "external-auth"))
        #expect(consent.byteCount > 5000)
        var cache = DecisionCache(entries: 100, bytes: 8000)
        let later = MonotonicTime(nanoseconds: 2)
        cache.insert(.allow(consent), for: "a", until: later)
        cache.insert(.allow(consent), for: "b", until: later)
        #expect(cache.count == 1)
    }
}
