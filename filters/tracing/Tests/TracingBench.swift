import Testing
import WeirBase
import WeirFilter
import WeirTesting

@testable import TracingFilter

/// A tracing filter under test, and the spans that it has finished.
struct TracingBench {
    let test: FilterTest
    let services: TestServices

    init(
        _ configuration: TestConfiguration = [:], seed: UInt64 = 1,
        services: TestServices = TestServices()
    ) throws {
        self.services = services
        test = try FilterTest([Self.filter(configuration)], seed: seed, services: services)
    }

    init(chain: [TestFilter], seed: UInt64 = 1) throws {
        services = TestServices()
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
        return try #require(TraceParent(text: values.first))
    }

    private static func json(_ line: String) throws -> JSONValue {
        let bytes = ByteString(line)
        return try JSONReader().read(bytes.span)
    }

    /// All spans written so far.
    func spans() throws -> [JSONValue] {
        services.advance(by: .seconds(1))
        services.tick()
        return try services.printed.map { try Self.json($0) }
    }
}

extension TraceParent {
    /// Reads text; nil for none, and for what has to be ignored.
    init?(text: String?) {
        guard let text else { return nil }
        let bytes = ByteString(text)
        self.init(bytes.span)
    }
}
