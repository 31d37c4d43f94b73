import Testing
import WeirBase
import WeirFilter
import WeirTesting

@Suite struct BackPressureTests {
    @Test func aRefusedPieceStaysAndNoOtherIsTaken() throws {
        let test = try FilterTest([.passing("a")])
        var delivery = Delivery(request: .bytes, response: .bytes)
        delivery.refusals = 3
        let exchange = test.begin(TestRequest("POST", body: "abc"), delivery: delivery)
        exchange.turn()
        // One piece is in flight, seen once, however often the upstream is tried.
        #expect(exchange.result.bodyTrace == "a.Qb1")
        exchange.turn()
        exchange.turn()
        #expect(exchange.result.bodyTrace == "a.Qb1")
        exchange.turn()
        #expect(exchange.result.bodyTrace == "a.Qb1 a.Qb1")
        try exchange.run()
        try exchange.checkRules()
        #expect(exchange.result.upstreamRequest?.body == "abc")
        #expect(exchange.result.response?.body == "ok")
    }

    @Test func nothingIsReadDuringAPause() throws {
        let test = try FilterTest([
            .passing("a"), .saying("b", in: .requestBody) { $0.pause(for: .seconds(1)) },
        ])
        let exchange = test.begin(
            TestRequest("POST", body: "abc"), delivery: Delivery(request: .bytes))
        exchange.turn()
        #expect(exchange.result.bodyTrace == "a.Qb1 b.Qb1")
        exchange.advance(by: .seconds(1))
        #expect(exchange.result.bodyTrace == "a.Qb1 b.Qb1 a.Qb1 b.Qb1")
        try exchange.run()
        #expect(exchange.result.pausedFor == .seconds(3))
        #expect(exchange.result.upstreamRequest?.body == "abc")
    }

    @Test func timePassesBetweenPieces() throws {
        let test = try FilterTest([.passing("a")])
        var delivery = Delivery(request: .bytes)
        delivery.gap = .milliseconds(10)
        let exchange = test.begin(TestRequest("POST", body: "abc"), delivery: delivery)
        exchange.turn()
        #expect(exchange.result.bodyTrace == "")
        exchange.advance(by: .milliseconds(25))
        #expect(exchange.result.bodyTrace == "a.Qb1 a.Qb1")
        try exchange.run()
        #expect(exchange.result.outcome.duration == .milliseconds(40))
    }

    @Test func aLateEndIsAnEmptyLastPiece() throws {
        let test = try FilterTest([.passing("a")])
        let result = try test.exchange(
            TestRequest("POST", body: "abc"), delivery: Delivery(request: .lateEnd)
        ) { _ in TestResponse(204) }
        #expect(result.bodyTrace == "a.Qb3 a.Qb0!")
        #expect(result.upstreamRequest?.body == "abc")
    }
}
