import Testing
import WeirBase
import WeirFilter
import WeirTesting

@Suite struct StreamEndTests {
    @Test func everyFilterHearsOfTheEndOnceAlsoWhenItSawNothing() throws {
        let test = try FilterTest([
            .answering("a", in: .requestHeaders), .passing("b", phases: [.streamComplete]),
        ])
        #expect(try test.exchange().trace == "a.Qh a.end b.end")
    }

    @Test func aResetAtAnyStepEndsTheStreamOnce() throws {
        let test = try FilterTest([
            .buffering("a", in: .requestHeaders, upTo: 10),
            .saying("b", in: .responseHeaders) { $0.pause(for: .seconds(1)) },
            .buffering("c", in: .responseHeaders, upTo: 10),
        ])
        var step = 0
        while true {
            var delivery = Delivery(request: .bytes, response: .bytes)
            delivery.resetAt = step
            let result = try test.exchange(
                TestRequest("POST", body: "abc"), delivery: delivery)
            #expect(result.trace.hasSuffix("a.end b.end c.end"))
            if result.isComplete { break }
            #expect(result.cause == "client_reset")
            step += 1
        }
        #expect(step > 10)
    }

    @Test func aResetDuringAPause() throws {
        let test = try FilterTest([.saying("a", in: .requestHeaders) { $0.pause(for: .seconds(9)) }]
        )
        let exchange = test.begin()
        exchange.turn()
        exchange.reset()
        exchange.reset()
        exchange.advance(by: .seconds(10))
        try exchange.checkRules()
        #expect(exchange.isOver && !exchange.isComplete)
        #expect(exchange.result.trace == "a.Qh a.end")
    }

    @Test func outcomeIsKnownAtTheEnd() throws {
        let noting = TestFilter("note", [.streamComplete]) {
            ClosureFilter { _, _, _, stream in
                #expect(stream.outcome.status == 418)
                #expect(stream.outcome.cause.description == "test_answer")
                #expect(stream.outcome.responseBytes == 5)
                return .continue
            }
        }
        _ = try FilterTest([noting, .answering("a", in: .requestHeaders)]).exchange()
    }

    @Test func anExchangeThatIsLetGoLeavesTheConnectionUsable() throws {
        let test = try FilterTest([.saying("a", in: .requestHeaders) { $0.pause(for: .seconds(9)) }]
        )
        do {
            let abandoned = test.begin()
            abandoned.turn()
        }
        #expect(try test.exchange().response?.status == 200)
    }

    @Test func earlyAnswerEndsTheStreamBeforeTheRequest() throws {
        let test = try FilterTest([.passing("a")])
        var delivery = Delivery(request: .bytes)
        delivery.answersEarly = true
        delivery.gap = .seconds(1)
        let result = try test.exchange(
            TestRequest("POST", body: "abc"), delivery: delivery
        ) { _ in TestResponse(409) }
        #expect(result.response?.status == 409)
        #expect(result.isComplete && !result.isRequestComplete)
    }

    @Test func aFilterMayAnswerTheRequestWhileTheResponseWaits() throws {
        // `c` keeps the upstream's early response waiting; `b` refuses the request's body.
        let test = try FilterTest([
            .passing("a"), .answering("b", in: .requestBody),
            .saying("c", in: .responseHeaders) { $0.pause(for: .seconds(1)) },
        ])
        var delivery = Delivery(request: .bytes)
        delivery.answersEarly = true
        delivery.gap = .milliseconds(1)
        let result = try test.exchange(TestRequest("POST", body: "abc"), delivery: delivery)
        #expect(result.response?.status == 418)
        #expect(result.trace == "a.Qh b.Qh c.Qh c.Rh a.Qb b.Qb a.Rh a.Rb a.end b.end c.end")
    }
}
