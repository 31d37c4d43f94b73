import Testing
import WeirBase
import WeirHTTP

/// Where a body's data is and where it ends, however it arrives and however much is taken at once.
@Suite struct BodyDecoderTests {
    private func expect(
        _ text: ByteString, _ framing: BodyFraming, data: ByteString, _ end: Decoded.End,
        trailers: [String] = [], limits: HTTPLimits = HTTPLimits(),
        location: SourceLocation = #_sourceLocation
    ) {
        for ends in waysToCut(text.count) {
            for appetite in [.max, 1, 3] {
                let decoded = Decoded(
                    text, framing, ends: ends, appetite: appetite, limits: limits)
                #expect(decoded.end == end, "\(text) cut at \(ends)", sourceLocation: location)
                if case .failed = end { continue }
                #expect(decoded.data == data, sourceLocation: location)
                #expect(decoded.trailers == trailers, sourceLocation: location)
            }
        }
    }

    @Test func nothing() {
        expect("GET", .none, data: "", .ended(rest: 3))
        expect("GET", .length(0), data: "", .ended(rest: 3))
        var decoder = BodyDecoder(.none)
        #expect(decoder.next(Span()) == .end(skip: 0) && decoder.isEnded)
    }

    @Test func lengths() {
        expect("hello", .length(5), data: "hello", .ended(rest: 0))
        expect("helloGET", .length(5), data: "hello", .ended(rest: 3))
        expect("hell", .length(5), data: "hell", .needMore)
    }

    @Test func untilClose() {
        expect("hello", .untilClose, data: "hello", .needMore)
        var decoder = BodyDecoder(.untilClose)
        #expect(decoder.endOfInput() == .end(skip: 0))
    }

    @Test func chunks() {
        expect("0\r\n\r\n", .chunked, data: "", .ended(rest: 0))
        expect("5\r\nhello\r\n0\r\n\r\n", .chunked, data: "hello", .ended(rest: 0))
        expect(
            "5\r\nhello\r\n00b\r\n, you there\r\n000\r\n\r\nGET", .chunked,
            data: "hello, you there", .ended(rest: 3))
        expect(
            "A\r\n0123456789\r\na\r\n0123456789\r\n", .chunked,
            data: "01234567890123456789", .needMore)
        expect("2\r\n\r\n\r\n0\r\n\r\n", .chunked, data: "\r\n", .ended(rest: 0))
    }

    @Test(
        arguments: [
            "5;a\r\nhello\r\n0;b\r\n\r\n", "5;a=b;c=\"d;e\"\r\nhello\r\n0\r\n\r\n",
            "5;a=\"\\\"\"\r\nhello\r\n0\r\n\r\n", "5; a = b ; c\r\nhello\r\n0\r\n\r\n",
            "5;\r\nhello\r\n0\r\n\r\n", "5;a=\"é\t\"\r\nhello\r\n0\r\n\r\n",
        ] as [ByteString])
    func extensionsAreReadOver(_ text: ByteString) {
        expect(text, .chunked, data: "hello", .ended(rest: 0))
    }

    @Test(
        arguments: [
            ("\r\nhello\r\n", "bad_chunk_size"), ("0x5\r\nhello\r\n", "bad_chunk_size"),
            ("+5\r\nhello\r\n", "bad_chunk_size"), ("-5\r\nhello\r\n", "bad_chunk_size"),
            (" 5\r\nhello\r\n", "bad_chunk_size"), ("5 \r\nhello\r\n", "bad_chunk_size"),
            ("5\t;a\r\nhello\r\n", "bad_chunk_size"), ("5,5\r\nhello\r\n", "bad_chunk_size"),
            ("g\r\n", "bad_chunk_size"), ("5\0\r\n", "bad_chunk_size"),
            (";a\r\n", "bad_chunk_size"),
            ("5_0\r\n", "bad_chunk_size"), ("٥\r\n", "bad_chunk_size"),
            ("0000000000000005\r\nhello\r\n", "bad_chunk_size"),
            ("8000000000000000\r\n", "bad_chunk_size"), ("ffffffffffffffff\r\n", "bad_chunk_size"),
            ("10000000000000005\r\nhello\r\n", "bad_chunk_size"),
            ("5\nhello\r\n", "bare_lf"), ("5\rhello\r\n", "bare_cr"), ("5\r\rhello", "bare_cr"),
            ("5;a\nhello\r\n", "bare_lf"), ("5;a\rb\r\n", "bare_cr"),
            ("5;a=\"\r\n\"\r\nhello\r\n", "bad_chunk_extension"), ("5;a=\"\n\"\r\n", "bare_lf"),
            ("5;a=\"b\r\nhello\r\n", "bad_chunk_extension"), ("5;a\0\r\n", "bad_chunk_extension"),
            ("5;a=\"\\\r\n\"\r\n", "bad_chunk_extension"),
            ("5\r\nhello0\r\n\r\n", "bad_chunk_end"), ("5\r\nhello\n0\r\n\r\n", "bad_chunk_end"),
            ("5\r\nhello\r0\r\n\r\n", "bad_chunk_end"), ("5\r\nhello!\r\n", "bad_chunk_end"),
            ("0\r\nX\r\n\r\n", "bad_header_name"), ("0\r\n\n", "bare_lf"),
            ("0\r\n\rX\r\n", "bare_cr"),
            ("0\n\n", "bare_lf"),
        ] as [(ByteString, String)])
    func badFramingIsRefused(_ text: ByteString, _ cause: String) {
        expect(text, .chunked, data: "", .failed("400 \(cause)"))
    }

    @Test func linesAreBounded() {
        var limits = HTTPLimits()
        limits.chunkLineBytes = 10
        expect("1;234567\r\na\r\n0\r\n\r\n", .chunked, data: "a", .ended(rest: 0), limits: limits)
        expect(
            "1;2345678\r\na", .chunked, data: "", .failed("400 chunk_line_too_long"), limits: limits
        )
    }

    /// Tiny chunks with long extensions would make a worker read hundreds of bytes for each one.
    @Test func extensionsAreBoundedOverTheBody() {
        let line = "1;" + String(repeating: "x", count: 200) + "\r\na\r\n"
        let text = ByteString(String(repeating: line, count: 100))
        let decoded = Decoded(text, .chunked, ends: [text.count])
        #expect(decoded.end == .failed("400 chunk_line_too_long"))
        #expect(decoded.data.count < 100)
        let data = String(repeating: "d", count: 100)
        let fair = String(
            repeating: "64;" + String(repeating: "x", count: 200) + "\r\n\(data)\r\n", count: 1000)
        let whole = ByteString(fair + "0\r\n\r\n")
        #expect(Decoded(whole, .chunked, ends: [whole.count]).end == .ended(rest: 0))
    }

    @Test func smallChunksAreNoAttack() {
        let text = ByteString(String(repeating: "1\r\na\r\n", count: 50_000) + "0\r\n\r\n")
        let decoded = Decoded(text, .chunked, ends: [text.count])
        #expect(decoded.end == .ended(rest: 0) && decoded.data.count == 50_000)
    }

    @Test func aClosedConnectionCutsBodiesOff() {
        for framing in [BodyFraming.length(5), .chunked] {
            var decoder = BodyDecoder(framing)
            let problem = ProtocolProblem(status: 400, cause: "truncated_body")
            #expect(decoder.endOfInput() == .failed(problem))
            #expect(decoder.next(Span()) == .failed(problem))
        }
        var upstream = BodyDecoder(.chunked, from: .upstream)
        #expect(
            upstream.endOfInput()
                == .failed(ProtocolProblem(status: 502, cause: "upstream_truncated_body")))
        var ended = BodyDecoder(.none)
        #expect(ended.endOfInput() == .end(skip: 0))
    }

    @Test func anUpstreamsFaultsAreItsOwn() {
        var decoder = BodyDecoder(.chunked, from: .upstream)
        let event = decoder.next(("x\r\n" as StaticString).span)
        #expect(event == .failed(ProtocolProblem(status: 502, cause: "upstream_bad_chunk_size")))
    }
}
