import Testing
import WeirBase
import WeirFilter
import WeirTesting

@testable import TracingFilter

@Suite struct SamplingTests {
    private func parent(_ flags: String) -> TestFields {
        ["traceparent": "00-12345678901234567890123456789012-1234567890123456-\(flags)"]
    }

    private func share(_ configuration: TestConfiguration, of count: Int) throws -> Int {
        let bench = try TracingBench(configuration)
        return try (0..<count).filter { _ in try bench.parent().flags & 1 == 1 }.count
    }

    @Test func aShareOfNewTracesIsSampled() throws {
        #expect(try share(["sample": "0%"], of: 500) == 0)
        #expect(try share(["sample": "100%"], of: 500) == 500)
        #expect(try share([:], of: 50) == 50)
        // Four standard deviations of a binomial distribution around 10% of 4000.
        #expect(abs(try share(["sample": "10%"], of: 4000) - 400) < 76)
    }

    @Test func theIdentifierDecides() {
        let tenth = Sampler(Percentage(10))
        let half = Sampler(Percentage(50))
        let random = SeededRandom(seed: 9)
        var counts = (tenth: 0, half: 0)
        for _ in 0..<100_000 {
            let word = random.next()
            let isSampled = tenth.samples(traceLow: word)
            if isSampled { counts.tenth += 1 }
            if half.samples(traceLow: word) { counts.half += 1 }
            // Whoever samples more has all the traces of those who sample less.
            #expect(!isSampled || half.samples(traceLow: word))
            // The first byte has no say.
            #expect(tenth.samples(traceLow: word ^ 0xFF00_0000_0000_0000) == isSampled)
        }
        #expect(abs(counts.tenth - 10_000) < 380)
        #expect(abs(counts.half - 50_000) < 640)
    }

    @Test func thresholdsAreThoseOfTheStandard() {
        // OpenTelemetry's examples: 50% is th:8, 25% is th:c, 10% is th:e6666….
        #expect(Sampler(Percentage(50)).samples(traceLow: 0x80_0000_0000_0000))
        #expect(!Sampler(Percentage(50)).samples(traceLow: 0x7F_FFFF_FFFF_FFFF))
        #expect(Sampler(Percentage(25)).samples(traceLow: 0xC0_0000_0000_0000))
        #expect(!Sampler(Percentage(25)).samples(traceLow: 0xBF_FFFF_FFFF_FFFF))
        #expect(Sampler(Percentage(10)).samples(traceLow: 0xE6_6666_6666_6670))
        #expect(!Sampler(Percentage(10)).samples(traceLow: 0xE6_6666_6666_6660))
        #expect(Sampler(Percentage(100)).samples(traceLow: 0))
        #expect(!Sampler(Percentage(0)).samples(traceLow: .max))
    }

    @Test func callersDecideWhenTrusted() throws {
        let none = try TracingBench(["sample": "0%"])
        #expect(try none.parent(parent("01")).flags == 1)
        let all = try TracingBench()
        #expect(try all.parent(parent("00")).flags == 0)
        #expect(try all.spans().isEmpty)
        #expect(try none.spans().count == 2)
    }

    @Test func outsidersDoNot() throws {
        let edge = try TracingBench(["trust-parent": false, "sample": "0%"])
        let unsampled = try edge.parent(parent("01"))
        #expect(unsampled.flags == 2 && unsampled.traceHigh != 0x1234_5678_9012_3456)
        let all = try TracingBench(["trust-parent": false])
        #expect(try all.parent(parent("00")).flags == 3)
        let span = try #require(try all.spans().first)
        #expect(span["parent"] == nil)
        let link = try #require(span["links"]?.array?.first)
        #expect(link["trace"] == .string("12345678901234567890123456789012"))
        #expect(link["span"] == .string("1234567890123456"))
    }

    @Test func allowedClientsForceIt() throws {
        let bench = try TracingBench([
            "sample": "0%", "force": ["client-addresses": ["192.0.2.0/24"]],
        ])
        func flags(_ value: String, from client: String?) throws -> UInt8 {
            var request = TestRequest(headers: ["X-Weir-Trace": value])
            request.headers.lines += parent("00").lines
            request.client = client.flatMap { IPAddress($0) }
            let fields = try #require(try bench.test.exchange(request).upstreamRequest).headers
            #expect(fields["x-weir-trace"] == nil)
            return try #require(TraceParent(text: fields["traceparent"])).flags
        }
        #expect(try flags("1", from: "192.0.2.9") == 1)
        #expect(try flags("TRUE", from: "192.0.2.9") == 1)
        #expect(try flags("0", from: "192.0.2.9") == 0)
        #expect(try flags("", from: "192.0.2.9") == 0)
        #expect(try flags("1", from: "192.0.3.9") == 0)
        #expect(try flags("1", from: nil) == 0)
    }

    @Test func everyRequestHasATrace() throws {
        final class Probe: HTTPFilter {
            func requestHeaders(_ request: RequestHead, _ stream: FilterStream) -> Verdict {
                request.headers.set(
                    "x-trace", stream.trace.map { "\($0.traceText) \($0.isSampled)" } ?? "none")
                request.headers.set("x-records", "\(stream.recordsEvents)")
                return .continue
            }
        }
        for (share, isSampled) in [("0%", false), ("100%", true)] {
            let bench = try TracingBench(chain: [
                TracingBench.filter(["sample": .text(share)]),
                TestFilter("probe", [.requestHeaders]) { Probe() },
            ])
            let fields = try bench.forwarded()
            let trace = try #require(fields["traceparent"]?.split(separator: "-")[1])
            #expect(fields["x-trace"] == "\(trace) \(isSampled)")
            #expect(fields["x-records"] == "\(isSampled)")
        }
    }
}
