import Testing
import WeirBase
import WeirHTTP

/// What is too much is refused as soon as it is, and what is just enough passes.
@Suite struct LimitTests {
    private static var limits: HTTPLimits {
        var limits = HTTPLimits()
        limits.headBytes = 120
        limits.targetBytes = 20
        limits.fieldCount = 3
        return limits
    }

    @Test func targets() {
        let longest = "/" + String(repeating: "a", count: 19)
        let text = ByteString("GET \(longest) HTTP/1.1\r\nHost: a\r\n\r\n")
        expectRequest(text, .complete(text.count), limits: Self.limits)
        expectRequest(
            ByteString("GET \(longest)b HTTP/1.1\r\nHost: a\r\n\r\n"),
            .failed(414, "target_too_long"),
            limits: Self.limits)
    }

    @Test func anEndlessRequestLine() {
        let text = ByteString("GET /" + String(repeating: "a", count: 200))
        expectRequest(text, .failed(414, "target_too_long"), limits: Self.limits)
    }

    @Test func heads() {
        let start = "GET / HTTP/1.1\r\nHost: a\r\nX: "
        let longest = ByteString(
            start + String(repeating: "b", count: 120 - start.utf8.count - 4) + "\r\n\r\n")
        #expect(longest.count == 120)
        expectRequest(longest, .complete(120), limits: Self.limits)
        let longer = ByteString(
            start + String(repeating: "b", count: 121 - start.utf8.count - 4) + "\r\n\r\n")
        expectRequest(longer, .failed(431, "headers_too_large"), limits: Self.limits)
        let endless = ByteString(start + String(repeating: "b", count: 300))
        expectRequest(endless, .failed(431, "headers_too_large"), limits: Self.limits)
    }

    @Test func fieldCounts() {
        let three = ByteString("GET / HTTP/1.1\r\nHost: a\r\nB: c\r\nD: e\r\n\r\n")
        expectRequest(three, .complete(three.count), limits: Self.limits)
        expectRequest(
            "GET / HTTP/1.1\r\nHost: a\r\nB: c\r\nD: e\r\nF: g\r\n\r\n",
            .failed(431, "too_many_headers"), limits: Self.limits)
        let hundred = (1..<100).map { "F\($0): v\r\n" }.joined()
        let text = ByteString("GET / HTTP/1.1\r\nHost: a\r\n\(hundred)\r\n")
        #expect(parseRequest(text, ends: [text.count]) == .complete(text.count))
        let more = ByteString("GET / HTTP/1.1\r\nHost: a\r\n\(hundred)More: v\r\n\r\n")
        #expect(parseRequest(more, ends: [more.count]) == .failed(431, "too_many_headers"))
    }

    @Test func longNames() {
        var limits = HTTPLimits()
        limits.headBytes = 1 << 20
        let text = ByteString(
            "GET / HTTP/1.1\r\nHost: a\r\n\(String(repeating: "n", count: 70_000)): v\r\n\r\n")
        #expect(
            parseRequest(text, ends: [text.count], limits: limits)
                == .failed(431, "headers_too_large"))
    }

    /// Byte by byte, a head of the largest size must not cost more than a few passes over it.
    @Test(.timeLimit(.minutes(1))) func slowHeadsCostLinearTime() {
        let value = String(repeating: "v", count: 31_000)
        let text = ByteString("GET / HTTP/1.1\r\nHost: a\r\nX: \(value)\r\n\r\n")
        #expect(parseRequest(text, ends: Array(1...text.count)) == .complete(text.count))
        let fields = (0..<98).map { "Field-\($0): \(String(repeating: "v", count: 300))\r\n" }
            .joined()
        let many = ByteString("GET / HTTP/1.1\r\nHost: a\r\n\(fields)\r\n")
        #expect(parseRequest(many, ends: Array(1...many.count)) == .complete(many.count))
    }

    @Test func responses() {
        let text = ByteString("HTTP/1.1 200 OK\r\nA: b\r\nC: d\r\nE: f\r\n\r\n")
        expectResponse(text, .complete(text.count), limits: Self.limits)
        expectResponse(
            "HTTP/1.1 200 OK\r\nA: b\r\nC: d\r\nE: f\r\nG: h\r\n\r\n",
            .failed(502, "upstream_too_many_headers"), limits: Self.limits)
        expectResponse(
            ByteString("HTTP/1.1 200 \(String(repeating: "a", count: 200))"),
            .failed(502, "upstream_headers_too_large"), limits: Self.limits)
    }
}
