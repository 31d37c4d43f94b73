import Testing
import WeirBase
import WeirFilter
import WeirTesting

@Suite struct BufferTests {
    private let bytewise = Delivery(request: .bytes, response: .bytes)

    @Test func bufferingFilterSeesTheWholeBodyOnceBeforeTheHeadGoesOn() throws {
        let test = try FilterTest([
            .passing("a"), .buffering("b", in: .requestHeaders, upTo: 3), .passing("c"),
        ])
        let result = try test.exchange(TestRequest("POST", body: "xyz"), delivery: bytewise) { _ in
            TestResponse(204)
        }
        #expect(result.bodyTrace == "a.Qb1 a.Qb1 a.Qb1! b.Qb3! c.Qb3!")
        #expect(result.trace.hasPrefix("a.Qh b.Qh a.Qb a.Qb a.Qb b.Qb c.Qh c.Qb"))
        #expect(result.upstreamRequest?.body == "xyz")
    }

    @Test func responsesAreBufferedTheSameWay() throws {
        let test = try FilterTest([
            .passing("a"), .buffering("b", in: .responseHeaders, upTo: 3), .passing("c"),
        ])
        let result = try test.exchange(delivery: bytewise) { _ in TestResponse(body: "xyz") }
        #expect(result.bodyTrace == "c.Rb1 c.Rb1 c.Rb1! b.Rb3! a.Rb3!")
        #expect(result.trace.contains("b.Rb a.Rh a.Rb"))
        #expect(result.response?.body == "xyz")
    }

    @Test func longerRequestIsRefusedWith413() throws {
        let test = try FilterTest([
            .passing("a"), .buffering("b", in: .requestHeaders, upTo: 2), .passing("c"),
        ])
        for delivery in [Delivery(), bytewise] {
            let result = try test.exchange(TestRequest("POST", body: "xyz"), delivery: delivery)
            #expect(result.response?.status == 413)
            #expect(result.cause == "request_buffer_overflow")
            #expect(result.upstreamRequest == nil)
            #expect(!result.trace.contains("c.Qh") && !result.trace.contains("c.R"))
            #expect(result.trace.contains("b.Rh a.Rh"))
            #expect(result.isComplete)
        }
    }

    @Test func longerResponseBecomes502() throws {
        let test = try FilterTest([
            .passing("a"), .buffering("b", in: .responseHeaders, upTo: 2), .passing("c"),
        ])
        for delivery in [Delivery(), bytewise] {
            let result = try test.exchange(delivery: delivery) { _ in TestResponse(body: "xyz") }
            #expect(result.response?.status == 502)
            #expect(result.cause == "response_buffer_overflow")
            // Those that saw the head of the first response do not see another.
            #expect(result.trace.hasSuffix("a.Rh a.end b.end c.end"))
            #expect(result.isComplete)
        }
    }

    @Test func boundCountsWhatEarlierFiltersLeft() throws {
        let cutting = TestFilter("cut", [.requestBody]) {
            ClosureFilter { _, chunk, _, _ in
                chunk?.bytes = "z"
                return .continue
            }
        }
        let test = try FilterTest([cutting, .buffering("b", in: .requestHeaders, upTo: 1)])
        let result = try test.exchange(TestRequest("POST", body: "long"))
        #expect(result.upstreamRequest?.body == "z")
    }

    @Test func severalFiltersBufferOneAfterTheOther() throws {
        let test = try FilterTest([
            .buffering("a", in: .requestHeaders, upTo: 3), .passing("b"),
            .buffering("c", in: .requestHeaders, upTo: 3),
            .buffering("d", in: .requestHeaders, upTo: 3),
        ])
        let result = try test.exchange(TestRequest("POST", body: "xyz"), delivery: bytewise)
        #expect(result.trace.hasPrefix("a.Qh a.Qb b.Qh c.Qh b.Qb c.Qb d.Qh d.Qb"))
        #expect(result.upstreamRequest?.body == "xyz")
    }

    @Test func onlyTheBufferingFilterIsShownThatThereIsNoBody() throws {
        let test = try FilterTest([
            .passing("a"), .buffering("b", in: .requestHeaders, upTo: 0), .passing("c"),
            .buffering("d", in: .requestHeaders, upTo: 0),
        ])
        let result = try test.everySplit(TestRequest("GET")) { _ in TestResponse(204) }
        #expect(result.trace.hasPrefix("a.Qh b.Qh b.Qb c.Qh d.Qh d.Qb d.Rh"))
        #expect(result.upstreamRequest?.body == nil)
    }

    @Test func aBodyMayBeMadeWhereThereIsNone() throws {
        let making = TestFilter("make", [.requestHeaders, .requestBody]) {
            ClosureFilter { phase, chunk, _, _ in
                chunk?.bytes.append("made")
                return phase == .requestHeaders ? .buffer(upTo: 10) : .continue
            }
        }
        let test = try FilterTest([.passing("a"), making, .passing("c")])
        let result = try test.everySplit(TestRequest("GET"))
        #expect(result.upstreamRequest?.body == "made")
        #expect(result.bodyTrace.hasPrefix("make.Qb0! c.Qb4!"))
    }

    @Test func aFilterMayBufferForOthersAlone() throws {
        let test = try FilterTest([
            .buffering("a", in: .requestHeaders, upTo: 9, phases: [.requestHeaders]),
            .passing("b"),
        ])
        let result = try test.exchange(TestRequest("POST", body: "xyz"), delivery: bytewise) { _ in
            TestResponse(204)
        }
        #expect(result.bodyTrace == "b.Qb3!")
    }

    @Test(arguments: [Phases.requestBody, .requestTrailers])
    func bufferingTooLateIsAnError(phase: Phases) throws {
        let test = try FilterTest([.buffering("a", in: phase, upTo: 9)])
        let result = try test.exchange(TestRequest("POST", body: "xyz", trailers: [:]))
        #expect(result.response?.status == 500)
        #expect(result.cause == "filter_buffered_too_late")
    }

    @Test func bufferingTooLateInAResponseCutsItOff() throws {
        let test = try FilterTest([.buffering("a", in: .responseBody, upTo: 9)])
        let result = try test.exchange()
        #expect(!result.isComplete)
        #expect(result.cause == "filter_buffered_too_late")
        #expect(result.outcome.cause.description == "filter_buffered_too_late")
    }

    @Test func aHeldResponseCanStillBeReplaced() throws {
        let test = try FilterTest([
            .passing("a"),
            TestFilter("b", .all) {
                ClosureFilter { phase, _, _, _ in
                    switch phase {
                    case .responseHeaders: .buffer(upTo: 10)
                    case .responseBody: .respond(LocalResponse(status: 451, cause: "t"))
                    default: .continue
                    }
                }
            },
            .passing("c"),
        ])
        let result = try test.exchange()
        #expect(result.response?.status == 451)
        #expect(result.trace.hasSuffix("c.Rh b.Rh c.Rb b.Rb a.Rh a.end b.end c.end"))
        #expect(result.isComplete)
    }

    @Test func aFilterInFrontOfAHoldCanReplaceTheResponse() throws {
        // `b` holds the head; `c`, which has passed it on, answers to the body: `b` has seen a
        // head already and is not shown another.
        let test = try FilterTest([
            .passing("a"), .buffering("b", in: .responseHeaders, upTo: 10),
            .answering("c", in: .responseBody),
        ])
        let result = try test.exchange()
        #expect(result.response?.status == 418)
        #expect(result.trace.hasSuffix("c.Rh b.Rh c.Rb a.Rh a.Rb a.end b.end c.end"))
    }

    @Test func whoAnsweredTheRequestIsNotShownAReplacement() throws {
        let test = try FilterTest([
            .answering("a", in: .requestBody), .passing("b"),
            .answering("c", in: .responseHeaders, status: 419),
        ])
        let result = try test.exchange(TestRequest("POST", body: "x"))
        #expect(result.response?.status == 419)
        #expect(
            result.trace == "a.Qh b.Qh c.Qh a.Qb c.Rh b.Rh b.Rb a.end b.end c.end")
    }
}
