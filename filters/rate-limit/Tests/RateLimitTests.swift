import RateLimitFilter
import Testing
import WeirBase
import WeirFilter
import WeirTesting

@Suite struct RateLimitTests {
    private func status(
        _ test: FilterTest, _ headers: TestFields = [:], from client: String? = "192.0.2.1"
    ) throws -> Int? {
        var request = TestRequest(headers: headers)
        request.client = client.flatMap { IPAddress($0) }
        return try test.exchange(request).response?.status
    }

    /// How many of so many requests are admitted.
    private func admitted(
        _ test: FilterTest, of count: Int, _ headers: TestFields = [:],
        from client: String = "192.0.2.1"
    ) throws -> Int {
        var admitted = 0
        for _ in 0..<count where try status(test, headers, from: client) == 200 { admitted += 1 }
        return admitted
    }

    @Test func admitsABurstAndRefusesTheRest() throws {
        let services = TestServices()
        let test = try FilterTest(
            RateLimit.self, ["requests": 3, "per": "minute"], services: services)
        #expect(try admitted(test, of: 3) == 3)
        let refused = try test.exchange()
        #expect(refused.response?.status == 429 && refused.cause == "rate_limited")
        #expect(refused.response?.headers["retry-after"] == "20")
        #expect(refused.response?.headers["ratelimit"] == nil)
        #expect(refused.upstreamRequest == nil)
        func count(_ outcome: String) -> Int {
            services.count(
                "weir_rate_limit_requests_total"
                    + "{limit=\"3-per-minute\",outcome=\"\(outcome)\"}")
        }
        #expect(count("allowed") == 3 && count("limited") == 1)
        #expect(services.gauge("weir_rate_limit_keys{limit=\"3-per-minute\"}") == 1)
    }

    @Test func timeRefills() throws {
        let test = try FilterTest(
            RateLimit.self, ["requests": 10, "per": "second", "burst": 2])
        #expect(try admitted(test, of: 5) == 2)
        test.begin().advance(by: .milliseconds(99))
        #expect(try admitted(test, of: 1) == 0)
        test.begin().advance(by: .milliseconds(1))
        #expect(try admitted(test, of: 5) == 1)
        test.begin().advance(by: .seconds(10))
        #expect(try admitted(test, of: 5) == 2)
    }

    @Test func keysAreApart() throws {
        func keys(_ key: TestConfiguration) throws -> FilterTest {
            try FilterTest(RateLimit.self, ["requests": 1, "per": "hour", "key": key])
        }
        let clients = try keys("client-address")
        #expect(try status(clients, from: "192.0.2.1") == 200)
        #expect(try status(clients, from: "192.0.2.1") == 429)
        #expect(try status(clients, from: "192.0.2.2") == 200)
        #expect(try status(clients, from: "2001:db8:1:2::1") == 200)
        #expect(try status(clients, from: "2001:db8:1:2:3::1") == 429, "the same /64")
        #expect(try status(clients, from: "2001:db8:1:3::1") == 200)
        let both = try keys(["client-address", "header:x-team"])
        #expect(try status(both, ["x-team": "a"]) == 200)
        #expect(try status(both, ["x-team": "b"]) == 200)
        #expect(try status(both, ["x-team": "a"], from: "192.0.2.2") == 200)
        #expect(try status(both, ["x-team": "a"]) == 429)
        #expect(try status(both) == 200, "no field is a value of its own")
        #expect(try status(both) == 429)
        // What follows what does not matter to the eye, but to the key.
        let pair = try keys(["header:x-a", "header:x-b"])
        #expect(try status(pair, ["x-a": "1", "x-b": "23"]) == 200)
        #expect(try status(pair, ["x-a": "12", "x-b": "3"]) == 200)
        #expect(try status(pair, ["x-a": "123"]) == 200)
        #expect(try status(pair, ["x-b": "123"]) == 200)
        #expect(try status(pair, ["x-a": "123", "x-b": ""]) == 200)
        let clientsOfFilters = try keys("client")
        clientsOfFilters.identities = [ClientIdentity(name: "robot", source: "jwt")]
        #expect(try status(clientsOfFilters, from: "192.0.2.1") == 200)
        #expect(try status(clientsOfFilters, from: "192.0.2.2") == 429)
    }

    @Test func requestsWithoutTheKey() throws {
        func test(_ missing: TestConfiguration, _ services: TestServices) throws -> FilterTest {
            try FilterTest(
                RateLimit.self,
                [
                    "name": "n", "requests": 1, "per": "hour", "key": "header:x-key",
                    "missing-key": missing,
                ], services: services)
        }
        let services = TestServices()
        let share = try test(nil, services)
        #expect(try admitted(share, of: 3) == 1)
        let skip = try test("skip", services)
        #expect(try admitted(skip, of: 3) == 3)
        #expect(
            services.count("weir_rate_limit_requests_total{limit=\"n\",outcome=\"unkeyed\"}") == 3)
        let deny = try test("deny", services)
        let refused = try deny.exchange()
        #expect(refused.response?.status == 429 && refused.cause == "rate_limit_key_missing")
        #expect(refused.response?.headers["retry-after"] == nil)
        #expect(try status(deny, ["x-key": "a"]) == 200)
    }

    @Test func costs() throws {
        let fixed = try FilterTest(
            RateLimit.self, ["requests": 10, "per": "hour", "cost": 3])
        #expect(try admitted(fixed, of: 9) == 3)
        func left(after cost: String?) throws -> Int {
            let test = try FilterTest(
                RateLimit.self,
                ["requests": 20, "per": "hour", "cost": ["header": "x-cost", "max": 10]])
            _ = try status(test, cost.map { ["x-cost": $0] } ?? [:])
            return try admitted(test, of: 20)
        }
        #expect(try left(after: nil) == 19)
        #expect(try left(after: "4") == 16)
        #expect(try left(after: "0") == 19, "nothing is for nothing")
        #expect(try left(after: "11") == 10)
        #expect(try left(after: "99999999999999999999") == 10)
        #expect(try left(after: "-1") == 10)
        #expect(try left(after: "many") == 10)
    }

    @Test func severalLimitsTakeAllOrNothing() throws {
        let services = TestServices()
        let test = try FilterTest(
            RateLimit.self,
            [
                "limits": [
                    ["name": "all", "requests": 5, "per": "hour"],
                    ["name": "each", "requests": 2, "per": "hour", "key": "client-address"],
                ]
            ], services: services)
        #expect(try admitted(test, of: 10) == 2)
        #expect(try admitted(test, of: 10, from: "192.0.2.2") == 2)
        #expect(try admitted(test, of: 10, from: "192.0.2.3") == 1, "five in all")
        func count(_ limit: String, _ outcome: String) -> Int {
            services.count(
                "weir_rate_limit_requests_total{limit=\"\(limit)\",outcome=\"\(outcome)\"}")
        }
        #expect(count("all", "allowed") == 5 && count("each", "allowed") == 5)
        #expect(count("all", "limited") == 10 - 1 && count("each", "limited") == 8 + 8)
    }

    @Test func conditionsNarrow() throws {
        let test = try FilterTest(
            RateLimit.self, ["requests": 1, "per": "hour", "when": ["methods": "POST"]])
        #expect(try admitted(test, of: 3) == 3)
        #expect(try test.exchange(TestRequest("POST")).response?.status == 200)
        #expect(try test.exchange(TestRequest("POST")).response?.status == 429)
    }

    @Test func shadowsOnlyCount() throws {
        let services = TestServices()
        let test = try FilterTest(
            RateLimit.self,
            [
                "shadow": true,
                "limits": [
                    ["name": "one", "requests": 1, "per": "hour"],
                    [
                        "name": "two", "requests": 2, "per": "hour", "key": "header:x-k",
                        "missing-key": "deny",
                    ],
                    ["name": "real", "requests": 4, "per": "hour", "shadow": false],
                ],
            ], services: services)
        #expect(try admitted(test, of: 6) == 4)
        #expect(
            services.count(
                "weir_rate_limit_requests_total{limit=\"one\",outcome=\"shadow\"}") == 5)
        #expect(
            services.count(
                "weir_rate_limit_requests_total{limit=\"real\",outcome=\"limited\"}") == 2)
    }

    @Test func responsesSayWhatIsLeft() throws {
        let test = try FilterTest(
            RateLimit.self,
            [
                "headers": "draft",
                "limits": [
                    ["name": "minutely", "requests": 3, "per": "minute"],
                    ["name": "fast", "requests": 5, "per": "100ms", "burst": 7],
                    ["name": "hidden", "requests": 1, "per": "day", "shadow": true],
                ],
            ])
        let first = try test.exchange { _ in
            TestResponse(headers: ["ratelimit": "\"origin\";r=1", "x-own": "1"])
        }
        let policies = "\"minutely\";q=3;w=60, \"fast\";q=5"
        #expect(first.response?.headers["ratelimit-policy"] == policies)
        #expect(first.response?.headers["ratelimit"] == "\"minutely\";r=2;t=20, \"fast\";r=6;t=1")
        #expect(first.response?.headers["x-own"] == "1")
        _ = try test.exchange()
        _ = try test.exchange()
        let refused = try test.exchange()
        #expect(refused.response?.headers["ratelimit-policy"] == policies)
        #expect(
            refused.response?.headers["ratelimit"] == "\"minutely\";r=0;t=60, \"fast\";r=4;t=1")
        #expect(refused.response?.headers["retry-after"] == "20")
    }

    @Test func anotherStatus() throws {
        let test = try FilterTest(
            RateLimit.self, ["requests": 1, "per": "second", "status": 503])
        _ = try test.exchange()
        #expect(try test.exchange().response?.status == 503)
    }

    @Test func everyWayInWhichARequestArrives() throws {
        let asked = TestRequest("POST", "/", headers: ["x-key": "k"], body: "some body")
        for headers: TestConfiguration in ["none", "draft"] {
            // What is left changes with every replay; a shadow does not tell.
            let admits: TestConfiguration = [
                "requests": 100_000, "per": "hour", "key": ["client-address", "header:x-key"],
                "headers": headers, "shadow": true,
            ]
            #expect(
                try FilterTest(RateLimit.self, admits).everySplit(asked).response?.status == 200)
            let refuses: TestConfiguration = [
                "requests": 1, "per": "hour", "key": "header:x-none", "missing-key": "deny",
                "headers": headers,
            ]
            #expect(
                try FilterTest(RateLimit.self, refuses).everySplit(asked).response?.status == 429)
        }
    }

    /// The same limit in two places is one count; another name makes it another.
    @Test func theSameLimitIsOneCount() throws {
        let services = TestServices()
        func test(_ name: String) throws -> FilterTest {
            try FilterTest(
                RateLimit.self, ["name": .text(name), "requests": 2, "per": "hour"],
                services: services)
        }
        let (one, same, other) = (try test("a"), try test("a"), try test("b"))
        #expect(try admitted(one, of: 1) == 1)
        #expect(try admitted(same, of: 2) == 1)
        #expect(try admitted(one, of: 1) == 0)
        #expect(try admitted(other, of: 3) == 2)
        #expect(services.gauge("weir_rate_limit_keys{limit=\"a\"}") == 1)
    }

    @Test func explains() throws {
        let configuration: TestConfiguration = [
            "limits": [
                [
                    "name": "team", "requests": 10, "per": "minute",
                    "key": ["client-address", "header:x-team"],
                ],
                ["name": "posts", "requests": 1, "per": "10s", "when": ["methods": "POST"]],
                [
                    "name": "keyed", "requests": 1, "per": "10s", "key": "header:x-none",
                    "missing-key": "skip", "shadow": true,
                ],
                ["name": "all", "requests": 5, "per": "1s", "burst": 9, "cost": 2],
            ]
        ]
        let factory = try TestFilter(RateLimit.self, configuration).makeFactory()
        let stream = FilterStream(driver: nil)
        stream.clientAddress = IPAddress("2001:db8::1")
        stream.request.headers.append("x-team", "a")
        #expect(
            factory.explain(stream) == [
                "limit team: 10 per 1m, burst 10, key client-address=2001:db8:0:0:0:0:0:0/64 "
                    + "header:x-team=a, cost 1",
                "limit posts: 1 per 10s, burst 1, does not hold: methods",
                "limit keyed (shadow): 1 per 10s, burst 1, not counted: a part of the key is "
                    + "missing",
                "limit all: 5 per 1s, burst 9, key (all requests), cost 2",
            ])
    }
}
