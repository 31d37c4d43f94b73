import Testing
import WeirBase
import WeirFilter

@testable import Http2Filter

/// Attacks: each ends the connection with its own cause, and costs no more memory than is stated.
@Suite struct FloodTests {
    /// Sends rounds of frames until the connection ends; how many rounds it took.
    private func flood(
        _ test: ServerTest, atMost rounds: Int, _ frames: (Int) -> [RawFrame]
    ) -> Int {
        for round in 0..<rounds {
            if test.isClosed { return round }
            test.send(frames(round))
        }
        return rounds
    }

    private func check(
        _ test: ServerTest, _ cause: String, code: UInt32 = ErrorCode.enhanceYourCalm,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(test.isClosed, sourceLocation: sourceLocation)
        #expect(test.host.cause == cause, sourceLocation: sourceLocation)
        #expect(test.goAwayCode == code, sourceLocation: sourceLocation)
        #expect(test.violations == [], sourceLocation: sourceLocation)
        #expect(test.exchanges.allSatisfy { $0.wasFinished || $0.abortCause != nil })
        #expect(test.codec.streamCount == 0, sourceLocation: sourceLocation)
    }

    @Test func rapidReset() throws {
        let test = try ServerTest()
        let rounds = flood(test, atMost: 1000) { round in
            let stream = UInt32(2 * round + 1)
            return [.headers(stream, ServerTest.get), .reset(stream)]
        }
        #expect(rounds == 101)
        check(test, "http2_rapid_reset")
        #expect(test.exchanges.count <= 101)
    }

    @Test func rapidResetInOnePiece() throws {
        let test = try ServerTest()
        test.send(
            (0..<5000).flatMap { round in
                let stream = UInt32(2 * round + 1)
                return [RawFrame.headers(stream, ServerTest.get), .reset(stream)]
            })
        check(test, "http2_rapid_reset")
        #expect(test.exchanges.count <= 102)
    }

    @Test func resetsOfAnsweredRequestsAreNoAttack() throws {
        let test = try ServerTest(host: { $0.behaviour = { $0.respond(200, "hello") } })
        for round in 0..<1000 {
            let stream = UInt32(2 * round + 1)
            test.send([.headers(stream, ServerTest.get)])
            if round % 4 == 0 { test.send([.reset(stream)]) }
        }
        #expect(!test.isClosed)
    }

    @Test func fewResetsPerWindowAreNoAttack() throws {
        let test = try ServerTest()
        for round in 0..<1000 {
            let stream = UInt32(2 * round + 1)
            test.send([.headers(stream, ServerTest.get), .reset(stream)])
            if round % 90 == 89 { test.advance(.seconds(10)) }
        }
        #expect(!test.isClosed)
    }

    @Test func resetsByTheServerProvokedByBadFrames() throws {
        let test = try ServerTest()
        let rounds = flood(test, atMost: 1000) { round in
            let stream = UInt32(2 * round + 1)
            return [
                .headers(stream, ServerTest.post, end: false),
                .windowUpdate(stream, 0x7FFF_FFFF),
            ]
        }
        #expect(rounds == 51)
        check(test, "http2_bad_frames")
    }

    @Test func malformedRequestsOverAndOver() throws {
        let test = try ServerTest()
        let rounds = flood(test, atMost: 1000) {
            [.headers(UInt32(2 * $0 + 1), ServerTest.get + [("Upper", "x")])]
        }
        #expect(rounds == 51)
        check(test, "http2_bad_frames")
    }

    @Test func continuations() throws {
        let test = try ServerTest()
        test.send([.headers(1, ServerTest.get, flags: 0)])
        let rounds = flood(test, atMost: 1000) { _ in
            [.continuation(1, [("x-a", "b")], last: false)]
        }
        #expect(rounds == 17)
        check(test, "http2_continuation_flood")
    }

    @Test func continuationsOfAnIgnoredHead() throws {
        let test = try ServerTest()
        test.send([.headers(1, ServerTest.get + [("Upper", "x")], flags: 0)])
        _ = flood(test, atMost: 1000) { _ in [.continuation(1, [("x-a", "b")], last: false)] }
        check(test, "http2_continuation_flood")
    }

    /// One entry of the table, and thousands of references to it: 64 MB of fields from 20 KB.
    @Test func headerBomb() throws {
        let test = try ServerTest()
        let value = [UInt8](repeating: 0x61, count: 4000)
        let entry = [0x40] + RawFrame.string(Array("x".utf8)) + RawFrame.string(value)
        let head = ServerTest.get.flatMap { RawFrame.literal($0.0, $0.1) }
        let bomb = head + entry + [UInt8](repeating: 0xBE, count: 12000)
        test.send([RawFrame(type: 1, flags: 5, stream: 1, payload: bomb)])
        check(test, "http2_header_bomb")
        #expect(test.exchanges[0].request.headers.byteCount <= 32 * 1024)
    }

    @Test func manyEmptyFields() throws {
        let test = try ServerTest()
        let fields = ServerTest.get + (0..<1000).map { _ in ("a", "") }
        test.send([.headers(1, fields)])
        check(test, "http2_header_bomb")
    }

    @Test func largeHeadsAreRefusedAndThenTooMany() throws {
        let test = try ServerTest(host: { $0.limits.headBytes = 4096 })
        let value = String(repeating: "v", count: 5000)
        test.send([.headers(1, ServerTest.get + [("x-a", value)])])
        #expect(test.fields(1)[":status"] == "431")
        #expect(test.exchanges[0].problem?.cause.description == "headers_too_large")
        test.send([.headers(3, ServerTest.get + (0..<101).map { ("h\($0)", "") })])
        #expect(test.exchanges[1].problem?.cause.description == "too_many_headers")
        _ = flood(test, atMost: 100) {
            [.headers(UInt32(2 * $0 + 5), ServerTest.get + [("x-a", value)])]
        }
        check(test, "http2_header_bomb")
    }

    @Test func settings() throws {
        let test = try ServerTest()
        #expect(flood(test, atMost: 1000) { _ in [.settings([(3, 100)])] } == 50)
        check(test, "http2_settings_flood")
    }

    @Test func pings() throws {
        let test = try ServerTest()
        #expect(flood(test, atMost: 1000) { _ in [.ping()] } == 101)
        check(test, "http2_ping_flood")
    }

    @Test func pingsThatMeasureDataAreNoFlood() throws {
        let test = try ServerTest(host: { $0.behaviour = { $0.respond(200, "hello") } })
        for round in 0..<1000 {
            test.send([.headers(UInt32(2 * round + 1), ServerTest.get), .ping()])
        }
        #expect(!test.isClosed)
    }

    @Test func priorities() throws {
        let test = try ServerTest()
        #expect(flood(test, atMost: 1000) { _ in [.priority(1)] } == 501)
        check(test, "http2_priority_flood")
    }

    @Test func windowUpdates() throws {
        let test = try ServerTest()
        #expect(flood(test, atMost: 1000) { _ in [.windowUpdate(0, 1)] } == 501)
        check(test, "http2_window_update_flood")
    }

    @Test func emptyData() throws {
        let test = try ServerTest()
        test.send([.headers(1, ServerTest.post, end: false)])
        #expect(flood(test, atMost: 1000) { _ in [.data(1, "")] } < 102)
        check(test, "http2_empty_frame_flood")
    }

    @Test func paddingAlone() throws {
        let test = try ServerTest()
        test.send([.headers(1, ServerTest.post, end: false)])
        let padded = RawFrame(
            type: 0, flags: 8, stream: 1, payload: [200] + [UInt8](repeating: 0, count: 200))
        _ = flood(test, atMost: 1000) { _ in [padded] }
        check(test, "http2_empty_frame_flood")
    }

    @Test func emptyContinuations() throws {
        let test = try ServerTest({ configuration in
            var flood = Http2.Flood()
            flood.continuations = 1000
            configuration.flood = flood
        })
        test.send([.headers(1, ServerTest.get, flags: 0)])
        _ = flood(test, atMost: 1000) { _ in [.continuation(1, [], last: false)] }
        check(test, "http2_empty_frame_flood")
    }

    @Test func unknownFrames() throws {
        let test = try ServerTest()
        _ = flood(test, atMost: 1000) { _ in [RawFrame(type: 0xAA)] }
        check(test, "http2_empty_frame_flood")
    }

    @Test func goAways() throws {
        let test = try ServerTest()
        _ = flood(test, atMost: 1000) { _ in
            [RawFrame(type: 7, payload: [UInt8](repeating: 0, count: 8))]
        }
        check(test, "http2_empty_frame_flood")
    }

    @Test func streamsOverTheLimit() throws {
        let test = try ServerTest({ $0.maxConcurrentStreams = 5 })
        _ = flood(test, atMost: 100) { [.headers(UInt32(2 * $0 + 1), ServerTest.get)] }
        check(test, "http2_stream_limit", code: ErrorCode.protocol)
        #expect(test.exchanges.count == 5)
    }

    @Test func streamsOverALimitThatTheClientCannotKnow() throws {
        let test = try ServerTest({ $0.maxConcurrentStreams = 5 }, handshake: false)
        test.send(Array(ServerTest.preface.utf8) + RawFrame.settings().bytes)
        test.send((0..<8).map { .headers(UInt32(2 * $0 + 1), ServerTest.get) })
        #expect((5..<8).allSatisfy { test.resetCode(UInt32(2 * $0 + 1)) == 7 })
        #expect(test.exchanges.count == 5)
        #expect(!test.isClosed)
        test.send((5..<8).map { .data(UInt32(2 * $0 + 1), "x") })
        #expect(!test.isClosed)
        _ = flood(test, atMost: 1000) { [.headers(UInt32(2 * $0 + 31), ServerTest.get)] }
        check(test, "http2_stream_limit")
    }

    private func unread() throws -> ServerTest {
        let test = try ServerTest(
            {
                var flood = Http2.Flood()
                flood.pings = 1_000_000
                $0.flood = flood
            }, host: { $0.outputBound = 256 })
        test.isReading = false
        return test
    }

    /// A client that makes us answer and reads nothing: its bytes stay with it.
    @Test func unreadAnswersHoldTheClientBack() throws {
        let test = try unread()
        for _ in 0..<50 { test.send((0..<100).map { _ in RawFrame.ping() }) }
        #expect(!test.isClosed)
        #expect(test.heldCount > 40 * 100 * 17)
        #expect(test.host.output.count < 1024)
        test.readAgain()
        #expect(test.heldCount == 0)
        #expect(test.frames(of: 6).count == 5000)
    }

    @Test func tooManyUnreadAnswersAtOnce() throws {
        let test = try unread()
        test.send((0..<5000).map { _ in RawFrame.ping() })
        #expect(test.host.output.count < 1024)
        test.readAgain()
        check(test, "http2_ack_flood")
        #expect(test.frames(of: 6).count <= 1001)
    }

    /// A client that opens windows of nothing: what we hold is the streams' buffers.
    @Test func zeroWindows() throws {
        let body = String(repeating: "z", count: 1_000_000)
        var taken: [Int] = []
        let test = try ServerTest(host: { host in
            host.behaviour = {
                $0.respondHead(length: 1_000_000)
                taken.append($0.send(body))
            }
        })
        test.send([.settings([(4, 0)])])
        test.send((0..<20).map { .headers(UInt32(2 * $0 + 1), ServerTest.get) })
        #expect(taken == [Int](repeating: 64 * 1024, count: 20))
        #expect(test.frames(of: 0).isEmpty)
        for exchange in test.exchanges { exchange.sink.cutOff(.close) }
        test.turn()
        #expect(test.exchanges.allSatisfy { $0.abortCause == "response_cut_off" })
        #expect(test.resetCode(39) == ErrorCode.internal)
        #expect(test.codec.streamCount == 0)
    }

    /// A client that reads nothing at all: its exchanges end all the same when they time out.
    @Test func exchangesEndThoughNothingCanBeSent() throws {
        let test = try ServerTest(host: { host in
            host.outputBound = 1024
            host.behaviour = {
                $0.respondHead(length: 1_000_000)
                _ = $0.send(String(repeating: "w", count: 60_000))
            }
        })
        test.isReading = false
        test.send((0..<3).map { .headers(UInt32(2 * $0 + 1), ServerTest.get) })
        test.isBlocked = true
        for exchange in test.exchanges { exchange.sink.cutOff(.close) }
        test.advance(.milliseconds(1))
        #expect(test.exchanges.map(\.abortCause) == .init(repeating: "response_cut_off", count: 3))
        #expect(test.violations == [])
    }
}
