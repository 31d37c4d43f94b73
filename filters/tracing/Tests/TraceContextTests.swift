import Testing
import WeirBase
import WeirFilter
import WeirTesting

@testable import TracingFilter

/// `traceparent`, case by case as the standard's own test suite asks.
@Suite struct TraceContextTests {
    private static let trace = "12345678901234567890123456789012"
    private static let span = "1234567890123456"
    private static let high: UInt64 = 0x1234_5678_9012_3456
    private static let low: UInt64 = 0x7890_1234_5678_9012

    private func isContinued(_ parent: TraceParent) -> Bool {
        parent.traceHigh == Self.high && parent.traceLow == Self.low
    }

    @Test func withoutAFieldATraceBegins() throws {
        let bench = try TracingBench()
        let first = try bench.parent()
        let second = try bench.parent()
        #expect(first.traceLow != second.traceLow && first.parent != second.parent)
        // What begins here is random in its last seven bytes, and says so.
        #expect(first.flags == 3)
    }

    @Test func aTraceGoesOnUnderASpanOfOurOwn() throws {
        let parent = try TracingBench().parent(["traceparent": "00-\(Self.trace)-\(Self.span)-01"])
        #expect(isContinued(parent))
        #expect(parent.parent != 0x1234_5678_9012_3456)
        #expect(parent.flags == 1)
    }

    @Test(arguments: [
        "00-\(trace)-\(span)-00", "00-\(trace)-\(span)-01", "  00-\(trace)-\(span)-01",
        "\t00-\(trace)-\(span)-01 \t", "cc-\(trace)-\(span)-01",
        "cc-\(trace)-\(span)-01-what-the-future-brings", "01-\(trace)-\(span)-00-",
        "fe-\(trace)-\(span)-01-x",
    ])
    func whatCanBeReadIsContinued(value: String) throws {
        let parent = try TracingBench().parent(["traceparent": value])
        #expect(isContinued(parent))
    }

    @Test(arguments: [
        "", "00", "00-\(trace)-\(span)", "00-\(trace)-\(span)-", "00-\(trace)-\(span)-0",
        "00-\(trace)-\(span)-001", "00-\(trace)-\(span)-01.", "00-\(trace)-\(span)-01-",
        "00-\(trace)-\(span)-01-what-the-future-brings", "cc-\(trace)-\(span)-01.what",
        "ff-\(trace)-\(span)-01", "ff-\(trace)-\(span)-01-x", ".0-\(trace)-\(span)-01",
        "0.-\(trace)-\(span)-01", "000-\(trace)-\(span)-01", "0000-\(trace)-\(span)-01",
        "0-\(trace)-\(span)-01", "CC-\(trace)-\(span)-01",
        "00-\(trace)3-\(span)-01", "00-1\(trace)-\(span)-01",
        "00-1234567890123456789012345678901-\(span)-01",
        "00-.2345678901234567890123456789012-\(span)-01",
        "00-1234567890123456789012345678901.-\(span)-01",
        "00-\(trace)-.234567890123456-01", "00-\(trace)-123456789012345.-01",
        "00-\(trace)-12345678901234567-01", "00-\(trace)-123456789012345-01",
        "00-00000000000000000000000000000000-\(span)-01", "00-\(trace)-0000000000000000-01",
        "00-\(trace)-\(span)-.0", "00-\(trace)-\(span)-0.", "00-\(trace)-\(span)-0G",
        "00_\(trace)_\(span)_01", "00-\(trace)-\(span)_01", "00-\(trace)-\(span)-1",
        "00-\(trace)-\(span)-01,00-\(trace)-\(span)-01",
    ])
    func whatIsMalformedBeginsAnotherTrace(value: String) throws {
        let bench = try TracingBench()
        let fields = try bench.forwarded(["traceparent": value, "tracestate": "foo=1"])
        let parent = try #require(TraceParent(text: fields["traceparent"]))
        #expect(!isContinued(parent))
        #expect(fields.values("traceparent").count == 1)
        #expect(fields.values("tracestate") == [])
    }

    @Test func upperCaseIsMalformed() throws {
        let trace = "ABCDEF78901234567890123456789012"
        let bench = try TracingBench()
        let parent = try bench.parent(["traceparent": "00-\(trace)-\(Self.span)-01"])
        #expect(parent.traceHigh != 0xABCD_EF78_9012_3456)
        let other = try bench.parent(["traceparent": "00-\(Self.trace)-ABCDEF7890123456-01"])
        #expect(!isContinued(other))
        let flags = try bench.parent(["traceparent": "00-\(Self.trace)-\(Self.span)-0A"])
        #expect(!isContinued(flags))
    }

    @Test func severalFieldsAreNone() throws {
        let value = "00-\(Self.trace)-\(Self.span)-01"
        let bench = try TracingBench()
        #expect(try !isContinued(bench.parent(["traceparent": value, "Traceparent": value])))
        let other = "00-\(Self.trace.dropLast())1-\(Self.span)-01"
        #expect(try !isContinued(bench.parent(["traceparent": other, "traceparent": value])))
    }

    @Test func namesHaveNoCaseAndNoOtherSpelling() throws {
        let value = "00-\(Self.trace)-\(Self.span)-01"
        let bench = try TracingBench()
        for name in ["TraceParent", "TrAcEpArEnT", "TRACEPARENT"] {
            var fields: TestFields = [:]
            fields.lines = [TestFields.Line(name, value)]
            #expect(try isContinued(bench.parent(fields)))
        }
        for name in ["trace-parent", "trace.parent"] {
            var fields: TestFields = [:]
            fields.lines = [TestFields.Line(name, value)]
            #expect(try !isContinued(bench.parent(fields)))
        }
    }

    @Test func flagsAreKeptThatAreKnown() throws {
        let bench = try TracingBench()
        for (flags, expected) in [
            ("00", 0), ("01", 1), ("02", 2), ("03", 3), ("ff", 3), ("fc", 0), ("fd", 1),
        ] as [(String, UInt8)] {
            let parent = try bench.parent(["traceparent": "00-\(Self.trace)-\(Self.span)-\(flags)"])
            #expect(parent.flags == expected, "\(flags)")
        }
    }

    @Test func everyBytePositionCounts() {
        let good = ByteString("00-\(Self.trace)-\(Self.span)-01")
        for index in 0..<good.count {
            var bad = good
            bad.storage[index] = UInt8(ascii: "?")
            #expect(TraceParent(bad.span) == nil, "\(index)")
            let cut = ByteString(Array(good.storage[..<index]))
            #expect(TraceParent(cut.span) == nil, "\(index)")
        }
        #expect(TraceParent(good.span) != nil)
    }

    @Test func hexadecimalDigitsAreLowerCase() {
        for position in 0..<8 {
            for byte in UInt8.min...UInt8.max {
                var text = Array("01239af8".utf8)
                text[position] = byte
                let isDigit = byte.hexValue != nil && byte.lowercased == byte
                let expected =
                    isDigit ? UInt64(String(decoding: text, as: UTF8.self), radix: 16) : nil
                let value = Hexadecimal.value(text.span.word(at: 0))
                #expect(value == expected, "\(byte) at \(position)")
                if let value { #expect(Hexadecimal.text(value) == text.span.word(at: 0)) }
            }
        }
    }

    @Test func whatIsWrittenCanBeRead() {
        let random = SeededRandom(seed: 3)
        for flags in 0...3 as ClosedRange<UInt8> {
            let value = TraceParent(
                traceHigh: random.next() >> 20, traceLow: random.next(), parent: random.next(),
                flags: flags)
            let text = value.text
            #expect(TraceParent(text.span) == value)
        }
    }

    @Test func everyDeliveryComesToTheSame() throws {
        var request = TestRequest("POST", "/a", body: "abc")
        request.headers = ["traceparent": "00-\(Self.trace)-\(Self.span)-00", "tracestate": "a=1"]
        // Parts of spans are random, so unsampled and not our own: the exporter decides nothing.
        let test = try FilterTest(Tracing.self, ["sample": "0%"])
        #expect(try test.everySplit(request).isRequestComplete)
        try FilterTest([TracingBench.filter()]).everySplit(request)
    }
}
