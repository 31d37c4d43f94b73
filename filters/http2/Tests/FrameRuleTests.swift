import Testing
import WeirBase
import WeirFilter

@testable import Http2Filter

/// Rules of RFC 9113, sections 4 to 6, that a client can break.
@Suite struct FrameRuleTests {
    /// What a broken rule leads to.
    enum Outcome: Equatable {
        /// The connection ends with that error code and cause.
        case connection(UInt32, String)
        /// Stream 1 ends with that error code.
        case stream(UInt32)
        /// Nothing at all.
        case nothing
    }

    struct Rule: CustomStringConvertible {
        let description: String
        let frames: [RawFrame]
        /// What the client sends once the rest has been dealt with.
        let later: [RawFrame]
        let outcome: Outcome

        init(
            _ description: String, _ frames: [RawFrame], then later: [RawFrame] = [],
            _ outcome: Outcome
        ) {
            self.description = description
            self.frames = frames
            self.later = later
            self.outcome = outcome
        }
    }

    private static let open = RawFrame.headers(1, ServerTest.post, end: false)
    private static let whole = RawFrame.headers(1, ServerTest.get)
    private static let wrong = Outcome.connection(1, "http2_protocol_error")
    private static let wrongSize = Outcome.connection(6, "http2_frame_size_error")
    private static let wrongFlow = Outcome.connection(3, "http2_flow_control_error")
    private static let gone = Outcome.connection(5, "http2_stream_closed")

    private static func raw(
        _ type: UInt8, _ stream: UInt32, flags: UInt8 = 0, _ payload: [UInt8] = []
    ) -> RawFrame {
        RawFrame(type: type, flags: flags, stream: stream, payload: payload)
    }

    private static let zeros8 = [UInt8](repeating: 0, count: 8)
    private static let block = ServerTest.get.flatMap { RawFrame.literal($0.0, $0.1) }

    static let rules: [Rule] =
        frameSizes + streamNumbers + streamStates + settings + windows + heads

    static let frameSizes = [
        Rule(
            "DATA above the frame size",
            [
                open, raw(0, 1, [UInt8](repeating: 0, count: 16385)),
            ], wrongSize),
        Rule(
            "HEADERS above the frame size",
            [
                raw(1, 1, flags: 5, [UInt8](repeating: 0, count: 16385))
            ], wrongSize),
        Rule("PRIORITY of 4 bytes", [raw(2, 1, [0, 0, 0, 0])], wrongSize),
        Rule("RST_STREAM of 3 bytes", [open, raw(3, 1, [0, 0, 0])], wrongSize),
        Rule("SETTINGS of 5 bytes", [raw(4, 0, [0, 0, 0, 0, 0])], wrongSize),
        Rule(
            "acknowledgement of SETTINGS with a payload",
            [
                raw(4, 0, flags: 1, [0, 3, 0, 0, 0, 1])
            ], wrongSize),
        Rule("PING of 7 bytes", [raw(6, 0, [0, 0, 0, 0, 0, 0, 0])], wrongSize),
        Rule("GOAWAY of 7 bytes", [raw(7, 0, [0, 0, 0, 0, 0, 0, 0])], wrongSize),
        Rule("WINDOW_UPDATE of 3 bytes", [raw(8, 0, [0, 0, 1])], wrongSize),
        Rule("HEADERS too short for its priority", [raw(1, 1, flags: 0x24, [0, 0])], wrongSize),
    ]

    static let streamNumbers = [
        Rule("DATA on stream 0", [raw(0, 0, [1])], wrong),
        Rule("HEADERS on stream 0", [raw(1, 0, flags: 5, block)], wrong),
        Rule("PRIORITY on stream 0", [raw(2, 0, [0, 0, 0, 0, 1])], wrong),
        Rule("RST_STREAM on stream 0", [.reset(0)], wrong),
        Rule("SETTINGS on a stream", [open, raw(4, 1)], wrong),
        Rule("PING on a stream", [open, raw(6, 1, zeros8)], wrong),
        Rule("GOAWAY on a stream", [open, raw(7, 1, zeros8)], wrong),
        Rule("CONTINUATION on stream 0", [raw(9, 0, flags: 4)], wrong),
        Rule("HEADERS on an even stream", [.headers(2, ServerTest.get)], wrong),
        Rule(
            "a stream's number below an earlier one",
            [
                .headers(5, ServerTest.get)
            ], then: [.headers(3, ServerTest.get)], wrong),
    ]

    static let streamStates = [
        Rule("DATA on an idle stream", [.data(1, "x")], wrong),
        Rule("RST_STREAM on an idle stream", [.reset(1)], wrong),
        Rule("WINDOW_UPDATE on an idle stream", [.windowUpdate(1, 1)], wrong),
        Rule("DATA after the end of the request", [whole, .data(1, "x")], gone),
        Rule("HEADERS after the end of the request", [whole, .headers(1, [("a", "b")])], gone),
        Rule(
            "DATA on a stream that the client gave up",
            [
                open, .reset(1),
            ], then: [.data(1, "x")], gone),
        Rule("PUSH_PROMISE", [open, raw(5, 1, flags: 4, [0, 0, 0, 2] + block)], wrong),
        Rule("WINDOW_UPDATE after the end of the request", [whole, .windowUpdate(1, 1)], .nothing),
        Rule("PRIORITY on an idle stream", [.priority(3)], .nothing),
        Rule("an unknown type", [raw(0xBE, 0, [1, 2, 3]), raw(0xEF, 1)], .nothing),
        Rule("unknown flags", [raw(6, 0, flags: 0xF0, zeros8)], .nothing),
        Rule("the reserved bit", [raw(1, 0x8000_0001, flags: 5, block)], .nothing),
    ]

    static let settings = [
        Rule("ENABLE_PUSH of 2", [.settings([(2, 2)])], wrong),
        Rule("INITIAL_WINDOW_SIZE above the bound", [.settings([(4, 0x8000_0000)])], wrongFlow),
        Rule("MAX_FRAME_SIZE below the bound", [.settings([(5, 16383)])], wrong),
        Rule("MAX_FRAME_SIZE above the bound", [.settings([(5, 16_777_216)])], wrong),
        Rule("an unknown setting", [.settings([(0xABCD, 7)])], .nothing),
        Rule(
            "too many settings in a frame",
            [
                .settings([(UInt16, UInt32)](repeating: (4, 65535), count: 40))
            ], .connection(11, "http2_settings_flood")),
        Rule(
            "a window of a stream beyond the bound by a setting",
            [
                open, .windowUpdate(1, 0x7FFF_0000), .settings([(4, 0x7FFF_FFFF)]),
            ], wrongFlow),
    ]

    static let windows = [
        Rule("an increment of 0 for the connection", [.windowUpdate(0, 0)], wrong),
        Rule("an increment of 0 for a stream", [open, .windowUpdate(1, 0)], wrong),
        Rule(
            "the connection's window beyond the bound",
            [
                .windowUpdate(0, 0x7FFF_FFFF)
            ], wrongFlow),
        Rule(
            "a stream's window beyond the bound",
            [
                open, .windowUpdate(1, 0x7FFF_FFFF),
            ], .stream(3)),
        Rule(
            "more than the stream's window",
            [open]
                + (0..<5).map { _ in raw(0, 1, [UInt8](repeating: 0, count: 16384)) }, .stream(3)),
    ]

    static let heads = [
        Rule(
            "DATA within a head",
            [
                .headers(1, ServerTest.get, flags: 0), .data(1, "x"),
            ], wrong),
        Rule(
            "a head within a head",
            [
                .headers(1, ServerTest.get, flags: 0), .headers(3, ServerTest.get),
            ], wrong),
        Rule(
            "CONTINUATION of another stream",
            [
                .headers(1, ServerTest.get, flags: 0), .continuation(3, [], last: true),
            ], wrong),
        Rule(
            "an unknown type within a head",
            [
                .headers(1, ServerTest.get, flags: 0), raw(0xBE, 0),
            ], wrong),
        Rule("CONTINUATION without a head", [.continuation(1, [], last: true)], wrong),
        Rule(
            "CONTINUATION after the end of a head",
            [
                open, .continuation(1, [], last: true),
            ], wrong),
        Rule(
            "padding of DATA longer than the frame",
            [
                open, raw(0, 1, flags: 8, [4, 0, 0]),
            ], wrong),
        Rule(
            "padding of HEADERS longer than the frame",
            [
                raw(1, 1, flags: 0x0D, [200, 0])
            ], wrong),
        Rule(
            "DATA with padding but no room for its length",
            [
                open, raw(0, 1, flags: 8),
            ], wrongSize),
        Rule("PRIORITY_UPDATE of stream 0", [raw(16, 0, [0, 0, 0, 0, 0x75, 0x3D, 0x31])], wrong),
        Rule(
            "a head that cannot be decoded",
            [
                raw(1, 1, flags: 5, [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF])
            ], .connection(9, "http2_compression_error")),
        Rule(
            "a field that the table does not have", [raw(1, 1, flags: 5, [0xFE])],
            .connection(9, "http2_compression_error")),
        Rule(
            "a table larger than was allowed",
            [
                raw(1, 1, flags: 5, [0x3F, 0xE1, 0xFF, 0x03] + block)
            ], .connection(9, "http2_compression_error")),
        // RFC 9113 has taken the tree of priorities out, and with it this rule.
        Rule("a stream that depends on itself", [.priority(1, on: 1)], .nothing),
    ]

    @Test(arguments: rules, [nil, 1])
    func brokenRules(_ rule: Rule, _ pieceSize: Int?) throws {
        let test = try ServerTest(
            host: { $0.behaviour = { $0.appetite = 0 } }, pieceSize: pieceSize)
        test.send(rule.frames)
        test.send(rule.later)
        switch rule.outcome {
        case .connection(let code, let cause):
            #expect(test.goAwayCode == code)
            #expect(test.host.cause == cause)
            #expect(test.isClosed)
        case .stream(let code):
            #expect(test.resetCode(1) == code)
            #expect(test.goAwayCode == nil)
            #expect(!test.isClosed)
        case .nothing:
            #expect(test.frames(of: 3).isEmpty)
            #expect(test.goAwayCode == nil)
            #expect(!test.isClosed)
        }
        #expect(test.violations == [])
    }

    @Test func aBadPrefaceEndsTheConnection() throws {
        let test = try ServerTest(handshake: false)
        test.send(Array("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8))
        #expect(test.goAwayCode == 1)
        #expect(test.host.cause == "http2_bad_preface")
    }

    @Test func theFirstFrameIsSettings() throws {
        let test = try ServerTest(handshake: false)
        test.send(Array(ServerTest.preface.utf8) + RawFrame.ping().bytes)
        #expect(test.goAwayCode == 1)
        #expect(test.host.cause == "http2_bad_preface")
    }

    @Test func aClientMayGoOnWithAStreamThatWeEnded() throws {
        let test = try ServerTest(host: { $0.behaviour = { $0.respond(413) } })
        test.send([.headers(1, ServerTest.post, end: false)])
        #expect(test.resetCode(1) == 0)
        test.send([.data(1, "more"), .headers(1, [("x-a", "b")]), .headers(3, ServerTest.get)])
        #expect(test.goAwayCode == nil)
        #expect(test.fields(3)[":status"] == "413")
    }
}
