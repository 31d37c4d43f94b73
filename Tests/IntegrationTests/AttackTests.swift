import Foundation
import Testing
import WeirLiveTesting

/// Clients that attack HTTP/2: their connections end with the right code, a counter names the
/// reason, and the gateway does not grow.
///
/// `Scripts/attacks.py` plays them. `docs/operations/attacks.md` has the table with the figures.
@Suite struct AttackTests {
    /// An attack, and what has to become of it.
    struct Attack: Sendable, CustomTestStringConvertible {
        let name: String
        /// The error code in the GOAWAY; nil where the connection is closed without one.
        var code: String? = "ENHANCE_YOUR_CALM"
        let cause: String
        /// KiB by which the gateway may grow, all connections together.
        var growth = 4 << 10
        /// How many connections at a time it takes to be felt: one for floods, many where an
        /// attacker waits.
        var width = 1

        var testDescription: String { name }
    }

    static let floods: [Attack] = [
        Attack(name: "rapid-reset", cause: "http2_rapid_reset"),
        Attack(name: "rapid-reset-of-answered", cause: "http2_rapid_reset"),
        Attack(name: "settings-flood", cause: "http2_settings_flood"),
        Attack(name: "settings-acknowledgements", cause: "http2_empty_frame_flood"),
        Attack(name: "ping-flood", cause: "http2_ping_flood"),
        Attack(name: "ping-flood-unread", cause: "http2_ping_flood"),
        Attack(name: "priority-flood", cause: "http2_priority_flood"),
        Attack(name: "priority-update-flood", cause: "http2_priority_flood"),
        Attack(name: "window-update-flood", cause: "http2_window_update_flood"),
        Attack(name: "stream-window-update-flood", cause: "http2_window_update_flood"),
        Attack(name: "dripping-window", cause: "http2_window_update_flood"),
        Attack(name: "empty-data-flood", cause: "http2_empty_frame_flood"),
        Attack(name: "padding-flood", cause: "http2_empty_frame_flood"),
        Attack(name: "empty-headers-flood", cause: "http2_empty_frame_flood"),
        Attack(name: "unknown-frame-flood", cause: "http2_empty_frame_flood"),
        Attack(name: "goaway-flood", cause: "http2_empty_frame_flood"),
    ]

    static let heads: [Attack] = [
        Attack(name: "continuation-flood", cause: "http2_continuation_flood"),
        Attack(name: "empty-continuation-flood", cause: "http2_continuation_flood"),
        Attack(name: "header-bomb", cause: "http2_header_bomb"),
        Attack(name: "small-header-bombs", cause: "http2_header_bomb"),
        Attack(name: "giant-header-list", cause: "http2_header_bomb"),
        Attack(name: "slow-headers", cause: "http2_slow_headers", width: 50),
        Attack(name: "slow-continuations", cause: "http2_slow_headers", width: 50),
        Attack(name: "half-preface", code: nil, cause: "preface_timeout", width: 50),
        Attack(
            name: "bare-preface", code: "PROTOCOL_ERROR", cause: "http2_slow_preface",
            width: 50),
    ]

    /// A stream whose answer is not taken holds what the stream buffers and what was read from the
    /// endpoint, at most 64 and 128 KiB by default, and its own few.
    static let streams: [Attack] = [
        Attack(name: "reset-by-window-overflow", cause: "http2_bad_frames"),
        Attack(name: "reset-by-long-body", cause: "http2_bad_frames"),
        Attack(name: "reset-by-bad-trailers", cause: "http2_bad_frames"),
        Attack(name: "reset-by-bad-field", cause: "http2_bad_frames"),
        Attack(name: "reset-by-connection-field", cause: "http2_bad_frames"),
        Attack(
            name: "reset-by-empty-window-update", code: "PROTOCOL_ERROR",
            cause: "http2_protocol_error"),
        Attack(name: "reset-by-late-data", code: "STREAM_CLOSED", cause: "http2_stream_closed"),
        Attack(name: "reset-by-late-headers", code: "STREAM_CLOSED", cause: "http2_stream_closed"),
        Attack(name: "reset-by-self-dependency", cause: "http2_priority_flood"),
        Attack(
            name: "streams-over-the-limit", code: "PROTOCOL_ERROR", cause: "http2_stream_limit"),
        Attack(name: "streams-over-the-unread-limit", cause: "http2_stream_limit"),
        Attack(
            name: "unread-answers", code: nil, cause: "write_idle", growth: 4 * 100 * 224,
            width: 2),
    ]

    /// Streams that are held open: they end after the time limits, and the connection stays.
    struct Hold: Sendable, CustomTestStringConvertible {
        let name: String
        let metric: String
        let cause: String
        /// How the streams end.
        let code: String
        /// KiB by which the gateway may grow.
        let growth: Int

        var testDescription: String { name }
    }

    static let holds: [Hold] = [
        Hold(
            name: "zero-window", metric: "weir_cut_off_responses_total", cause: "write_idle",
            code: "INTERNAL_ERROR", growth: 2 * 100 * 224),
        Hold(
            name: "idle-bodies", metric: "weir_local_responses_total", cause: "body_idle",
            code: "NO_ERROR", growth: 4 << 10),
    ]

    static let largePiece = [UInt8](repeating: 0, count: 1 << 16)

    /// A gateway that answers `/ok` itself, before an origin that holds requests, or answers with
    /// more than fits anywhere. With `holdsItself`, requests that are held never reach the origin.
    static func gateway(
        prefix: [String] = [], workers: Int = 2, holdsItself: Bool = false
    ) throws -> Gateway {
        let origin = try Origin { connection in
            guard let head = try connection.head() else { return }
            if head.target == "/big" {
                try connection.send("HTTP/1.1 200 OK\r\ncontent-length: 67108864\r\n\r\n")
                for _ in 0..<1024 { try connection.send(largePiece) }
            }
            try connection.waitForEnd()
        }
        var configuration = Configuration(origin)
        configuration.workers = workers
        configuration.listener = [
            "connection: [http2]", "timeouts: {header: 1s, write-idle: 1s, body-idle: 1s}",
            "limits: {requests-per-connection: 0}",
        ]
        configuration.routes = ["match: {path: /ok}, respond: {body: ok}"]
        if holdsItself {
            configuration.filters = "[fault]"
            configuration.routes.append(
                "match: {path: /hold}, respond: {}, filters: {fault: {delay: {duration: 60s}}}")
        }
        return try Gateway(yaml: configuration.yaml, origins: [origin], prefix: prefix)
    }

    struct Report: Decodable {
        struct Outcome: Decodable {
            let goaway: String?
            let isClosed: Bool
            let resets: [String: Int]
        }

        let outcomes: [Outcome]
        /// KiB, at the worst moment.
        let growth: Int
    }

    static func attack(_ gateway: Gateway, _ name: String, connections: Int) throws -> Report {
        // What is allocated once, by the first requests, is no growth.
        for _ in 0..<20 {
            #expect(try gateway.client().get("/ok").status == 200)
        }
        let result = try Python.run(
            "attacks.py",
            [
                name, "\(gateway.address())", "--connections", "\(connections)", "--pid",
                "\(gateway.process.identifier)",
            ])
        guard result.status == 0 else { throw HarnessError(result.errors) }
        return try JSONDecoder().decode(Report.self, from: Data(result.output.utf8))
    }

    @Test(arguments: floods + heads + streams)
    func endsTheConnection(_ attack: Attack) throws {
        let gateway = try Self.gateway()
        let report = try Self.attack(gateway, attack.name, connections: 4)
        #expect(report.outcomes.count == 4)
        for outcome in report.outcomes {
            #expect(outcome.isClosed && outcome.goaway == attack.code)
        }
        let count = try gateway.metric(
            "weir_connection_failures_total", "cause=\"\(attack.cause)\"")
        #expect(count == 4)
        #expect(report.growth < attack.growth, "grew by \(report.growth) KiB")
        #expect(try gateway.client().get("/ok").status == 200, "others are served")
    }

    @Test(arguments: holds)
    func endsTheStreams(_ hold: Hold) throws {
        let gateway = try Self.gateway()
        let report = try Self.attack(gateway, hold.name, connections: 2)
        #expect(report.outcomes.map { $0.resets[hold.code] } == [100, 100])
        #expect(try gateway.metric(hold.metric, "cause=\"\(hold.cause)\"") == 200)
        #expect(report.growth < hold.growth, "grew by \(report.growth) KiB")
        #expect(try gateway.client().get("/ok").status == 200, "others are served")
    }
}
