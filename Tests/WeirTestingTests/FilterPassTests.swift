import Testing
import WeirBase
import WeirFilter
import WeirTesting

/// What the owner of a pass may rely on, beyond what an exchange shows.
@Suite struct FilterPassTests {
    private final class Driver: StreamDriver, PauseTarget, @unchecked Sendable {
        let now = MonotonicTime(nanoseconds: 0)
        let random: any RandomSource = SeededRandom(seed: 1)
        var pauses: UInt64 = 0

        var unixNanoseconds: Int64 { 0 }

        func call(
            _ cluster: String, _ request: CallRequest, _ done: @escaping (CallResult) -> Void
        ) {}

        func after(_ delay: Interval, _ body: @escaping () -> Void) {}
        func log(_ level: LogLevel, _ message: String) {}
        var entrance: any LoopEntrance { Entrance() }

        private struct Entrance: LoopEntrance {
            func execute(_ job: @escaping @Sendable () -> Void) { job() }
        }

        func beginPause() -> (any PauseTarget, UInt64) {
            pauses += 1
            return (self, pauses)
        }

        func beginPause(for delay: Interval) -> UInt64 {
            pauses += 1
            return pauses
        }

        func endPause(_ pause: UInt64, _ outcome: PauseOutcome) {}
    }

    private let driver = Driver()
    private let run: ChainRun

    init() { run = ChainRun(stream: FilterStream(driver: driver)) }

    private func start(_ filters: TestFilter...) throws {
        run.start(
            FilterChain(
                try filters.map {
                    FilterChain.Link(name: $0.name, factory: try $0.makeFactory())
                }))
    }

    private func name(_ step: FilterPass.Step) -> String {
        switch step {
        case .idle: "idle"
        case .paused: "paused"
        case .forwardHead: "head"
        case .forwardChunk: "chunk"
        case .forwardTrailers: "trailers"
        case .respond(let response, let link): "respond \(response.status) \(link)"
        case .overflow(let link): "overflow \(link)"
        case .cutOff(let cause, _): "cutOff \(cause)"
        }
    }

    @Test func nothingFollowsAnAnswer() throws {
        try start(.answering("a", in: .requestHeaders), .passing("b"))
        #expect(name(run.request.advance(run)) == "respond 418 0")
        #expect(name(run.request.advance(run)) == "idle")
        #expect(!run.request.acceptsBody)
    }

    @Test func nothingFollowsAnOverflow() throws {
        try start(.buffering("a", in: .requestHeaders, upTo: 1), .passing("b"))
        #expect(name(run.request.advance(run)) == "idle")
        run.request.offerBody(ByteString("xy").span, isLast: true)
        #expect(name(run.request.advance(run)) == "overflow 0")
        #expect(name(run.request.advance(run)) == "idle")
        #expect(!run.request.acceptsBody)
    }

    @Test func nothingFollowsTheOwnersOwnEnd() throws {
        try start(.saying("a", in: .requestHeaders) { $0.pause(for: .seconds(1)) }, .passing("b"))
        #expect(name(run.request.advance(run)) == "paused")
        run.request.abandon()
        #expect(!run.request.endPause(1, .resume))
        #expect(name(run.request.advance(run)) == "idle")
    }

    @Test func aPausedPassTakesNothing() throws {
        try start(.saying("a", in: .requestBody) { $0.pause(for: .seconds(1)) })
        #expect(name(run.request.advance(run)) == "head")
        #expect(run.request.acceptsBody)
        run.request.offerBody(ByteString("xy").span, isLast: false)
        #expect(name(run.request.advance(run)) == "paused")
        #expect(!run.request.acceptsBody)
        #expect(run.request.endPause(1, .resume))
        #expect(!run.request.endPause(1, .resume))
        #expect(name(run.request.advance(run)) == "chunk")
        #expect(!run.request.acceptsBody)
        #expect(name(run.request.advance(run)) == "chunk")
        run.request.chunkForwarded()
        #expect(run.request.acceptsBody)
    }

    @Test func answersKnowTheirLink() throws {
        try start(
            .passing("a"), .saying("b", in: .requestBody) { stream in stream.pause { _ in } })
        #expect(name(run.request.advance(run)) == "head")
        run.request.offerBody(ByteString("xy").span, isLast: true)
        #expect(name(run.request.advance(run)) == "paused")
        #expect(run.request.endPause(1, .respond(LocalResponse(status: 401, cause: "t"))))
        #expect(name(run.request.advance(run)) == "respond 401 1")
    }

    @Test func aLengthIsSettledWhenNobodyCanChangeTheBodyAnyMore() throws {
        try start(.buffering("a", in: .requestHeaders, upTo: 9), .passing("b"))
        #expect(name(run.request.advance(run)) == "idle")
        run.request.offerBody(ByteString("xy").span, isLast: true)
        #expect(name(run.request.advance(run)) == "head")
        // The second filter has not seen the body.
        #expect(run.settledLength(of: run.request) == nil)
        #expect(name(run.request.advance(run)) == "chunk")
        #expect(run.settledLength(of: run.request) == 2)
    }

    @Test func aPauseThatEndsByItselfIsNoWait() throws {
        try start(
            .saying("a", in: .requestHeaders) { $0.pause(for: .seconds(1)) },
            .saying("b", in: .requestHeaders) { stream in stream.pause { _ in } })
        #expect(name(run.request.advance(run)) == "paused")
        #expect(run.request.waitsSince == nil)
        #expect(run.request.endPause(1, .resume))
        #expect(name(run.request.advance(run)) == "paused")
        #expect(run.request.waitsSince == driver.now)
        #expect(run.request.pausedLink == 1)
    }

    @Test func aFinishedStreamHoldsNothing() throws {
        try start(
            .passing("a"), .buffering("b", in: .requestHeaders, upTo: 1 << 20),
            .saying("c", in: .responseHeaders) { $0.pause(for: .seconds(1)) })
        #expect(name(run.request.advance(run)) == "idle")
        let body = ByteString([UInt8](repeating: 1, count: 1 << 16))
        run.request.offerBody(body.span, isLast: false)
        #expect(name(run.request.advance(run)) == "idle")
        run.request.offerBody(body.span, isLast: true)
        #expect(name(run.request.advance(run)) == "head")
        #expect(name(run.request.advance(run)) == "chunk")
        #expect(run.request.chunk.bytes.count == 1 << 17)
        run.startResponse()
        #expect(name(run.response.advance(run)) == "paused")
        run.finish()
        #expect(run.request.chunk.bytes.storage.capacity == 0)
        #expect(run.response.pause == 0)
        #expect(!run.response.endPause(1, .resume))
        run.finish()
    }
}
