import Testing
import WeirBase
import WeirFilter
import WeirTesting

@testable import ExternalAuthFilter

/// Decisions that are remembered.
@Suite struct CacheTests {
    private func configuration(_ more: (String, TestConfiguration)...) -> TestConfiguration {
        .mapping(
            [
                (key: "http", value: ["cluster": "authz"]),
                (key: "upstream-headers", value: ["x-user"]),
                (
                    key: "cache",
                    value: .mapping(
                        [(key: "key", value: ["header:authorization", "path"])]
                            + more.map { (key: $0.0, value: $0.1) })
                ),
            ])
    }

    private func request(_ who: String, _ path: String = "/") -> TestRequest {
        TestRequest("GET", path, headers: ["authorization": who, "x-user": "root"])
    }

    @Test func oneDecisionHoldsForAWhile() throws {
        let test = AuthTest(configuration(("ttl", "10s"))) { request in
            let isAlice = request.values("authorization") == ["alice"]
            return CallResponse.http(isAlice ? 200 : 401, ["x-user": "alice"], "no")
        }
        let chain = try test.chain()
        for _ in 0..<3 {
            let allowed = try chain.exchange(request("alice"))
            #expect(allowed.upstreamRequest?.headers.values("x-user") == ["alice"])
            let denied = try chain.exchange(request("bob"))
            #expect(denied.response?.status == 401)
            #expect(denied.response?.body == "no")
            #expect(denied.cause == "external_auth_denied")
        }
        #expect(test.questions.count == 2)
        #expect(test.count("allowed") == 1)
        #expect(test.count("denied") == 1)
        #expect(test.count("cached") == 4)
        // Another key is another question.
        _ = try chain.exchange(request("alice", "/b"))
        #expect(test.questions.count == 3)
        // Time passes on the stream's clock.
        let waiting = chain.begin(request("alice", "/c"))
        waiting.turn()
        waiting.advance(by: .seconds(10))
        _ = try chain.exchange(request("alice"))
        #expect(test.questions.count == 5)
    }

    @Test func missingIsNotEmpty() throws {
        let test = AuthTest(configuration()) { _ in CallResponse.http(200) }
        let chain = try test.chain()
        _ = try chain.exchange(TestRequest())
        _ = try chain.exchange(request(""))
        _ = try chain.exchange(TestRequest())
        #expect(test.questions.count == 2)
    }

    @Test func keysDoNotRunTogether() throws {
        let test = AuthTest(
            [
                "http": ["cluster": "authz"],
                "cache": ["key": ["header:a", "header:b"]],
            ]
        ) { _ in CallResponse.http(200) }
        let chain = try test.chain()
        _ = try chain.exchange(TestRequest(headers: ["a": "1", "b": "23"]))
        _ = try chain.exchange(TestRequest(headers: ["a": "12", "b": "3"]))
        _ = try chain.exchange(TestRequest(headers: ["a": "11:23"]))
        _ = try chain.exchange(TestRequest(headers: ["a": "1", "b": "23-"]))
        #expect(test.questions.count == 4)
    }

    @Test func errorsAreNotRemembered() throws {
        let test = AuthTest(configuration()) { _ in CallResponse.http(500) }
        let chain = try test.chain()
        _ = try chain.exchange(request("alice"))
        _ = try chain.exchange(request("alice"))
        #expect(test.questions.count == 2)
        #expect(test.count("error") == 2)
    }

    @Test(arguments: [
        ("no-store", 2), ("No-Cache", 2), ("max-age=0", 2), ("private, max-age=60", 1),
        ("max-age=x", 2), ("public", 1), ("max-age=60, no-store", 2),
    ])
    func theServiceMayShortenIt(_ control: String, _ asked: Int) throws {
        let test = AuthTest(configuration()) { _ in
            CallResponse.http(200, ["cache-control": control])
        }
        let chain = try test.chain()
        _ = try chain.exchange(request("alice"))
        _ = try chain.exchange(request("alice"))
        #expect(test.questions.count == asked)
    }

    @Test(
        arguments: [
            ([], nil), (["max-age=5"], 5), (["max-age=5", "max-age=3"], 3),
            (["public,max-age=7"], 7),
            (["no-store"], 0), (["s-maxage=4"], nil), (["max-age=99999999999"], 1 << 31),
            ([""], nil), ([",,"], nil),
        ] as [([String], Int64?)])
    func lifetimes(_ lines: [String], _ seconds: Int64?) {
        var headers = HeaderMap()
        for line in lines { headers.append(.cacheControl, ByteString(line).span) }
        #expect(CacheControl.lifetime(of: headers) == seconds.map { .seconds($0) })
    }

    @Test func longKeysAreNotKept() throws {
        let test = AuthTest(configuration()) { _ in CallResponse.http(200) }
        let chain = try test.chain()
        let long = String(repeating: "a", count: DecisionCache.longestKey)
        _ = try chain.exchange(request(long))
        _ = try chain.exchange(request(long))
        #expect(test.questions.count == 2)
    }

    // MARK: The cache itself

    private let later = MonotonicTime(nanoseconds: 1_000)
    private let now = MonotonicTime(nanoseconds: 1)

    private func refusal(_ size: Int) -> Decision {
        .deny(
            Refusal(
                response: LocalResponse(
                    status: 403, cause: "external_auth_denied",
                    body: ByteString([UInt8](repeating: 0, count: size)))))
    }

    @Test func theLeastRecentlyUsedMakesRoom() {
        var cache = DecisionCache(entries: 3, bytes: 1 << 20)
        for key: ByteString in ["a", "b", "c"] {
            cache.insert(refusal(1), for: key, until: later)
        }
        #expect(cache.decision(for: "a", at: now) != nil)
        cache.insert(refusal(1), for: "d", until: later)
        #expect(cache.count == 3)
        #expect(cache.decision(for: "b", at: now) == nil)
        for key: ByteString in ["a", "c", "d"] {
            #expect(cache.decision(for: key, at: now) != nil)
            #expect(cache.decision(for: key, at: later) == nil)
        }
        #expect(cache.count == 0)
        #expect(cache.byteCount == 0)
    }

    @Test func memoryIsBounded() {
        var cache = DecisionCache(entries: 1000, bytes: 10_000)
        for index in 0..<200 {
            cache.insert(refusal(index * 10), for: ByteString("\(index)"), until: later)
            #expect(cache.byteCount <= 10_000)
        }
        #expect(cache.count >= 4)
        cache.insert(refusal(20_000), for: "huge", until: later)
        #expect(cache.decision(for: "huge", at: now) == nil)
        #expect(cache.decision(for: "199", at: now) != nil)
        // A new decision takes the place of the old one.
        cache.insert(refusal(10), for: "199", until: later)
        #expect(cache.byteCount <= 10_000)
        cache.insert(.failed, for: "error", until: later)
        #expect(cache.decision(for: "error", at: now) == nil)
    }

    /// Against a plain list in the order of use.
    @Test func theCacheAgreesWithAList() {
        let random = SeededRandom(seed: 3)
        var cache = DecisionCache(entries: 8, bytes: 1 << 20)
        var list: [ByteString] = []
        for _ in 0..<5000 {
            let key = ByteString("\(random.next() % 16)")
            if random.next() % 2 == 0 {
                cache.insert(refusal(0), for: key, until: later)
                list.removeAll { $0 == key }
                list.append(key)
                if list.count > 8 { list.removeFirst() }
            } else {
                let isThere = cache.decision(for: key, at: now) != nil
                #expect(isThere == list.contains(key))
                if isThere {
                    list.removeAll { $0 == key }
                    list.append(key)
                }
            }
            #expect(cache.count == list.count)
        }
    }
}
