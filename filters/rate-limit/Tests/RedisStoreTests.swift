import Synchronization
import Testing
import WeirBase
import WeirFilter
import WeirTesting

@testable import RateLimitFilter

/// Limits in a Redis that says what the tests want.
@Suite struct RedisStoreTests {
    /// A Redis that notes what it is asked.
    final class Redis: Sendable {
        private let state = Mutex((commands: [String](), nodes: [SocketAddress?]()))
        let services = TestServices()

        /// `answer` gets the words of the last command of a call.
        init(_ answer: @escaping @Sendable ([String], CallRequest) -> String?) {
            services.serve("limits") { [weak self] request in
                let text = request.body.description
                let answer = answer(Self.words(text), request)
                guard let answer else { return nil }
                self?.state.withLock {
                    $0.commands.append(text)
                    $0.nodes.append(request.endpoint)
                }
                return .success(CallResponse(status: 200, body: ByteString(answer)))
            }
        }

        var commands: [[String]] { state.withLock { $0.commands.map(Self.words) } }
        var nodes: [SocketAddress?] { state.withLock { $0.nodes } }

        static func words(_ text: String) -> [String] {
            // The part behind ASKING, whose own array has one word.
            let text = text.hasPrefix("*1\r\n") ? String(text.dropFirst(18)) : text
            let lines = text.components("\r\n")
            return stride(from: 2, to: lines.count, by: 2).map { lines[$0] }
        }
    }

    static func test(
        _ redis: Redis, _ limits: TestConfiguration, _ store: [String: TestConfiguration] = [:],
        more: [(String, TestConfiguration)] = []
    ) throws -> FilterTest {
        var fields: [(key: String, value: TestConfiguration)] = [
            ("cluster", "limits"), ("when-unavailable", "deny"),
        ]
        for (key, value) in store {
            fields.removeAll { $0.key == key }
            fields.append((key, value))
        }
        var configuration: [(key: String, value: TestConfiguration)] = [
            ("limits", limits), ("store", .mapping([("redis", .mapping(fields))])),
        ]
        configuration += more.map { (key: $0.0, value: $0.1) }
        return try FilterTest(
            RateLimit.self, .mapping(configuration), services: redis.services)
    }

    static let one: TestConfiguration = [["requests": 3, "per": "second", "name": "one"]]
    static let two: TestConfiguration = [
        ["requests": 3, "per": "second", "name": "one", "key": "client-address"],
        ["requests": 60, "per": "minute", "burst": 5, "name": "two", "shadow": true],
    ]

    /// The script's reply.
    static func reply(_ numbers: Int...) -> String {
        "*\(numbers.count)\r\n" + numbers.map { ":\($0)\r\n" }.joined()
    }

    // MARK: The question

    @Test func oneCommandAsksForAllLimits() throws {
        let redis = Redis { _, _ in Self.reply(1, 333_333, 1, 1, 1_000_000, 0) }
        let test = try Self.test(redis, Self.two)
        #expect(try test.exchange().response?.status == 200)
        let words = try #require(redis.commands.first)
        #expect(redis.commands.count == 1)
        #expect(words.prefix(3) == ["EVALSHA", LimitScript.digest.description, "2"])
        #expect(words[3].hasPrefix("weir:one:") && words[3].hasSuffix(":9:192.0.2.1,"))
        #expect(words[4].hasPrefix("weir:two:"))
        // A third of a second, of which three make a second; 60 per minute are a second each.
        #expect(words[5..<11] == ["333333", "1", "1000000", "0", "3", "0"])
        #expect(words[11...] == ["1000000", "0", "5000000", "0", "1", "1"])
    }

    @Test func whatIsLeftIsTold() throws {
        let redis = Redis { _, _ in Self.reply(1, 333_333, 1, 1, 2_500_000, 0) }
        let test = try Self.test(redis, Self.two, more: [("headers", "draft")])
        let response = try test.exchange().response
        #expect(response?.headers["ratelimit"] == "\"one\";r=2;t=1")
        #expect(response?.headers["ratelimit-policy"] == "\"one\";q=3;w=1")
    }

    @Test func aRefusalSaysWhenToComeBack() throws {
        let redis = Redis { _, _ in Self.reply(0, 3_500_000, 0) }
        let test = try Self.test(
            redis, [["requests": 1, "per": "second", "burst": 4, "cost": 2]])
        let result = try test.exchange()
        #expect(result.response?.status == 429 && result.cause == "rate_limited")
        #expect(result.response?.headers["retry-after"] == "2")
        #expect(result.upstreamRequest == nil)
    }

    @Test func longKeysAreHashed() throws {
        let redis = Redis { _, _ in Self.reply(1, 1, 0) }
        let test = try Self.test(redis, [["requests": 3, "per": "second", "key": "header:x-key"]])
        for letter in ["a", "b"] {
            let long = String(repeating: letter, count: 4000)
            _ = try test.exchange(TestRequest(headers: ["x-key": long]))
        }
        let keys = redis.commands.map { $0[3] }
        #expect(keys[0] != keys[1])
        // The SHA-256 digest of the length, in four bytes, and the value.
        #expect(
            keys[0].hasSuffix(
                ":#8909a05da059402d4c665c5bc540cd39b7db5a2284b7d8508f69130071b84dc6"))
    }

    @Test func aScriptThatIsNotKnownIsSent() throws {
        let redis = Redis { words, _ in
            words[0] == "EVALSHA" ? "-NOSCRIPT No matching script.\r\n" : Self.reply(1, 1, 0)
        }
        let test = try Self.test(redis, Self.one)
        #expect(try test.exchange().response?.status == 200)
        #expect(redis.commands.map { $0[0] } == ["EVALSHA", "EVAL"])
        #expect(redis.commands[0][2...] == redis.commands[1][2...])
    }

    @Test func requestsCostWhatTheySay() throws {
        let redis = Redis { _, _ in Self.reply(1, 1, 0) }
        let test = try Self.test(
            redis,
            [
                [
                    "requests": 7, "per": "second", "burst": 10,
                    "cost": ["header": "x-cost", "max": 10],
                ]
            ])
        _ = try test.exchange(TestRequest(headers: ["x-cost": "4"]))
        #expect(redis.commands[0][4..<9] == ["571428", "4", "1428571", "3", "7"])
    }

    // MARK: No answer

    static let troubles: [String] = [
        "-ERR unknown command\r\n", "-LOADING Redis is loading the dataset in memory\r\n",
        "-NOSCRIPT\r\n", "*2\r\n:1\r\n:2\r\n", "*3\r\n:1\r\n$1\r\nx\r\n:1\r\n", "+OK\r\n",
        "*3\r\n:1\r\n", "",
        "-CLUSTERDOWN Hash slot not served\r\n", "-MOVED 1 :6379\r\n", "-MOVED 99999 1.2.3.4:1\r\n",
        "*99999999\r\n:1\r\n", "*-1\r\n", "-MOVED 1 127.0.0.1:6379\r\n", "-CROSSSLOT\r\n",
        "-ASK 1 127.0.0.1:6379\r\n",
        // More debt than a burst, more parts than a microsecond has, and neither yes nor no.
        reply(0, 999_999_999_999_999_999, 0), reply(1, 1_000_001, 0), reply(1, 0, 3),
        reply(0, 0, 999_999_999_999_999_999), reply(2, 0, 0),
    ]

    @Test(arguments: troubles)
    func withoutADecisionThePolicyHolds(_ reply: String) throws {
        let redis = Redis { _, _ in reply }
        let denied = try Self.test(redis, Self.one).exchange()
        #expect(denied.response?.status == 503 && denied.cause == "rate_limit_unavailable")
        let allowed = try Self.test(redis, Self.one, ["when-unavailable": "allow"]).exchange()
        #expect(allowed.response?.status == 200)
        let local = try Self.test(redis, Self.one, ["when-unavailable": "local"])
        let statuses = try (0..<4).map { _ in try local.exchange().response?.status }
        #expect(statuses == [200, 200, 200, 429])
        #expect(redis.commands.count < 40)
    }

    @Test func limitsThatOnlyCountRefuseNobody() throws {
        let redis = Redis { _, _ in "-ERR\r\n" }
        let test = try Self.test(redis, Self.one, more: [("shadow", true)])
        #expect(try test.exchange().response?.status == 200)
    }

    @Test func failuresAreCountedByKind() throws {
        let services = TestServices()
        let results = Mutex<[CallResult]>([
            .failure(.timeout), .failure(CallFailure("connect_failed")),
            .success(CallResponse(status: 200, body: "-ERR\r\n")),
            .success(CallResponse(status: 200, body: ByteString(Self.reply(1, 1, 0)))),
        ])
        services.serve("limits") { _ in results.withLock { $0.removeFirst() } }
        let test = try FilterTest(
            RateLimit.self,
            [
                "requests": 3, "per": "second",
                "store": ["redis": ["cluster": "limits", "when-unavailable": "allow"]],
            ], services: services)
        for _ in 0..<4 { #expect(try test.exchange().response?.status == 200) }
        func count(_ outcome: String) -> Int {
            services.count(
                "weir_rate_limit_store_calls_total{cluster=\"limits\",outcome=\"\(outcome)\"}")
        }
        #expect(count("timeout") == 1 && count("failed") == 2 && count("answered") == 1)
    }

    @Test func theCallHasTheTimeThatIsConfigured() throws {
        let times = Mutex<[Interval]>([])
        let redis = Redis { _, request in
            times.withLock { $0.append(request.timeout) }
            return Self.reply(1, 1, 0)
        }
        _ = try Self.test(redis, Self.one).exchange()
        _ = try Self.test(redis, Self.one, ["timeout": "5ms"]).exchange()
        #expect(times.withLock { $0 } == [.milliseconds(20), .milliseconds(5)])
    }

    @Test func aRedisThatIsAwayIsSpared() throws {
        let isUp = Mutex(false)
        let redis = Redis { _, _ in isUp.withLock { $0 } ? Self.reply(1, 1, 0) : "-ERR\r\n" }
        let test = try Self.test(redis, Self.one)
        for _ in 0..<20 { #expect(try test.exchange().response?.status == 503) }
        #expect(redis.commands.count == StoreBreaker.patience)
        redis.services.tick()
        #expect(
            redis.services.lines == [
                "error: cluster `limits` does not decide about limits (ERR); "
                    + "when-unavailable: deny"
            ])
        isUp.withLock { $0 = true }
        #expect(try test.exchange().response?.status == 503)
        let waiting = test.begin()
        waiting.advance(by: StoreBreaker.rest)
        try waiting.run()
        // That one came too early; the next one finds that Redis is back.
        #expect(try test.exchange().response?.status == 200)
        #expect(try test.exchange().response?.status == 200)
        redis.services.tick()
        #expect(redis.services.lines.last == "notice: cluster `limits` decides about limits again")
    }

    // MARK: Configuration

    @Test func mistakesNameTheirField() {
        func path(_ redis: TestConfiguration) -> [String]? {
            TestFilter(
                RateLimit.self, ["requests": 1, "per": "second", "store": ["redis": redis]]
            ).pathOfError(serving: "limits")
        }
        #expect(path(["cluster": "limits", "when-unavailable": "allow"]) == nil)
        #expect(
            path(["cluster": "nope", "when-unavailable": "allow"]) == ["store", "redis", "cluster"])
        #expect(
            path(["cluster": "limits", "when-unavailable": "allow", "timeout": "0s"])
                == ["store", "redis", "timeout"])
        #expect(
            path([
                "cluster": "limits", "when-unavailable": "allow",
                "prefix": .text(String(repeating: "x", count: 65)),
            ]) == ["store", "redis", "prefix"])
        for incomplete: TestConfiguration in [
            ["cluster": "limits"], ["when-unavailable": "allow"],
            ["cluster": "limits", "when-unavailable": "perhaps"], "local",
        ] {
            #expect(throws: (any Error).self) {
                _ = try TestFilter(
                    RateLimit.self,
                    ["requests": 1, "per": "second", "store": ["redis": incomplete]]
                ).makeFactory()
            }
        }
    }
}

extension String {
    /// The parts between a separator.
    fileprivate func components(_ separator: String) -> [String] {
        var parts: [String] = []
        var rest = Array(utf8)[...]
        let needle = Array(separator.utf8)
        var part: [UInt8] = []
        while !rest.isEmpty {
            if rest.starts(with: needle) {
                parts.append(String(decoding: part, as: UTF8.self))
                part = []
                rest = rest.dropFirst(needle.count)
            } else {
                part.append(rest.removeFirst())
            }
        }
        return parts + [String(decoding: part, as: UTF8.self)]
    }
}
