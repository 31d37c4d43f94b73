import JwtFilter
import Testing
import WeirBase
import WeirFilter
import WeirTesting

/// What is kept, for how long, and how much of it.
@Suite struct TokenCacheTests {
    private let key = TestKey.fit("ES256")

    @Test func aKnownTokenIsNotVerifiedAgain() throws {
        let test = try FilterTest(Jwt.self, inline())
        let token = key.token(claims())
        for _ in 0..<5 { #expect(try test.outcome(token) == "200") }
        #expect(test.count("valid") == 1 && test.count("cached") == 4)
        #expect(test.services.gauge("weir_jwt_cached_tokens") == 1)
    }

    @Test func aKnownTokenExpires() throws {
        let test = try FilterTest(Jwt.self, inline())
        let token = key.token(claims(["exp": "\(testTime + 100)"]))
        #expect(try test.outcome(token) == "200")
        test.services.advance(by: .seconds(159))
        #expect(try test.outcome(token) == "200")
        test.services.advance(by: .seconds(1))
        #expect(try test.outcome(token) == "401 jwt_expired")
        #expect(test.services.gauge("weir_jwt_cached_tokens") == 0)
    }

    @Test func aKnownTokenIsVerifiedAgainAfterATime() throws {
        let test = try FilterTest(
            Jwt.self, inline(TestKey.set(key), [("cache", ["time": "10m"])]))
        let token = key.token(claims())
        #expect(try test.outcome(token) == "200")
        test.services.advance(by: .seconds(600))
        #expect(try test.outcome(token) == "200")
        #expect(test.count("valid") == 2)
    }

    @Test func nothingIsKeptWithoutPlaces() throws {
        let test = try FilterTest(
            Jwt.self, inline(TestKey.set(key), [("cache", ["entries": 0])]))
        let token = key.token(claims())
        for _ in 0..<3 { #expect(try test.outcome(token) == "200") }
        #expect(test.count("valid") == 3)
        #expect(test.services.gauge("weir_jwt_cached_tokens") == 0)
    }

    @Test(arguments: [1, 7, 8, 20, 100])
    func whatIsKeptIsBounded(_ limit: Int) throws {
        let test = try FilterTest(
            Jwt.self, inline(TestKey.set(key), [("cache", ["entries": .integer(limit)])]))
        for number in 0..<300 {
            let token = key.token(claims(["jti": "\(number)"]))
            #expect(try test.outcome(token) == "200")
            let kept = try #require(test.services.gauge("weir_jwt_cached_tokens"))
            #expect(kept >= 1 && kept <= Double(limit))
            #expect(try test.outcome(token) == "200")
        }
        #expect(test.count("valid") == 300 && test.count("cached") == 300)
    }

    @Test func theLeastUsedMakesRoom() throws {
        let test = try FilterTest(
            Jwt.self, inline(TestKey.set(key), [("cache", ["entries": 4])]))
        let used = key.token(claims(["jti": "0"]))
        #expect(try test.outcome(used) == "200")
        for number in 1..<100 {
            #expect(try test.outcome(key.token(claims(["jti": "\(number)"]))) == "200")
            #expect(try test.outcome(used) == "200")
        }
        #expect(test.count("cached") == 99)
    }
}
