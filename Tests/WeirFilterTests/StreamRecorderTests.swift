import Testing
import WeirBase
import WeirFilter

/// What is kept of a stream whose filters are watched. The filters stop nothing by tokens here, so
/// pauses are ended by the test, as an exchange does.
@Suite struct StreamRecorderTests {
    private final class Clock {
        var nanoseconds: Int64 = 1_000_000
    }

    private final class Driver: StreamDriver {
        let now = MonotonicTime(nanoseconds: 0)
        let random: any RandomSource = SystemRandom()
        let unixNanoseconds: Int64 = 1_700_000_000_000_000_000
        var pauses: UInt64 = 0

        func call(
            _ cluster: String, _ request: CallRequest, _ done: @escaping (CallResult) -> Void
        ) {}
        func after(_ delay: Interval, _ body: @escaping () -> Void) {}
        func log(_ level: LogLevel, _ message: String) {}
        var entrance: any LoopEntrance { Entrance() }
        func beginPause() -> (any PauseTarget, UInt64) { (Target(), beginPause(for: .zero)) }
        func beginPause(for delay: Interval) -> UInt64 {
            pauses += 1
            return pauses
        }

        private struct Entrance: LoopEntrance {
            func execute(_ job: @escaping @Sendable () -> Void) {}
        }

        private final class Target: PauseTarget {
            func endPause(_ pause: UInt64, _ outcome: PauseOutcome) {}
        }
    }

    private final class Script: HTTPFilter {
        typealias OnHead<Head> = (Head, FilterStream) -> Verdict

        var onRequest: OnHead<RequestHead> = { _, _ in .continue }
        var onResponse: OnHead<ResponseHead> = { _, _ in .continue }
        var onBody: (BodyChunk) -> Verdict = { _ in .continue }
        var onTrailers: (inout HeaderMap) -> Void = { _ in }

        func requestHeaders(_ request: RequestHead, _ stream: FilterStream) -> Verdict {
            onRequest(request, stream)
        }
        func responseHeaders(_ response: ResponseHead, _ stream: FilterStream) -> Verdict {
            onResponse(response, stream)
        }
        func requestBody(_ chunk: BodyChunk, isLast: Bool, _ stream: FilterStream) -> Verdict {
            onBody(chunk)
        }
        func requestTrailers(_ trailers: inout HeaderMap, _ stream: FilterStream) -> Verdict {
            onTrailers(&trailers)
            return .continue
        }
    }

    private struct Factory: FilterFactory, @unchecked Sendable {
        struct Configuration: Decodable, Sendable {}
        static let name = "script"
        static let documentation = FilterDocumentation(
            summary: "", status: .stable,
            securityPosture: .requiresTrustedDownstreamAndUpstream, phases: [], fields: [])
        let filter: Script
        init(_ filter: Script) { self.filter = filter }
        init(_ configuration: Configuration) throws { filter = Script() }
        var phases: Phases {
            [.requestHeaders, .requestBody, .requestTrailers, .responseHeaders]
        }
        func makeFilter() -> any HTTPFilter { filter }
    }

    private let clock = Clock()
    private let stream = FilterStream(driver: Driver())
    private let run: ChainRun
    private let first = Script()
    private let second = Script()

    init() {
        run = ChainRun(stream: stream)
        stream.request.path = "/a"
        stream.request.authority = "a.example"
        stream.request.headers.append("X-Team", "blue")
        stream.request.headers.append("cookie", "s=1")
    }

    private func start() -> StreamRecorder {
        let links = [first, second].enumerated().map {
            FilterChain.Link(name: "filter-\($0 + 1)", factory: Factory($1))
        }
        run.start(FilterChain(links))
        let recorder = StreamRecorder(stream, redaction: Redaction()) { [clock] in
            clock.nanoseconds
        }
        run.record(with: recorder)
        return recorder
    }

    private func change(
        _ kind: RecordedChange.Kind, _ name: String, _ old: String?, _ new: String?
    ) -> RecordedChange { RecordedChange(kind: kind, name: name, old: old, new: new) }

    @Test func headsAreCompared() {
        first.onRequest = { [clock] request, stream in
            clock.nanoseconds += 700
            request.method = .post
            request.path = "/b"
            request.query = "token=abc"
            request.headers.set("x-team", "red")
            request.headers.append("x-new", "1")
            request.headers.append("x-new", "2")
            request.headers.set("cookie", "s=2")
            request.headers.append("authorization", "Basic abc")
            stream.identify(ClientIdentity(name: "ann", source: "script"))
            return .continue
        }
        second.onRequest = { request, _ in
            request.headers.remove("x-new")
            return .continue
        }
        let recorder = start()
        _ = run.request.advance(run)
        let record = recorder.record(of: run, hasEnded: true)
        #expect(record.unixNanoseconds == 1_700_000_000_000_000_000)
        #expect(record.request[":path"] == "/a" && record.request["x-team"] == "blue")
        #expect(record.request["cookie"] == "(redacted, 3 bytes)")
        #expect(record.steps.map(\.filter) == ["filter-1", "filter-2"])
        #expect(
            record.steps[0].changes == [
                change(.changed, ":method", "GET", "POST"),
                change(.changed, ":path", "/a", "/b?token=(redacted, 3 bytes)"),
                change(.changed, "x-team", "blue", "red"),
                change(.changed, "cookie", nil, nil),
                change(.added, "x-new", nil, "1, 2"),
                change(.added, "authorization", nil, "(redacted, 9 bytes)"),
            ])
        #expect(record.steps[1].changes == [change(.removed, "x-new", "1, 2", nil)])
        #expect(record.steps[0].nanoseconds == 700 && record.steps[1].nanoseconds == 0)
        #expect(record.steps[0].identities.map(\.name) == ["ann"])
        #expect(record.steps[1].identities.isEmpty)
        #expect(record.identities.map(\.source) == ["script"])
    }

    @Test func answersNameTheirFilterAndWhoWasNotReached() {
        let denied = LocalResponse(status: 403, cause: "denied")
        first.onRequest = { _, _ in .respond(denied) }
        first.onResponse = { response, _ in
            response.headers.append("x-late", "1")
            return .continue
        }
        let recorder = start()
        _ = run.request.advance(run)
        recorder.answered(denied, by: 0, of: run.chain)
        stream.response.status = 403
        recorder.responded(stream.response)
        let record = recorder.record(of: run, hasEnded: true)
        #expect(record.steps.map(\.verdict) == [.respond])
        #expect(record.steps[0].detail == "403 denied")
        #expect(record.filters.map(\.isReached) == [true, false])
        #expect(record.answer == RecordedAnswer(status: 403, cause: "denied", filter: "filter-1"))
        #expect(record.response?[":status"] == "403")
    }

    @Test func piecesOfABodyAreOneStep() {
        first.onBody = { chunk in
            if chunk.bytes.count == 10 { chunk.keep(from: 4) }
            return .continue
        }
        second.onBody = { chunk in
            chunk.bytes = "x"
            return .continue
        }
        let recorder = start()
        _ = run.request.advance(run)
        let bytes = ByteString("0123456789")
        run.request.offerBody(bytes.span, isLast: true)
        _ = run.request.advance(run)
        run.request.chunkForwarded()
        _ = run.request.advance(run)
        let steps = recorder.record(of: run, hasEnded: true).steps.filter(\.phase.isBody)
        #expect(steps.map(\.filter) == ["filter-1", "filter-2"])
        #expect(steps.map(\.calls) == [2, 2])
        #expect(steps.map(\.bytesIn) == [10, 10])
        #expect(steps.map(\.bytesOut) == [10, 2])
    }

    @Test func trailersAreCompared() {
        second.onTrailers = { $0.append("x-sum", "7") }
        let recorder = start()
        _ = run.request.advance(run)
        var trailers = HeaderMap()
        trailers.append("x-a", "1")
        run.request.offerTrailers(trailers)
        _ = run.request.advance(run)
        let steps = recorder.record(of: run, hasEnded: true).steps
            .filter { $0.phase == .requestTrailers }
        #expect(steps.map(\.changes) == [[], [change(.added, "x-sum", nil, "7")]])
    }

    @Test func pausesSayHowLongAndHowTheyEnded() {
        let late = LocalResponse(status: 503, cause: "late")
        first.onRequest = { _, stream in stream.pause(for: .seconds(1)) }
        second.onRequest = { _, stream in
            stream.pause(for: .seconds(1), thenRespond: late)
        }
        let recorder = start()
        _ = run.request.advance(run)
        clock.nanoseconds += 500
        var record = recorder.record(of: run, hasEnded: false)
        #expect(!record.hasEnded && record.steps[0].pauseEnd == nil)
        #expect(record.steps[0].waited.nanoseconds == 500)
        clock.nanoseconds += 500
        #expect(run.request.endPause(1, .resume))
        recorder.pauseEnded(isRequest: true, .resume)
        _ = run.request.advance(run)
        clock.nanoseconds += 70
        #expect(run.request.endPause(2, .resume))
        recorder.pauseEnded(isRequest: true, .resume)
        record = recorder.record(of: run, hasEnded: true)
        #expect(record.steps.map(\.verdict) == [.pause, .pause])
        #expect(record.steps.map(\.waited.nanoseconds) == [1000, 70])
        #expect(record.steps.map(\.pauseEnd) == [.resumed, .responded])
    }

    @Test func whatEndsTheStreamAbandonsThePause() {
        first.onRequest = { _, stream in stream.pause(for: .seconds(1)) }
        let recorder = start()
        _ = run.request.advance(run)
        clock.nanoseconds += 30
        recorder.cutOff("client_closed")
        clock.nanoseconds += 30
        let record = recorder.record(of: run, hasEnded: true)
        #expect(record.steps.map(\.pauseEnd) == [.abandoned])
        #expect(record.steps[0].waited.nanoseconds == 30)
        #expect(record.answer == RecordedAnswer(status: 0, cause: "client_closed", filter: nil))
    }

    @Test func everythingHasABound() {
        for index in 0..<300 {
            stream.request.headers.append(
                HeaderName("x-\(index)")!, String(repeating: "v", count: 1000))
        }
        var calls = 0
        first.onRequest = { request, stream in
            calls += 1
            if calls == 1 { request.headers.clear() }
            return stream.pause(for: .seconds(1))
        }
        let recorder = start()
        for number in 1...StreamRecorder.mostSteps + 50 {
            _ = run.request.advance(run)
            #expect(run.request.endPause(UInt64(number), .askAgain))
            recorder.pauseEnded(isRequest: true, .askAgain)
        }
        let record = recorder.record(of: run, hasEnded: true)
        #expect(record.request.fields.count <= 110 && record.request.omittedFields == 202)
        #expect(record.steps.count == StreamRecorder.mostSteps && record.omittedSteps == 50)
        #expect(record.steps[0].changes.count == 50 && record.steps[0].omittedChanges == 252)
        #expect(record.steps.allSatisfy { $0.changes.allSatisfy { ($0.old ?? "").count < 300 } })
        #expect(record.steps[0].pauseEnd == .askedAgain)
    }

    @Test func theNextStreamIsNotRecorded() {
        let recorder = start()
        _ = run.request.advance(run)
        run.finish()
        #expect(run.recorder == nil)
        run.start(FilterChain([FilterChain.Link(name: "x", factory: Factory(first))]))
        _ = run.request.advance(run)
        #expect(recorder.record(of: run, hasEnded: true).steps.count == 2)
        run.finish()
    }
}
