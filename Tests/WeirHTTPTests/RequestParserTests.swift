import Testing
import WeirBase
import WeirHTTP

/// What a good request head says, field by field.
@Suite struct RequestParserTests {
    /// Parses a whole head that must be complete, and returns the parser for its facts.
    private func parse(_ text: ByteString, into head: RequestHead) -> RequestParser {
        var parser = RequestParser()
        #expect(parser.parse(text.span, into: head) == .complete(byteCount: text.count))
        return parser
    }

    private func parser(_ version: String, _ fields: String) -> RequestParser {
        parse(
            ByteString("POST / HTTP/\(version)\r\nHost: a\r\n\(fields)\r\n"), into: RequestHead())
    }

    @Test func fillsTheHead() {
        let head = RequestHead()
        head.scheme = .https
        let text: ByteString =
            "POST /a/%7Eb?c=%2f&d HTTP/1.1\r\nHost: Example.COM:80\r\nX-A:\t b c \t\r\nx-a:\r\n\r\n"
        let parser = parse(text, into: head)
        #expect(head.method == .post)
        #expect(head.methodName.isEmpty)
        #expect(head.target == "/a/%7Eb?c=%2f&d")
        #expect(head.path == "/a/~b")
        #expect(head.query == "c=%2f&d")
        #expect(head.authority == "example.com:80")
        #expect(head.version == .http11)
        #expect(head.scheme == .https)
        #expect(head.headers.values("x-a") == ["b c", ""])
        #expect(head.headers["host"] == "Example.COM:80")
        let headers = head.headers
        let spelling = headers.name(at: 1).string
        #expect(spelling == "X-A")
        #expect(parser.framing == .none)
        #expect(parser.keepAlive)
        #expect(!parser.expectsContinue)
        #expect(!parser.upgrade)
    }

    @Test(arguments: Method.allCases.filter { $0 != .other && $0 != .connect })
    func knowsMethods(_ method: WeirBase.Method) {
        let head = RequestHead()
        _ = parse(ByteString("\(method.name) / HTTP/1.1\r\nHost: a\r\n\r\n"), into: head)
        #expect(head.method == method)
        #expect(head.methodName.isEmpty)
    }

    @Test(arguments: ["PROPFIND", "get", "GE", "GETS", "M-SEARCH", "OPTIONSX", "!#$%&'*+-.^_`|~"])
    func passesOtherMethods(_ name: String) {
        let head = RequestHead()
        _ = parse(ByteString("\(name) / HTTP/1.1\r\nHost: a\r\n\r\n"), into: head)
        #expect(head.method == .other)
        #expect(head.methodName == ByteString(name))
    }

    @Test func aHeadLeavesNothingToTheNext() {
        let head = RequestHead()
        _ = parse(
            "BREW http://b?y HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 3\r\n\r\n",
            into: head)
        let second = parse("GET / HTTP/1.0\r\n\r\n", into: head)
        #expect(head.method == .get && head.methodName.isEmpty)
        #expect(head.path == "/" && head.query == nil)
        #expect(head.authority.isEmpty && head.headers.isEmpty)
        #expect(head.version == .http10)
        #expect(second.framing == .none && !second.keepAlive)
    }

    @Test func aRefusedHeadHoldsNothingOfTheLast() {
        let head = RequestHead()
        _ = parse("POST /secret?x HTTP/1.1\r\nHost: a\r\nCookie: b\r\n\r\n", into: head)
        for text in ["?\r\n", "GET /%zz HTTP/1.1\r\n", "GET / HTTP/3.0\r\n"] as [ByteString] {
            var parser = RequestParser()
            _ = parser.parse(text.span, into: head)
            #expect(head.path.isEmpty && head.query == nil && head.headers.isEmpty)
            #expect(head.authority.isEmpty && head.method == .get)
        }
    }

    @Test func aRefusedHeadKeepsWhatWasUnderstood() {
        let head = RequestHead()
        var parser = RequestParser()
        let text: ByteString = "PUT /a HTTP/1.1\r\nHost: a\r\nUser-Agent: b\r\nBad\r\n\r\n"
        _ = parser.parse(text.span, into: head)
        #expect(head.method == .put && head.path == "/a" && head.headers["user-agent"] == "b")
    }

    @Test func aFailureIsFinal() {
        let head = RequestHead()
        var parser = RequestParser()
        let bad = parser.parse(("GET / HTTP/1.1\r\n\r\n" as StaticString).span, into: head)
        #expect(Outcome(bad) == .failed(400, "missing_host"))
        let good = parser.parse(
            ("GET / HTTP/1.1\r\nHost: a\r\n\r\n" as StaticString).span, into: head)
        #expect(good == bad)
    }

    @Test func oneParserReadsHeadAfterHead() {
        let text: ByteString =
            "GET /a HTTP/1.0\r\nHost: a\r\n\r\n\r\nGET /b HTTP/1.1\r\nHost: b\r\n\r\n"
        var parser = RequestParser()
        let head = RequestHead()
        guard case .complete(let count) = parser.parse(text.span, into: head) else {
            Issue.record("the first head is not complete")
            return
        }
        #expect(!parser.keepAlive && head.path == "/a")
        // One empty line between requests is skipped (RFC 9112, section 2.2).
        let second = parser.parse(text.span.extracting(count..<text.count), into: head)
        #expect(second == .complete(byteCount: text.count - count))
        #expect(parser.keepAlive && head.path == "/b" && head.authority == "b")
    }

    @Test func startsOverWhenTheHeadWasCleared() {
        let text: ByteString = "GET /a HTTP/1.1\r\nHost: a\r\nX: y\r\nZ: z\r\n\r\n"
        var parser = RequestParser()
        let head = RequestHead()
        for end in 1..<text.count {
            #expect(parser.parse(text.span.extracting(0..<end), into: head) == .needMore)
            head.clear()
        }
        #expect(parser.parse(text.span, into: head) == .complete(byteCount: text.count))
        #expect(head.headers.count == 3 && head.path == "/a")
    }

    @Test func valuesMayHoldObsoleteText() {
        let head = RequestHead()
        var text: ByteString = "GET / HTTP/1.1\r\nHost: a\r\nX: "
        let value = (0x80...0xFF).map { UInt8($0) } + [0x09] + (0x21...0x7E).map { UInt8($0) }
        text.append(ByteString(value).span)
        text.append("\r\n\r\n")
        _ = parse(text, into: head)
        #expect(head.headers["x"]?.storage == value)
    }

    @Test func framing() {
        #expect(parser("1.1", "").framing == .none)
        #expect(parser("1.1", "Content-Length: 0\r\n").framing == .length(0))
        #expect(parser("1.1", "Content-Length: 00012 \r\n").framing == .length(12))
        #expect(
            parser("1.1", "content-length: 999999999999999999\r\n").framing
                == .length(999_999_999_999_999_999))
        #expect(parser("1.1", "transfer-encoding: ChunKed\r\n").framing == .chunked)
        #expect(parser("1.0", "Content-Length: 7\r\n").framing == .length(7))
    }

    @Test func persistence() {
        #expect(parser("1.1", "").keepAlive)
        #expect(!parser("1.0", "").keepAlive)
        #expect(parser("1.0", "Connection: Keep-Alive\r\n").keepAlive)
        #expect(!parser("1.1", "Connection: Close\r\n").keepAlive)
        #expect(!parser("1.1", "Connection: x , close\r\n").keepAlive)
        #expect(!parser("1.1", "Connection: keep-alive\r\nConnection: close\r\n").keepAlive)
        #expect(!parser("1.0", "Connection: close, keep-alive\r\n").keepAlive)
        #expect(parser("1.1", "Connection: closed\r\n").keepAlive)
        #expect(!parser("1.0", "Proxy-Connection: keep-alive\r\n").keepAlive)
    }

    @Test func expectation() {
        let body = "Content-Length: 5\r\n"
        #expect(parser("1.1", body + "Expect: 100-Continue\r\n").expectsContinue)
        #expect(
            parser("1.1", "Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n").expectsContinue)
        #expect(!parser("1.1", "Expect: 100-continue\r\n").expectsContinue)
        #expect(!parser("1.1", "Content-Length: 0\r\nExpect: 100-continue\r\n").expectsContinue)
        #expect(!parser("1.0", body + "Expect: 100-continue\r\n").expectsContinue)
        #expect(!parser("1.0", body + "Expect: tea\r\n").expectsContinue)
    }

    @Test func upgrades() {
        let asked = "Connection: keep-alive, Upgrade\r\n"
        #expect(parser("1.1", asked + "Upgrade: websocket\r\n").upgrade)
        #expect(!parser("1.0", asked + "Upgrade: websocket\r\n").upgrade)
        #expect(!parser("1.1", "Upgrade: websocket\r\n").upgrade)
        #expect(!parser("1.1", asked).upgrade)
        #expect(!parser("1.1", asked + "Upgrade: ,\r\n").upgrade)
        for protocols in ["h2c", "H2C", "websocket, h2c", "h2", "HTTP/2.0"] {
            #expect(!parser("1.1", asked + "Upgrade: \(protocols)\r\n").upgrade, "\(protocols)")
        }
    }
}
