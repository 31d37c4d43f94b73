import Dispatch
import Testing
import WeirBase
import WeirFilter
import WeirTesting

/// A filter that waited for something sees the head once more when it is there.
@Suite struct AskAgainTests {
    /// Waits `times` times at one head, then does `last`.
    private func waiting(
        _ name: String, in phase: Phases, times: Int = 1,
        _ last: @escaping @Sendable (FilterStream) -> Verdict = { _ in .continue }
    ) -> TestFilter {
        TestFilter(name, phase.union(.streamComplete)) {
            var left = times
            return ClosureFilter { called, _, _, stream in
                if called == .streamComplete { return .continue }
                if left == 0 { return last(stream) }
                left -= 1
                return stream.pause { token in
                    let token = token.shared()
                    otherThread.async { token.askAgain() }
                }
            }
        }
    }

    @Test(arguments: [Phases.requestHeaders, .responseHeaders])
    func theFilterIsCalledOnceMore(phase: Phases) throws {
        let test = try FilterTest([
            .passing("a"),
            waiting("b", in: phase, times: 3) { stream in
                stream.request.headers.set("x-seen", "yes")
                stream.response.headers.set("x-seen", "yes")
                return .continue
            }, .passing("c"),
        ])
        let result = try test.exchange(TestRequest("POST", body: "in"))
        #expect(result.isComplete)
        #expect(result.phases(of: "b").filter { $0 == phase }.count == 4)
        for name in ["a", "c"] {
            #expect(result.phases(of: name).filter { $0 == phase }.count == 1)
        }
        let seen = phase == .requestHeaders ? result.upstreamRequest?.headers : nil
        #expect((seen ?? result.response?.headers)?["x-seen"] == "yes")
    }

    @Test func itMayAnswerThen() throws {
        let test = try FilterTest([
            waiting("a", in: .requestHeaders) { _ in
                .respond(LocalResponse(status: 401, cause: "late"))
            }, .passing("b"),
        ])
        let result = try test.exchange()
        #expect(result.response?.status == 401)
        #expect(result.phases(of: "b") == [.streamComplete])
    }

    @Test func itMayBufferThen() throws {
        let test = try FilterTest([
            waiting("a", in: .requestHeaders) { _ in .buffer(upTo: 9) }, .passing("b"),
        ])
        let result = try test.exchange(
            TestRequest("POST", body: "body"), delivery: Delivery(request: .bytes))
        #expect(result.upstreamRequest?.body == "body")
        #expect(result.bodyTrace == "b.Qb4! b.Rb2!")
    }

    @Test func itIsShownThePieceAgain() throws {
        let test = try FilterTest([waiting("a", in: .requestBody), .passing("b")])
        let result = try test.exchange(TestRequest("POST", body: "body"))
        #expect(result.upstreamRequest?.body == "body")
        #expect(result.phases(of: "a").filter { $0 == .requestBody }.count == 2)
    }

    @Test func aResetMeanwhileEndsTheStream() throws {
        let box = TokenBox()
        let test = try FilterTest([
            .saying("a", in: .requestHeaders) { stream in stream.pause { box.put($0) } }
        ])
        let exchange = test.begin()
        exchange.turn()
        exchange.reset()
        box.take()?.askAgain()
        let next = test.begin()
        next.turn()
        #expect(next.isPaused)
        #expect(next.result.phases(of: "a") == [.requestHeaders])
    }
}
