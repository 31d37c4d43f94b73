import Testing
import WeirBase
import WeirFilter

@testable import Http2Filter

/// Requests that break RFC 9113, section 8: the stream ends with PROTOCOL_ERROR, no request sets
/// out, and the connection goes on.
@Suite struct MalformedRequestTests {
    private static let get = ServerTest.get

    private static func without(_ name: String) -> [(String, String)] {
        get.filter { $0.0 != name }
    }

    static let heads: [(String, [(String, String)])] = [
        ("upper case in a name", get + [("X-Upper", "1")]),
        ("no method", without(":method")),
        ("no scheme", without(":scheme")),
        ("no path", without(":path")),
        ("empty path", without(":path") + [(":path", "")]),
        ("relative path", without(":path") + [(":path", "a")]),
        ("asterisk without OPTIONS", without(":path") + [(":path", "*")]),
        ("neither authority nor host", without(":authority")),
        ("method twice", get + [(":method", "GET")]),
        ("path twice", [(":path", "/a")] + get),
        ("authority twice", [(":authority", "b.example")] + get),
        ("scheme twice", [(":scheme", "http")] + get),
        ("status in a request", get + [(":status", "200")]),
        ("unknown pseudo-header", get + [(":what", "x")]),
        ("pseudo-header after a field", [("accept", "*/*")] + get),
        ("connection", get + [("connection", "close")]),
        ("keep-alive", get + [("keep-alive", "timeout=1")]),
        ("proxy-connection", get + [("proxy-connection", "keep-alive")]),
        ("transfer-encoding", get + [("transfer-encoding", "chunked")]),
        ("upgrade", get + [("upgrade", "h2c")]),
        ("te other than trailers", get + [("te", "gzip")]),
        ("te with more than trailers", get + [("te", "trailers, gzip")]),
        ("CR in a value", get + [("x-a", "a\rb")]),
        ("LF in a value", get + [("x-a", "a\nb: c")]),
        ("NUL in a value", get + [("x-a", "a\0b")]),
        ("space before a value", get + [("x-a", " a")]),
        ("space after a value", get + [("x-a", "a ")]),
        ("tab after a value", get + [("x-a", "a\t")]),
        ("space in a name", get + [("x a", "1")]),
        ("colon in a name", get + [("x:a", "1")]),
        ("CR LF in a name", get + [("x\r\na", "1")]),
        ("NUL in a name", get + [("x\0a", "1")]),
        ("empty name", get + [("", "1")]),
        ("LF in the path", without(":path") + [(":path", "/a\nb")]),
        ("space in the path", without(":path") + [(":path", "/a b")]),
        ("space in the method", without(":method") + [(":method", "G T")]),
        ("LF in the method", without(":method") + [(":method", "GET\n")]),
        ("LF in the authority", without(":authority") + [(":authority", "a\nb")]),
        ("host twice", without(":authority") + [("host", "a"), ("host", "a")]),
        ("content-length of a GET without a body", get + [("content-length", "1")]),
        ("content-length that is no number", get + [("content-length", "x")]),
        ("content-length with a sign", get + [("content-length", "+0")]),
        ("content-length twice", get + [("content-length", "0"), ("content-length", "0")]),
        (
            "CONNECT with a path",
            [
                (":method", "CONNECT"), (":authority", "a:1"), (":path", "/"),
            ]
        ),
        (
            "CONNECT with a scheme",
            [
                (":method", "CONNECT"), (":authority", "a:1"), (":scheme", "https"),
            ]
        ),
        ("CONNECT without an authority", [(":method", "CONNECT")]),
        ("protocol without CONNECT", get + [(":protocol", "websocket")]),
        (
            "extended CONNECT without a path",
            [
                (":method", "CONNECT"), (":protocol", "websocket"), (":scheme", "https"),
                (":authority", "a"),
            ]
        ),
    ]

    @Test(arguments: heads)
    func malformedHeadsEndTheirStream(_ what: String, _ fields: [(String, String)]) throws {
        let test = try ServerTest(host: { $0.behaviour = { $0.respond() } })
        test.send([.headers(1, fields), .headers(3, ServerTest.get)])
        #expect(test.resetCode(1) == ErrorCode.protocol)
        #expect(test.fields(1).isEmpty)
        #expect(!test.exchanges[0].wasStarted)
        #expect(test.exchanges[0].abortCause == "http2_stream_error")
        #expect(test.fields(3)[":status"] == "200")
        #expect(!test.isClosed)
        #expect(test.violations == [])
    }

    static let bodies: [(String, [RawFrame])] = [
        ("longer than content-length", [.data(1, "abcd", end: true)]),
        ("shorter than content-length", [.data(1, "ab", end: true)]),
        ("ended by trailers too early", [.data(1, "ab"), .headers(1, [("x-a", "b")])]),
        (
            "trailers without the end",
            [
                .data(1, "abc"), .headers(1, [("x-a", "b")], end: false),
            ]
        ),
        ("a pseudo-header in the trailers", [.data(1, "abc"), .headers(1, [(":path", "/")])]),
        ("connection in the trailers", [.data(1, "abc"), .headers(1, [("connection", "a")])]),
        ("upper case in the trailers", [.data(1, "abc"), .headers(1, [("A", "a")])]),
        ("LF in the trailers", [.data(1, "abc"), .headers(1, [("a", "a\nb")])]),
    ]

    @Test(arguments: bodies)
    func malformedBodiesEndTheirStream(_ what: String, _ frames: [RawFrame]) throws {
        let test = try ServerTest()
        test.send([.headers(1, ServerTest.post + [("content-length", "3")], end: false)] + frames)
        #expect(test.resetCode(1) == ErrorCode.protocol)
        #expect(test.exchanges[0].wasStarted)
        #expect(test.exchanges[0].abortCause == "http2_stream_error")
        #expect(!test.isClosed)
        #expect(test.violations == [])
    }

    @Test func wellFormedRequestsPass() throws {
        let test = try ServerTest()
        let heads: [[(String, String)]] = [
            Self.get + [("te", "trailers")],
            [(":path", "/"), (":authority", "a"), (":scheme", "http"), (":method", "GET")],
            Self.without(":authority") + [("host", "a")],
            [
                (":method", "OPTIONS"), (":scheme", "https"), (":authority", "a"), (":path", "*"),
            ],
            Self.get + [("content-length", "0")],
            Self.get + [("x_underscore", "1"), ("x-empty", "")],
            Self.get + [("x-obs-text", "caf\u{e9}")],
            [(":method", "CONNECT"), (":authority", "a:1")],
        ]
        for (index, head) in heads.enumerated() {
            test.send([.headers(UInt32(2 * index + 1), head)])
        }
        #expect(test.exchanges.map(\.wasStarted) == heads.map { _ in true })
        #expect(test.frames(of: 3).isEmpty)
    }

    @Test func otherSchemesAreRefused() throws {
        let test = try ServerTest()
        test.send([
            .headers(1, Self.without(":scheme") + [(":scheme", "ftp")])
        ])
        #expect(test.exchanges[0].problem?.cause.description == "unsupported_scheme")
        #expect(test.fields(1)[":status"] == "400")
    }

    @Test func hostGoesToTheReceiverWhichKnowsTheAuthority() throws {
        let test = try ServerTest()
        test.send([.headers(1, Self.without(":authority") + [("host", "b.example")])])
        #expect(test.exchanges[0].authority == nil)
        #expect(test.exchanges[0].field("host") == "b.example")
    }

    @Test func cookieCrumbsBecomeOneField() throws {
        let test = try ServerTest()
        test.send([
            .headers(1, Self.get + [("cookie", "a=1"), ("x-a", "b"), ("cookie", "b=2; c=3")]),
            .headers(3, Self.get + [("cookie", "d=4")]), .headers(5, Self.get),
        ])
        #expect(test.exchanges.map { $0.field("cookie") } == ["a=1; b=2; c=3", "d=4", nil])
        #expect(test.exchanges[0].request.headers.values("cookie").count == 1)
    }
}

/// What a broken head leaves behind must not reach another request.
@Suite struct BrokenHeadTests {
    @Test func trailersGoToTheirOwnStream() throws {
        let test = try ServerTest()
        test.send([
            .headers(1, ServerTest.post, end: false),
            .headers(3, ServerTest.get + [("x-a", "1"), ("Upper", "x")]),
            .headers(1, [("x-sum", "7"), ("x-more", "8")]),
        ])
        #expect(test.exchanges[0].trailers == ["x-sum": "7", "x-more": "8"])
        #expect(test.exchanges[1].field("x-sum") == nil)
        #expect(test.exchanges[1].abortCause == "http2_stream_error")
        #expect(test.violations == [])
    }
}
