import Testing
import WeirBase
import WeirHTTP

/// The bytes that go out.
@Suite struct HeadWriterTests {
    private func request(
        _ text: String, framing: BodyFraming = .none, upgrade: Bool = false,
        change: (RequestHead) -> Void = { _ in }
    ) -> String {
        let head = RequestHead()
        let bytes = ByteString(text)
        #expect(parseRequest(bytes, ends: [bytes.count], into: head) == .complete(bytes.count))
        change(head)
        let out = ByteBuffer(capacity: 8)
        HeadWriter.request(head, framing: framing, upgrade: upgrade, to: out)
        return out.bytes.string
    }

    private func response(
        _ status: Int, _ fields: [(HeaderName, String)] = [], reason: ByteString = "",
        framing: BodyFraming = .length(2), keepAlive: Bool = true, version: HTTPVersion = .http11,
        upgrade: Bool = false, date: ByteString? = nil
    ) -> String {
        let head = ResponseHead()
        head.status = status
        head.reason = reason
        for (name, value) in fields { head.headers.append(name, value) }
        let out = ByteBuffer(capacity: 8)
        HeadWriter.response(
            head, framing: framing, keepAlive: keepAlive, version: version, upgrade: upgrade,
            date: date, to: out)
        return out.bytes.string
    }

    @Test func requestsAreWrittenAnew() {
        let text =
            "GET http://B/c/../d?e HTTP/1.0\r\nHost: a\r\nX-A:b\r\nx-b:  c \r\nX-C: d\r\n\r\n"
        #expect(
            request(text)
                == "GET /d?e HTTP/1.1\r\nhost: b\r\nX-A: b\r\nx-b: c\r\nX-C: d\r\n\r\n")
    }

    @Test func otherMethodsAndForms() {
        #expect(
            request("M-SEARCH / HTTP/1.1\r\nHost: a\r\n\r\n")
                == "M-SEARCH / HTTP/1.1\r\nhost: a\r\n\r\n")
        #expect(
            request("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n")
                == "OPTIONS * HTTP/1.1\r\nhost: a\r\n\r\n")
        #expect(
            request("CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n")
                == "CONNECT a:1 HTTP/1.1\r\nhost: a:1\r\n\r\n")
        #expect(
            request("GET /? HTTP/1.1\r\nHost: a\r\n\r\n") == "GET /? HTTP/1.1\r\nhost: a\r\n\r\n")
    }

    @Test func framingIsNeverCopied() {
        let text =
            "POST / HTTP/1.1\r\nConnection: close\r\nHost: a\r\nKeep-Alive: x\r\nA: b\r\n"
            + "Proxy-Connection: x\r\nTransfer-Encoding: chunked\r\nUpgrade: x\r\n"
            + "HTTP2-Settings: x\r\nC: d\r\n\r\n"
        let start = "POST / HTTP/1.1\r\nhost: a\r\nA: b\r\nC: d\r\n"
        #expect(request(text) == start + "\r\n")
        #expect(request(text, framing: .length(0)) == start + "content-length: 0\r\n\r\n")
        #expect(request(text, framing: .chunked) == start + "transfer-encoding: chunked\r\n\r\n")
        #expect(
            request(text, framing: .length(1 << 40)) == start
                + "content-length: 1099511627776\r\n\r\n")
        #expect(request(text, upgrade: true) == start + "connection: upgrade\r\nupgrade: x\r\n\r\n")
    }

    @Test func trailersAreAskedForHopByHop() {
        let text = "POST / HTTP/1.1\r\nHost: a\r\nTE: trailers\r\nTrailer: b\r\n\r\n"
        #expect(
            request(text, framing: .chunked)
                == "POST / HTTP/1.1\r\nhost: a\r\nTrailer: b\r\nte: trailers\r\nconnection: te\r\n"
                + "transfer-encoding: chunked\r\n\r\n")
        #expect(
            request(text) == "POST / HTTP/1.1\r\nhost: a\r\nte: trailers\r\nconnection: te\r\n\r\n")
    }

    @Test func editsAreWritten() {
        let text = "GET / HTTP/1.1\r\nA: 1\r\nHost: a\r\nB: 2\r\nC: 3\r\nC: 4\r\nD: 5\r\n\r\n"
        let written = request(text) { head in
            head.headers.set("b", "22")
            head.headers.remove("c")
            head.headers.extendValue(at: 0, with: ByteString("11").span)
            head.headers.append("e", "6")
            head.headers.append(.xRequestId, ByteString("7").span)
        }
        #expect(
            written
                == "GET / HTTP/1.1\r\nhost: a\r\nA: 1, 11\r\nB: 22\r\nD: 5\r\ne: 6\r\n"
                + "x-request-id: 7\r\n\r\n")
    }

    /// Values that code makes of outsiders' bytes cannot end a field (RFC 9110, section 5.5).
    @Test func editsCannotSplitMessages() {
        let written = request("GET / HTTP/1.1\r\nHost: a\r\nA: 1\r\n\r\n") { head in
            head.headers.set("a", "x\r\nevil: 1\0\u{7F}\ty")
            head.headers.append("b", "z\n")
            head.headers.extendValue(at: 2, with: ByteString("\r\r").span)
        }
        #expect(
            written
                == "GET / HTTP/1.1\r\nhost: a\r\nA: x  evil: 1  \ty\r\nb: z ,   \r\n\r\n")
    }

    @Test func responses() {
        #expect(
            response(200, [("A", "b")], date: "now")
                == "HTTP/1.1 200 OK\r\na: b\r\ndate: now\r\ncontent-length: 2\r\n\r\n")
        #expect(
            response(404, [("Date", "then")], keepAlive: false, date: "now")
                == "HTTP/1.1 404 Not Found\r\ndate: then\r\nconnection: close\r\n"
                + "content-length: 2\r\n\r\n")
        #expect(
            response(299, reason: "Fine", framing: .chunked)
                == "HTTP/1.1 299 Fine\r\ntransfer-encoding: chunked\r\n\r\n")
        #expect(
            response(200, framing: .untilClose, keepAlive: false, version: .http10)
                == "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n")
        #expect(
            response(200, framing: .length(0), version: .http10)
                == "HTTP/1.1 200 OK\r\nconnection: keep-alive\r\ncontent-length: 0\r\n\r\n")
    }

    @Test func bodilessResponses() {
        let sized: [(HeaderName, String)] = [("content-length", "5"), ("transfer-encoding", "x")]
        #expect(
            response(304, sized, framing: .none)
                == "HTTP/1.1 304 Not Modified\r\ncontent-length: 5\r\n\r\n")
        #expect(
            response(200, sized, framing: .none) == "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n")
        #expect(response(204, sized, framing: .none) == "HTTP/1.1 204 No Content\r\n\r\n")
        #expect(response(204, sized, framing: .length(0)) == "HTTP/1.1 204 No Content\r\n\r\n")
        #expect(
            response(103, sized + [("link", "a")], framing: .none)
                == "HTTP/1.1 103 Early Hints\r\nlink: a\r\n\r\n")
        #expect(
            response(200, sized, framing: .length(7))
                == "HTTP/1.1 200 OK\r\ncontent-length: 7\r\n\r\n")
    }

    @Test func switchingProtocols() {
        #expect(
            response(
                101, [("upgrade", "websocket"), ("connection", "x"), ("a", "b")], framing: .none,
                upgrade: true)
                == "HTTP/1.1 101 Switching Protocols\r\na: b\r\nconnection: upgrade\r\n"
                + "upgrade: websocket\r\n\r\n")
    }

    @Test func chunkFraming() {
        let out = ByteBuffer(capacity: 1)
        for count in [1, 9, 10, 15, 16, 255, 256, 4095, 65536, 0x7FFF_FFFF] {
            HeadWriter.chunkHead(count, to: out)
            #expect(out.bytes.string == String(count, radix: 16, uppercase: true) + "\r\n")
            out.clear()
        }
        HeadWriter.chunkEnd(to: out)
        var trailers = HeaderMap()
        trailers.append("a", "b")
        trailers.append("content-length", "5")
        HeadWriter.lastChunk(trailers: trailers, to: out)
        #expect(out.bytes.string == "\r\n0\r\na: b\r\n\r\n")
        out.clear()
        HeadWriter.lastChunk(trailers: HeaderMap(), to: out)
        #expect(out.bytes.string == "0\r\n\r\n")
    }
}
