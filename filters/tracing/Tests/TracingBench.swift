import Testing
import TracingFilter
import WeirBase
import WeirFilter
import WeirTesting

@testable import TracingFilter

/// A tracing filter under test, and the spans that it has finished.
struct TracingBench {
    let test: FilterTest
    let services = TestServices()

    init(_ configuration: TestConfiguration = [:], seed: UInt64 = 1) throws {
        test = try FilterTest([Self.filter(configuration)], seed: seed, services: services)
    }

    init(chain: [TestFilter], seed: UInt64 = 1) throws {
        test = try FilterTest(chain, seed: seed, services: services)
    }

    /// The filter with an exporter to standard output, unless another is configured.
    static func filter(_ configuration: TestConfiguration = [:]) -> TestFilter {
        guard case .mapping(var entries) = configuration else { return TestFilter(Tracing.self) }
        if !entries.contains(where: { $0.key == "exporter" }) {
            entries.append((key: "exporter", value: "stdout"))
        }
        return TestFilter(Tracing.self, .mapping(entries))
    }

    /// What the upstream is told of the trace.
    func forwarded(_ headers: TestFields = [:]) throws -> TestFields {
        let result = try test.exchange(TestRequest(headers: headers))
        return try #require(result.upstreamRequest).headers
    }

    /// The one `traceparent` that the upstream is told, taken apart.
    func parent(_ headers: TestFields = [:]) throws -> TraceParent {
        let values = try forwarded(headers).values("traceparent")
        #expect(values.count == 1)
        let bytes = ByteString(values.first ?? "")
        return try #require(TraceParent(bytes.span))
    }

    /// The lines of spans written since the last call.
    func spans() throws -> [JSONValue] {
        services.advance(by: .seconds(1))
        services.tick()
        return try services.printed.map { try JSONValue(parsing: $0) }
    }
}
