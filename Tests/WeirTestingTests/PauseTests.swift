import Dispatch
import Testing
import WeirBase
import WeirFilter
import WeirTesting

@Suite struct PauseTests {
    private static let phases: [Phases] = [
        .requestHeaders, .requestBody, .requestTrailers, .responseHeaders, .responseBody,
        .responseTrailers,
    ]

    private let request = TestRequest("POST", body: "in", trailers: ["x-t": "1"])

    private func upstream(_ request: TestRequest) -> TestResponse {
        TestResponse(body: "out", trailers: ["x-t": "2"])
    }

    @Test(arguments: phases)
    func timerKeepsTheMessageWaiting(phase: Phases) throws {
        let test = try FilterTest([
            .passing("a"), .saying("b", in: phase) { $0.pause(for: .seconds(3)) }, .passing("c"),
        ])
        let exchange = test.begin(request, upstream: upstream)
        exchange.turn()
        #expect(exchange.isPaused)
        exchange.advance(by: .milliseconds(2999))
        #expect(exchange.isPaused)
        exchange.advance(by: .milliseconds(1))
        #expect(exchange.isComplete)
        try exchange.checkRules()
        #expect(exchange.result.pausedFor == .seconds(3))
        #expect(exchange.result.upstreamRequest?.body == "in")
        #expect(exchange.result.response?.body == "out")
    }

    @Test(arguments: phases)
    func tokenUsedBeforeTheVerdictIsReturned(phase: Phases) throws {
        let test = try FilterTest([
            .saying("a", in: phase) { stream in stream.pause { token in token.resume() } }
        ])
        let result = try test.exchange(request, upstream: upstream)
        #expect(result.isComplete)
        #expect(result.response?.body == "out")
        #expect(result.pausedFor == .zero)
    }

    @Test(arguments: phases)
    func tokenResumesFromAnotherThread(phase: Phases) throws {
        let test = try FilterTest([
            .passing("a"),
            .saying("b", in: phase) { stream in
                stream.pause { token in
                    let token = token.shared()
                    otherThread.async { token.resume() }
                }
            },
        ])
        let result = try test.exchange(request, upstream: upstream)
        #expect(result.isComplete)
        #expect(result.response?.body == "out")
    }

    @Test(arguments: phases)
    func tokenAnswersFromAnotherThread(phase: Phases) throws {
        let test = try FilterTest([
            .passing("a"),
            .saying("b", in: phase) { stream in
                stream.pause { token in
                    let token = token.shared()
                    otherThread.async {
                        token.respond(LocalResponse(status: 403, cause: "said_no"))
                    }
                }
            },
            .passing("c"),
        ])
        let result = try test.exchange(request, upstream: upstream)
        #expect(result.cause == "said_no")
        // Once the response is under way there is nothing left but to cut it off.
        let isLate = phase == .responseBody || phase == .responseTrailers
        #expect(result.isComplete == !isLate)
        #expect(result.response?.status == (isLate ? 200 : 403))
        #expect(!result.trace.contains("b.Rh") || phase == .responseHeaders || isLate)
    }

    @Test(arguments: phases)
    func droppedTokenIsAReportedError(phase: Phases) throws {
        let test = try FilterTest([
            .passing("a"), .saying("b", in: phase) { stream in stream.pause { _ in } },
        ])
        let result = try test.exchange(request, upstream: upstream)
        #expect(result.cause == "pause_dropped")
        let isLate = phase == .responseBody || phase == .responseTrailers
        #expect(result.response?.status == (isLate ? 200 : 500))
    }

    @Test func delayThenAnswer() throws {
        let test = try FilterTest([
            .passing("a"),
            .saying("b", in: .requestHeaders) { stream in
                stream.pause(
                    for: .seconds(1), thenRespond: LocalResponse(status: 503, cause: "later"))
            },
        ])
        let result = try test.everySplit()
        #expect(result.response?.status == 503)
        #expect(result.pausedFor == .seconds(1))
        #expect(result.trace == "a.Qh b.Qh a.Rh a.end b.end")
    }

    @Test func bothMessagesWaitIndependently() throws {
        let test = try FilterTest([
            .saying("a", in: .requestBody) { $0.pause(for: .seconds(1)) },
            .saying("b", in: .responseBody) { $0.pause(for: .milliseconds(10)) },
        ])
        var early = Delivery(request: .bytes)
        early.answersEarly = true
        let exchange = test.begin(TestRequest("POST", body: "abc"), delivery: early)
        exchange.advance(by: .milliseconds(10))
        // The response was faster: the request is dropped where it stood.
        #expect(exchange.isComplete)
        try exchange.checkRules()
    }

    @Test func aKeptTicketIsAnErrorAndNotAHangingStream() throws {
        let test = try FilterTest([
            TestFilter("a", [.requestHeaders, .responseHeaders]) {
                var kept: Verdict?
                return ClosureFilter { phase, _, _, stream in
                    guard phase == .requestHeaders else { return kept ?? .continue }
                    kept = stream.pause { $0.resume() }
                    return .continue
                }
            }
        ])
        let result = try test.exchange()
        #expect(result.response?.status == 500)
        #expect(result.cause == "filter_pause_stale")
    }

    @Test func aFilterThatAsksToWaitAndGoesOnIsNotStopped() throws {
        let test = try FilterTest([
            .saying("a", in: .requestHeaders) { stream in
                _ = stream.pause { _ in }
                return .continue
            }
        ])
        #expect(try test.exchange().response?.status == 200)
    }
}
