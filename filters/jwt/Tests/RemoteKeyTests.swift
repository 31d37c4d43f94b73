import JwtFilter
import Testing
import WeirBase
import WeirFilter
import WeirTesting

/// Keys that are fetched: first, again, in time, and when the provider is down.
@Suite struct RemoteKeyTests {
    private let services = TestServices()
    private let old = TestKey(.p256, id: "old")
    private let new = TestKey(.p256, id: "new")

    private func lab(
        _ provider: TestProvider, _ keys: [(key: String, value: TestConfiguration)] = [],
        _ fields: [(key: String, value: TestConfiguration)] = []
    ) throws -> FilterTest {
        provider.serve(services)
        return try FilterTest(Jwt.self, remote(keys, fields), services: services)
    }

    private func fetches(_ outcome: String) -> Int {
        services.count("weir_jwt_key_fetches_total{outcome=\"\(outcome)\"}")
    }

    private var age: Double? {
        services.gauge("weir_jwt_keys_age_seconds{issuer=\"\(issuer)\"}")
    }

    // MARK: The first keys

    @Test func keysAreFetchedBeforeAnybodyAsks() throws {
        let provider = TestProvider(old)
        let test = try lab(provider, [("host", "id.example.com"), ("timeout", "3s")])
        let call = try #require(services.waitingCalls.first)
        #expect(call.cluster == "idp")
        #expect(call.request.path == "/jwks.json")
        #expect(call.request.authority == "id.example.com")
        #expect(call.request.timeout == .seconds(3))
        services.answerCalls()
        #expect(provider.calls == 1 && fetches("fetched") == 1)
        #expect(services.lines == ["notice: keys of \(issuer): 1 key"])
        let result = try test.exchange(request(old.token(claims())))
        #expect(result.response?.status == 200 && result.pausedFor == .zero)
        #expect(result.verdicts(of: "jwt") == [.continue: 1])
        #expect(provider.calls == 1)
    }

    @Test func requestsBeforeTheFirstKeysWaitForThem() throws {
        let provider = TestProvider(old)
        provider.fall(silent: true)
        let test = try lab(provider)
        let exchange = test.begin(request(old.token(claims())))
        exchange.turn()
        #expect(exchange.isPaused)
        provider.rise()
        exchange.turn()
        #expect(exchange.isComplete)
        #expect(exchange.result.response?.status == 200)
        #expect(exchange.identities.last?.name == "alice")
        try exchange.checkRules()
        #expect(provider.calls == 1)
    }

    @Test func waitingRequestsAreToldThatThereAreNoKeys() throws {
        let provider = TestProvider(old)
        provider.fall()
        let test = try lab(provider)
        let result = try test.exchange(request(old.token(claims())))
        #expect(result.response?.status == 503)
        #expect(result.cause == "jwt_keys_unavailable")
        #expect(result.response?.headers["retry-after"] == "1")
        #expect(result.response?.headers["www-authenticate"] == nil)
        #expect(test.count("keys_unavailable") == 1 && fetches("failed") == 1)
        // At once, for there has been a fetch just now; a request never waits twice.
        #expect(try test.outcome(old.token(claims())) == "503 jwt_keys_unavailable")
        #expect(provider.calls == 1)
        // Others need no keys.
        #expect(try test.outcome(nil) == "401 jwt_missing")
    }

    @Test func aClientThatGoesAwayWhileItWaitsIsForgotten() throws {
        let provider = TestProvider(old)
        provider.fall(silent: true)
        let test = try lab(provider)
        let exchange = test.begin(request(old.token(claims())))
        exchange.turn()
        exchange.reset()
        provider.rise()
        services.answerCalls()
        #expect(try test.outcome(old.token(claims())) == "200")
    }

    @Test func failedFetchesAreRepeatedMoreAndMoreSlowly() throws {
        let provider = TestProvider(old)
        provider.fall()
        let test = try lab(provider)
        services.answerCalls()
        var calls: [Int] = []
        for _ in 0..<40 {
            services.advance(by: .seconds(1))
            services.answerCalls()
            calls.append(provider.calls)
        }
        // After 1, 2, 4, 8 and 16 seconds, by a clock that is looked at once a second.
        #expect(calls[0] == 2 && calls[3] == 3 && calls[9] == 4 && calls[19] == 5, "\(calls)")
        #expect(calls[39] == 6, "\(calls)")
        provider.rise()
        services.advance(by: .seconds(60))
        services.answerCalls()
        #expect(try test.outcome(old.token(claims())) == "200")
        // Failures are logged, but not each of them.
        #expect(services.lines.filter { $0.contains("cannot be fetched") }.count == 1)
        #expect(services.lines[0].hasPrefix("warning: keys of \(issuer) cannot be fetched"))
        #expect(services.lines[0].hasSuffix("(connect_failed); there are none"))
    }

    @Test(arguments: [
        ("<html>", 200, "invalid"), ("{\"keys\":[]}", 200, "invalid"), ("{}", 503, "refused"),
        ("{}", 302, "refused"), ("{}", 404, "refused"),
    ])
    func badAnswersAreNoKeys(_ body: String, _ status: Int, _ outcome: String) throws {
        let provider = TestProvider(old)
        provider.publish(body, status: status)
        let test = try lab(provider)
        #expect(try test.outcome(old.token(claims())) == "503 jwt_keys_unavailable")
        #expect(fetches(outcome) == 1)
    }

    // MARK: In time

    @Test func keysAreFetchedAgainAheadOfTheirEnd() throws {
        let provider = TestProvider(old)
        let test = try lab(provider, [("cache", "10m"), ("refresh-ahead", "1m")])
        services.answerCalls()
        services.advance(by: .seconds(539))
        services.answerCalls()
        #expect(provider.calls == 1)
        #expect(age == 539)
        services.advance(by: .seconds(1))
        services.answerCalls()
        #expect(provider.calls == 2)
        #expect(age == 0)
        services.advance(by: .seconds(540))
        services.answerCalls()
        #expect(provider.calls == 3)
        _ = test
    }

    @Test(arguments: [
        ("max-age=120", 60), ("public, MAX-AGE=120", 60), ("max-age=5", 15), ("no-store", 15),
        ("no-cache, max-age=500", 15), ("max-age=86400", 540), ("max-age=x", 540), (nil, 540),
        ("private", 540), ("max-age=99999999999999999999", 540),
    ])
    func responsesMayShortenTheTime(_ text: String?, _ due: Int64) throws {
        let provider = TestProvider(old)
        provider.say(text)
        let test = try lab(provider)
        services.answerCalls()
        services.advance(by: .seconds(due - 1))
        services.answerCalls()
        #expect(provider.calls == 1)
        services.advance(by: .seconds(1))
        services.answerCalls()
        #expect(provider.calls == 2)
        _ = test
    }

    @Test func oldKeysAreUsedForAGraceAndNoLonger() throws {
        let provider = TestProvider(old)
        let test = try lab(provider, [("cache", "10m"), ("stale-grace", "20m")])
        let token = old.token(claims(["exp": "\(testTime + 86_400)"]))
        #expect(try test.outcome(token) == "200")
        provider.fall()
        for minute in 1..<30 {
            services.advance(by: .seconds(60))
            services.answerCalls()
            #expect(try test.outcome(token) == "200", "minute \(minute)")
        }
        #expect(test.count("valid") == 1, "known tokens are not verified again")
        #expect(services.lines.contains { $0.hasSuffix("those fetched before stay") })
        services.advance(by: .seconds(60))
        #expect(try test.outcome(token) == "503 jwt_keys_unavailable")
        provider.rise()
        services.advance(by: .seconds(31))
        services.answerCalls()
        #expect(try test.outcome(token) == "200")
    }

    // MARK: Rotation

    @Test func anUnknownKeyIsFetched() throws {
        let provider = TestProvider(old)
        let test = try lab(provider)
        let known = old.token(claims())
        #expect(try test.outcome(known) == "200")
        provider.publish(old, new)
        services.advance(by: .seconds(10))
        let result = try test.exchange(request(new.token(claims())))
        #expect(result.response?.status == 200)
        #expect(result.verdicts(of: "jwt") == [.pause: 1, .continue: 1])
        #expect(provider.calls == 2)
        #expect(services.lines.last == "notice: new keys of \(issuer): 2 keys")
        #expect(try test.outcome(known) == "200")
        #expect(test.count("cached") == 1, "what the old key verified is still known")
    }

    @Test func aKeyThatHasGoneVerifiesNothingAnyMore() throws {
        let provider = TestProvider(old)
        let test = try lab(provider)
        let token = old.token(claims())
        #expect(try test.outcome(token) == "200")
        #expect(try test.outcome(token) == "200")
        provider.publish(new)
        services.advance(by: .seconds(10))
        #expect(try test.outcome(new.token(claims())) == "200")
        #expect(try test.outcome(token) == "401 jwt_invalid")
        #expect(test.count("unknown_key") == 1)
    }

    @Test func aKeyThatIsReplacedUnderItsNameVerifiesNothingAnyMore() throws {
        let other = TestKey(.p256, id: "old")
        let provider = TestProvider(old)
        let test = try lab(provider)
        let token = old.token(claims())
        #expect(try test.outcome(token) == "200")
        provider.publish(other)
        services.advance(by: .seconds(540))
        services.answerCalls()
        #expect(try test.outcome(token) == "401 jwt_invalid")
        #expect(test.count("bad_signature") == 1)
        #expect(try test.outcome(other.token(claims())) == "200")
    }

    @Test func tokensWithoutKeyNamesRotateToo() throws {
        let (one, two) = (TestKey(.p256, id: nil), TestKey(.p256, id: nil))
        let provider = TestProvider(one)
        let test = try lab(provider)
        #expect(try test.outcome(one.token(claims())) == "200")
        provider.publish(two)
        services.advance(by: .seconds(10))
        #expect(try test.outcome(two.token(claims())) == "200")
        #expect(try test.outcome(one.token(claims())) == "401 jwt_invalid")
    }

    /// Many streams at once, on exchanges of their own, share one fetch.
    @Test func manyStreamsShareOneFetch() throws {
        let provider = TestProvider(old)
        let first = try lab(provider)
        #expect(try first.outcome(old.token(claims())) == "200")
        provider.publish(old, new)
        services.advance(by: .seconds(10))
        provider.fall(silent: true)
        // Each test has one stream at a time; those of one issuer share what is known of it.
        let tests = try (0..<50).map { _ in
            try FilterTest(Jwt.self, remote(), services: services)
        }
        let token = new.token(claims())
        let exchanges = tests.map { $0.begin(request(token)) }
        for exchange in exchanges {
            exchange.turn()
            #expect(exchange.isPaused)
        }
        #expect(services.waitingCalls.count == 1)
        provider.rise()
        services.answerCalls()
        for exchange in exchanges {
            exchange.turn()
            #expect(exchange.result.response?.status == 200)
            try exchange.checkRules()
        }
        #expect(provider.calls == 2)
    }

    @Test func madeUpKeysCauseFewFetches() throws {
        let provider = TestProvider(old)
        let test = try lab(provider)
        services.answerCalls()
        for number in 0..<200 {
            let header = "{\"alg\":\"ES256\",\"kid\":\"made-up-\(number)\"}"
            let token = old.token(claims(), header: header)
            #expect(try test.outcome(token) == "401 jwt_invalid")
            services.advance(by: .milliseconds(100))
        }
        // 20 seconds: at most every 10.
        #expect(provider.calls == 2, "\(provider.calls)")
        #expect(test.count("unknown_key") == 200)
    }

    @Test func aBadSignatureOfAKnownKeyCausesNoFetch() throws {
        let provider = TestProvider(old)
        let test = try lab(provider)
        services.answerCalls()
        services.advance(by: .seconds(60))
        let forged = new.token(claims(), header: #"{"alg":"ES256","kid":"old"}"#)
        #expect(try test.outcome(forged) == "401 jwt_invalid")
        #expect(provider.calls == 1)
    }

    // MARK: Reloads

    @Test func anotherConfigurationTakesTheKeysOver() throws {
        let provider = TestProvider(old)
        var test: FilterTest? = try lab(provider)
        #expect(try test?.outcome(old.token(claims())) == "200")
        services.advance(by: .seconds(30))
        let next = try FilterTest(Jwt.self, remote(), services: services)
        #expect(services.waitingCalls.isEmpty)
        #expect(age == 30, "told by one of them")
        test = nil
        #expect(try next.outcome(old.token(claims())) == "200")
        #expect(age == 30, "told by the other")
        #expect(provider.calls == 1)
    }

    @Test func aConfigurationThatGoesLeavesNobodyWaiting() throws {
        let provider = TestProvider(old)
        provider.fall(silent: true)
        var dropped: FilterTest? = try lab(provider)
        let next = try FilterTest(Jwt.self, remote(), services: services)
        let exchange = next.begin(request(old.token(claims())))
        exchange.turn()
        #expect(exchange.isPaused)
        // Its fetch may never be answered.
        dropped = nil
        #expect(dropped == nil)
        exchange.turn()
        #expect(exchange.result.response?.status == 503)
        provider.rise()
        services.advance(by: .seconds(1))
        services.answerCalls()
        #expect(try next.outcome(old.token(claims())) == "200")
    }
}
