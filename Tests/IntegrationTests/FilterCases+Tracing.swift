import Testing
import TracingFilter
import WeirBase
import WeirTesting

/// Without an exporter, so that identifiers are the caller's and the same at both depths.
extension FilterCase {
    private static let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    private static let parent = "00-\(trace)-00f067aa0ba902b7-01"

    static let tracing = [
        FilterCase(
            "tracing: a trace passes by", TestFilter(Tracing.self),
            request: TestRequest(headers: ["traceparent": parent, "tracestate": "a=1"])
        ) { result in
            let fields = try #require(result.upstreamRequest).headers
            #expect(fields["traceparent"] == parent && fields["tracestate"] == "a=1")
        },
        FilterCase(
            "tracing: several lines of state become one, in all formats",
            TestFilter(Tracing.self, ["propagation": ["w3c", "b3"]]),
            request: TestRequest(
                headers: ["traceparent": parent, "tracestate": "a=1", "tracestate": "b=2"])
        ) { result in
            let fields = try #require(result.upstreamRequest).headers
            #expect(fields.values("tracestate") == ["a=1,b=2"])
            #expect(fields["b3"] == "\(trace)-00f067aa0ba902b7-1")
        },
        FilterCase(
            "tracing: malformed baggage is left out", TestFilter(Tracing.self),
            request: TestRequest(
                "POST", headers: ["traceparent": parent, "baggage": "a=1,b,c=3"], body: "abc")
        ) { result in
            #expect(result.upstreamRequest?.headers["baggage"] == "a=1,c=3")
        },
    ]
}
