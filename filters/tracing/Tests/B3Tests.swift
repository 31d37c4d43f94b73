import Testing
import WeirBase
import WeirTesting

@testable import TracingFilter

@Suite struct B3Tests {
    private static let trace = "463ac35c9f6413ad48485a3953bb6124"
    private static let span = "a2fb4a1d1a96d312"

    private func forwarded(_ formats: TestConfiguration, _ headers: TestFields) throws -> TestFields
    {
        try TracingBench(["propagation": formats, "sample": "0%"]).forwarded(headers)
    }

    @Test(arguments: [
        ("\(trace)-\(span)-1", "\(trace)", "1"),
        ("\(trace)-\(span)-0", "\(trace)", "0"),
        ("\(trace)-\(span)-d", "\(trace)", "d"),
        ("\(trace)-\(span)-1-05e3ac9a4f6e3b90", "\(trace)", "1"),
        // Nobody has decided, and here nothing is sampled.
        ("\(trace)-\(span)", "\(trace)", "0"),
        // 64 bits stay 64 bits.
        ("48485a3953bb6124-\(span)-1", "48485a3953bb6124", "1"),
    ])
    func oneFieldGoesOn(value: String, trace: String, state: String) throws {
        let fields = try forwarded(["b3"], ["b3": value])
        let parts = try #require(fields["b3"]).split(separator: "-").map(String.init)
        try #require(parts.count == 3)
        #expect(parts[0] == trace && parts[2] == state)
        #expect(parts[1] != Self.span && parts[1].count == 16)
        #expect(fields["traceparent"] == nil)
    }

    @Test(arguments: [
        "", "x", "2", "-", "\(trace)", "\(trace)-", "\(trace)-\(span)-", "\(trace)-\(span)-2",
        "\(trace)-\(span)-1-", "\(trace)-\(span)-1-xyz", "\(trace)-\(span)-11", "\(trace)-1-1",
        "\(trace.uppercased())-\(span)-1", "00000000000000000000000000000000-\(span)-1",
        "\(trace)-0000000000000000-1", "3ac35c9f6413ad48485a3953bb6124-\(span)-1",
    ])
    func malformedFieldsBeginAnotherTrace(value: String) throws {
        let fields = try forwarded(["b3"], ["b3": value])
        let parts = try #require(fields["b3"]).split(separator: "-").map(String.init)
        #expect(parts.count == 3 && parts[0] != Self.trace && parts[0].count == 32)
    }

    @Test func decisionsComeAlone() throws {
        let bench = try TracingBench(["propagation": ["b3"]])
        #expect(try bench.forwarded(["b3": "0"])["b3"]?.hasSuffix("-0") == true)
        #expect(try forwarded(["b3"], ["b3": "1"])["b3"]?.hasSuffix("-1") == true)
        #expect(try forwarded(["b3"], ["b3": "d"])["b3"]?.hasSuffix("-d") == true)
    }

    @Test func severalFieldsGoOn() throws {
        let fields = try forwarded(
            ["b3-multi"],
            [
                "X-B3-TraceId": Self.trace, "X-B3-SpanId": Self.span,
                "X-B3-ParentSpanId": "05e3ac9a4f6e3b90", "X-B3-Sampled": "1",
            ])
        #expect(fields["x-b3-traceid"] == Self.trace)
        #expect(fields["x-b3-spanid"]?.count == 16 && fields["x-b3-spanid"] != Self.span)
        #expect(fields["x-b3-sampled"] == "1")
        #expect(fields["x-b3-parentspanid"] == nil && fields["x-b3-flags"] == nil)
    }

    @Test func debugIsPassedOn() throws {
        let fields = try forwarded(
            ["b3-multi"],
            ["X-B3-TraceId": Self.trace, "X-B3-SpanId": Self.span, "X-B3-Flags": "1"])
        #expect(fields["x-b3-flags"] == "1" && fields["x-b3-sampled"] == nil)
    }

    @Test(arguments: [("0", "0"), ("false", "0"), ("1", "1"), ("true", "1")])
    func decisionsInSeveralFieldsComeAlone(value: String, expected: String) throws {
        let fields = try forwarded(["b3-multi"], ["x-b3-sampled": value])
        #expect(fields["x-b3-sampled"] == expected)
        #expect(fields["x-b3-traceid"]?.count == 32)
    }

    @Test(
        arguments: [
            ["x-b3-traceid": trace], ["x-b3-spanid": span],
            ["x-b3-traceid": trace, "x-b3-spanid": span, "x-b3-sampled": "maybe"],
            ["x-b3-traceid": trace, "x-b3-spanid": "1"],
            ["x-b3-traceid": trace, "x-b3-sampled": "1"],
        ] as [TestFields])
    func malformedSeveralFieldsBeginAnotherTrace(headers: TestFields) throws {
        let fields = try forwarded(["b3-multi"], headers)
        #expect(fields["x-b3-traceid"]?.count == 32 && fields["x-b3-traceid"] != Self.trace)
        #expect(fields["x-b3-sampled"] == "0")
    }

    @Test func formatsAreReadInOrderAndAllWritten() throws {
        let parent = "00-11111111111111111111111111111111-2222222222222222-00"
        let both: TestFields = ["traceparent": parent, "b3": "\(Self.trace)-\(Self.span)-0"]
        let first = try forwarded(["w3c", "b3", "b3-multi"], both)
        #expect(first["traceparent"]?.contains("-11111111111111111111111111111111-") == true)
        #expect(first["b3"]?.hasPrefix("11111111111111111111111111111111-") == true)
        #expect(first["x-b3-traceid"] == "11111111111111111111111111111111")
        let other = try forwarded(["b3", "w3c"], both)
        #expect(other["traceparent"]?.contains("-\(Self.trace)-") == true)
        // The next format counts when the first says nothing usable.
        var broken = both
        broken.lines[1].value = "broken"
        let third = try forwarded(["b3", "w3c"], broken)
        #expect(third["b3"]?.hasPrefix("11111111111111111111111111111111-") == true)
    }

    @Test func stateBelongsToTraceparent() throws {
        let fields = try forwarded(
            ["b3", "w3c"], ["b3": "\(Self.trace)-\(Self.span)-0", "tracestate": "a=1"])
        #expect(fields["tracestate"] == nil)
    }

    @Test func theStateOfAnotherTraceIsNotTheSpans() throws {
        let bench = try TracingBench(["propagation": ["b3"]])
        let fields = try bench.forwarded([
            "b3": "\(Self.trace)-\(Self.span)-1", "tracestate": "a=1",
            "traceparent": "00-11111111111111111111111111111111-2222222222222222-01",
        ])
        #expect(fields["tracestate"] == "a=1")
        let spans = try bench.spans()
        #expect(spans.count == 2)
        for span in spans {
            #expect(span["trace"]?.string == Self.trace)
            #expect(span["tracestate"] == nil)
        }
    }

    @Test func otherFormatsAreLeftAlone() throws {
        let fields = try forwarded(["w3c"], ["b3": "0"])
        #expect(fields["b3"] == "0")
    }
}
