import Testing
import WeirBase
import WeirHTTP

/// The four forms of a request target, and whom a request is for.
@Suite struct RequestTargetTests {
    private func parse(_ text: String) -> RequestHead {
        let head = RequestHead()
        var parser = RequestParser()
        let bytes = ByteString(text)
        #expect(
            parser.parse(bytes.span, into: head) == .complete(byteCount: bytes.count), "\(text)")
        return head
    }

    @Test(
        arguments: [
            ("http://b", "b", "/", nil), ("http://b/", "b", "/", nil),
            ("HTTP://B/c", "b", "/c", nil),
            ("https://b:8443/c/../d?e", "b:8443", "/d", "e"), ("http://b?x", "b", "/", "x"),
            ("http://[::1]:80/", "[::1]:80", "/", nil), ("http://b:/", "b", "/", nil),
            ("http://b/c?d=http://e/", "b", "/c", "d=http://e/"),
        ] as [(String, ByteString, ByteString, ByteString?)])
    func absoluteFormWinsOverHost(
        _ target: String, _ authority: ByteString, _ path: ByteString, _ query: ByteString?
    ) {
        let head = parse("GET \(target) HTTP/1.1\r\nHost: a\r\nX: y\r\n\r\n")
        #expect(head.authority == authority)
        #expect(head.path == path)
        #expect(head.query == query)
        #expect(head.headers.values("host") == [authority.description])
        #expect(head.target == ByteString(target))
    }

    @Test func serverWideOptions() {
        #expect(parse("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n").path == "*")
        let absolute = parse("OPTIONS http://b:81 HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(absolute.path == "*" && absolute.authority == "b:81")
        #expect(parse("OPTIONS http://b/ HTTP/1.1\r\nHost: a\r\n\r\n").path == "/")
    }

    @Test func connect() {
        let head = parse("CONNECT B.example:443 HTTP/1.1\r\nHost: c\r\n\r\n")
        #expect(head.method == .connect && head.authority == "b.example:443" && head.path.isEmpty)
        #expect(parse("CONNECT [::1]:443 HTTP/1.1\r\nHost: c\r\n\r\n").authority == "[::1]:443")
    }

    @Test(
        arguments: [
            ("a", "a"), ("A.Example", "a.example"), ("a:80", "a:80"), ("a:", "a"), ("a:0", "a:0"),
            ("a:65535", "a:65535"), ("1.2.3.4", "1.2.3.4"), ("[::1]", "[::1]"), ("a.", "a."),
            ("[2001:DB8::1]:80", "[2001:db8::1]:80"), ("a_b-c~d", "a_b-c~d"),
            ("[::ffff:1.2.3.4]", "[::ffff:1.2.3.4]"),
        ] as [(String, ByteString)])
    func hosts(_ host: String, _ authority: ByteString) {
        #expect(parse("GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n").authority == authority)
    }

    @Test func oldClientsNeedNoHost() {
        #expect(parse("GET / HTTP/1.0\r\n\r\n").authority.isEmpty)
        #expect(parse("GET http://b/ HTTP/1.0\r\n\r\n").authority == "b")
    }

    @Test func queriesStayAsTheyAre() {
        #expect(parse("GET /? HTTP/1.1\r\nHost: a\r\n\r\n").query == "")
        #expect(
            parse("GET /?a?b/../c%zz\\;//é HTTP/1.1\r\nHost: a\r\n\r\n").query
                == "a?b/../c%zz\\;//é")
    }
}
