import Testing
import WeirBase
import WeirHTTP

/// What a response head says, and what is refused of an upstream.
@Suite struct ResponseParserTests {
    @Test(arguments: ResponseCorpus.all)
    func isRefused(_ sample: Sample) {
        expectResponse(sample.bytes, .failed(sample.status, sample.cause))
    }

    /// Parses a head that must be complete, and returns the parser for its facts.
    private func parse(
        _ status: String, _ fields: String = "", to method: WeirBase.Method = .get,
        version: String = "1.1", into head: ResponseHead = ResponseHead()
    ) -> ResponseParser {
        let text = ByteString("HTTP/\(version) \(status)\r\n\(fields)\r\n")
        var parser = ResponseParser()
        let progress = parser.parse(text.span, into: head, requestMethod: method)
        #expect(progress == .complete(byteCount: text.count))
        return parser
    }

    @Test func fillsTheHead() {
        let head = ResponseHead()
        _ = parse("404 Not  Found\t", "A:b\r\nSet-Cookie: c\r\nset-cookie: d\r\n", into: head)
        #expect(head.status == 404 && head.reason == "Not  Found\t" && head.version == .http11)
        #expect(head.headers.values("set-cookie") == ["c", "d"])
        #expect(head.headers["a"] == "b")
        _ = parse("200 ", version: "1.0", into: head)
        #expect(head.status == 200 && head.reason.isEmpty && head.version == .http10)
        #expect(head.headers.isEmpty)
        _ = parse("999", into: head)
        #expect(head.status == 999 && head.reason.isEmpty)
    }

    @Test(arguments: [
        "HTTP/1.1 200\r\n\r\n", "HTTP/1.1 200 OK\r\nA: b\r\nContent-Length: 1\r\n\r\n",
    ])
    func arrivesInAnyPieces(_ text: String) {
        let bytes = ByteString(text)
        expectResponse(bytes, .complete(bytes.count))
    }

    /// RFC 9112, section 6.3, case by case.
    @Test func framing() {
        let sized = "Content-Length: 5\r\n"
        let chunked = "Transfer-Encoding: chunked\r\n"
        #expect(parse("200 OK", sized).framing == .length(5))
        #expect(parse("200 OK", chunked).framing == .chunked)
        #expect(parse("200 OK").framing == .untilClose)
        #expect(parse("200 OK", "Content-Length: 0\r\n").framing == .length(0))
        #expect(parse("500 Oh", version: "1.0").framing == .untilClose)
        for fields in ["", sized, chunked] {
            #expect(parse("200 OK", fields, to: .head).framing == .none)
            #expect(parse("204 No", fields).framing == .none)
            #expect(parse("304 Not", fields).framing == .none)
            #expect(parse("100 Go", fields).framing == .none)
            #expect(parse("103 Hints", fields).framing == .none)
            #expect(parse("200 OK", fields, to: .connect).framing == .none)
        }
        #expect(parse("403 No", sized, to: .connect).framing == .length(5))
    }

    @Test func persistence() {
        let sized = "Content-Length: 5\r\n"
        #expect(parse("200 OK", sized).keepAlive)
        #expect(!parse("200 OK", sized + "Connection: close\r\n").keepAlive)
        #expect(!parse("200 OK", sized, version: "1.0").keepAlive)
        #expect(parse("200 OK", sized + "Connection: keep-alive\r\n", version: "1.0").keepAlive)
        #expect(!parse("200 OK").keepAlive)
        #expect(parse("200 OK", to: .head).keepAlive)
        #expect(parse("204 No").keepAlive && parse("304 Not", sized).keepAlive)
    }

    /// A bodiless status with a body's framing: the next response could hide in that body.
    @Test func aBodyWhereNoneMayBeEndsTheConnection() {
        #expect(!parse("204 No", "Content-Length: 5\r\n").keepAlive)
        #expect(!parse("204 No", "Transfer-Encoding: chunked\r\n").keepAlive)
        #expect(!parse("100 Go", "Content-Length: 5\r\n").keepAlive)
        #expect(parse("204 No", "Content-Length: 0\r\n").keepAlive)
    }

    @Test func upgrades() {
        let fields = "Connection: Upgrade\r\nUpgrade: websocket\r\n"
        #expect(parse("101 Switching", fields).upgrade)
        #expect(!parse("101 Switching", "Upgrade: websocket\r\n").upgrade)
        #expect(!parse("101 Switching", "Connection: upgrade\r\n").upgrade)
        #expect(!parse("200 OK", fields).upgrade)
    }

    @Test func interimResponsesPrecedeTheFinalOne() {
        let text: ByteString =
            "HTTP/1.1 103 Hints\r\nLink: a\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
        var parser = ResponseParser()
        let head = ResponseHead()
        guard case .complete(let count) = parser.parse(text.span, into: head, requestMethod: .get)
        else {
            Issue.record("the interim response is not complete")
            return
        }
        #expect(head.status == 103 && parser.framing == .none)
        let final = parser.parse(
            text.span.extracting(count..<text.count), into: head, requestMethod: .get)
        #expect(final == .complete(byteCount: text.count - count))
        #expect(
            head.status == 200 && parser.framing == .length(0) && !head.headers.contains("link"))
    }
}
