import Testing
import WeirBase
import WeirFilter

@testable import WeirServer

/// Metrics as text, in both formats.
@Suite struct MetricsTextTests {
    private func report(
        cells: [UInt64], exemplars: [Int: Exemplar] = [:]
    ) -> WorkerReport {
        WorkerReport(
            cells: cells, causes: [:], cutOffs: [:], connectionFailures: [:], clusters: [],
            buffers: 0, exemplars: exemplars)
    }

    private func lines(_ text: String, about name: String) -> [String] {
        text.split(separator: "\n").map(String.init).filter { $0.contains(name) }
    }

    @Test func whatFiltersCountIsSummedOverWorkersAndOthers() {
        let registry = MetricsRegistry()
        let allowed = registry.counter("weir_x_total", "Things.", [("outcome", "allowed")])
        let denied = registry.counter("weir_x_total", "Things.", [("outcome", "denied")])
        #expect(allowed === registry.counter("weir_x_total", "Things.", [("outcome", "allowed")]))
        allowed.add(2)
        denied.add(1)
        let text = MetricsText.render(
            registry, reports: [report(cells: [3, 0]), report(cells: [4])], gauges: [])
        #expect(
            lines(text, about: "weir_x") == [
                "# HELP weir_x_total Things.", "# TYPE weir_x_total counter",
                "weir_x_total{outcome=\"allowed\"} 9", "weir_x_total{outcome=\"denied\"} 1",
            ])
    }

    @Test func gaugesOfOneNameAndLabelsAreSummed() {
        let owner = ObjectIdentifier(MetricsRegistry())
        let gauges = [("a", 1.0), ("b", 2.5), ("a", 4.0)].map { label, value in
            ServiceRegistry.Gauge(
                owner: owner, name: "weir_keys", help: "Keys.", labels: [("limit", label)],
                value: { value })
        }
        let text = MetricsText.render(
            MetricsRegistry(), reports: [], gauges: [], filterGauges: gauges)
        #expect(
            lines(text, about: "weir_keys{") == [
                "weir_keys{limit=\"a\"} 5", "weir_keys{limit=\"b\"} 2.5",
            ])
    }

    @Test func openMetricsHasExemplarsAndAnEnd() {
        let registry = MetricsRegistry()
        let base = registry.base(.route, "edge", "api")
        var cells = [UInt64](repeating: 0, count: registry.cellCount)
        cells[base + RouteMetric.durationBuckets + 1] = 1
        let trace = TraceContext(traceHigh: 1, traceLow: 0xAB, span: 1, isSampled: true)
        let exemplar = Exemplar(trace: trace, microseconds: 750, unixMilliseconds: 1_000_500)
        let reports = [
            report(cells: cells, exemplars: [base + RouteMetric.durationBuckets + 1: exemplar])
        ]
        let text = MetricsText.render(registry, reports: reports, gauges: [], as: .openMetrics)
        #expect(text.hasSuffix("# EOF\n"))
        #expect(text.contains("# TYPE weir_route_requests counter\n"))
        #expect(
            lines(text, about: "le=\"0.001\"") == [
                "weir_route_duration_seconds_bucket{listener=\"edge\",route=\"api\",le=\"0.001\"} 1"
                    + " # {trace_id=\"000000000000000100000000000000ab\"} 0.00075 1000.5"
            ])
        let plain = MetricsText.render(registry, reports: reports, gauges: [])
        #expect(!plain.contains("trace_id") && !plain.contains("# EOF"))
        #expect(plain.contains("# TYPE weir_route_requests_total counter\n"))
    }
}
