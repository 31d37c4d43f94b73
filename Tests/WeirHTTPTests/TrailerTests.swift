import Testing
import WeirBase
import WeirHTTP

/// Fields after a chunked body: parsed like those of a head, and never able to change what it said.
@Suite struct TrailerTests {
    private func decode(
        _ trailers: String, ends: [Int]? = nil, limits: HTTPLimits = HTTPLimits()
    ) -> [Decoded] {
        let text = ByteString("1\r\na\r\n0\r\n\(trailers)\r\n")
        return (ends.map { [$0] } ?? waysToCut(text.count)).map {
            Decoded(text, .chunked, ends: $0, limits: limits)
        }
    }

    private func expect(
        _ trailers: String, _ end: Decoded.End, _ fields: [String] = [],
        limits: HTTPLimits = HTTPLimits(), location: SourceLocation = #_sourceLocation
    ) {
        for decoded in decode(trailers, limits: limits) {
            #expect(decoded.end == end, sourceLocation: location)
            if case .ended = end { #expect(decoded.trailers == fields, sourceLocation: location) }
        }
    }

    @Test func arePassedOn() {
        expect("X-Sum:  abc \r\nEmpty:\r\n", .ended(rest: 0), ["X-Sum: abc", "Empty: "])
        expect(
            "grpc-status: 0\r\ngrpc-status: 1\r\n", .ended(rest: 0),
            ["grpc-status: 0", "grpc-status: 1"])
    }

    @Test(arguments: ["Content-Length: 5", "Transfer-Encoding: chunked", "host: b"])
    func framingIsRefused(_ line: String) {
        expect("A: b\r\n\(line)\r\n", .failed("400 forbidden_trailer"))
    }

    @Test(arguments: [
        "Authorization", "Connection", "Content-Encoding", "Content-Type", "Cookie", "Expect",
        "Set-Cookie", "TE", "Trailer", "Upgrade", "X-Forwarded-For", "X-Request-Id",
    ])
    func whatComesTooLateIsDropped(_ name: String) {
        expect("A: b\r\n\(name): c\r\nD: e\r\n", .ended(rest: 0), ["A: b", "D: e"])
    }

    @Test(arguments: [
        ("A : b\r\n", "space_before_colon"), (" A: b\r\n", "line_folding"), ("A: b\n", "bare_lf"),
        ("A: b\r\n c\r\n", "line_folding"), ("A: b\0\r\n", "bad_header_value"),
        ("GET / HTTP/1.1\r\n", "space_before_colon"), (": a\r\n", "bad_header_name"),
    ])
    func areParsedStrictly(_ lines: String, _ cause: String) {
        expect(lines, .failed("400 \(cause)"))
    }

    @Test func areBounded() {
        var limits = HTTPLimits()
        limits.trailerBytes = 20
        limits.fieldCount = 2
        expect("A: 3456789012345\r\n", .ended(rest: 0), ["A: 3456789012345"], limits: limits)
        expect("A: 34567890123456\r\n", .failed("431 trailers_too_large"), limits: limits)
        expect("A: b\r\nC:\r\nD:\r\n", .failed("431 too_many_headers"), limits: limits)
    }
}
