import Testing
import WeirBase
import WeirHTTP

@Test func smoke() {
    var parser = RequestParser()
    let head = RequestHead()
    let bytes = ByteString(
        "GET /a/../b?x=1 HTTP/1.1\r\nHost: Example.com\r\nAccept:  */*\r\nX-A: b\r\n\r\n")
    #expect(parser.parse(bytes.span, into: head) == .complete(byteCount: bytes.count))
    #expect(head.path == "/b" && head.query == "x=1" && head.authority == "example.com")
    let out = ByteBuffer(capacity: 10)
    HeadWriter.request(head, framing: .length(5), upgrade: false, to: out)
    print(out.bytes.string)
}
