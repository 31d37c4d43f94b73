import Testing
import WeirBase
import WeirFilter
import WeirTesting

@testable import TracingFilter

@Suite struct ConfigurationTests {
    private func error(_ configuration: TestConfiguration) -> ConfigurationError? {
        TestFilter(Tracing.self, configuration).configurationError
    }

    @Test func goodConfigurations() {
        for configuration in [
            nil, ["sample": "1%"], ["exporter": "stdout"], Self.everything,
            ["exporter": ["otlp": ["cluster": "c", "protocol": "grpc"]]],
        ] as [TestConfiguration] {
            #expect(error(configuration)?.description == nil)
        }
    }

    @Test func mistakesAreNamed() {
        func path(_ configuration: TestConfiguration) -> String? {
            error(configuration)?.path.joined(separator: ".")
        }
        func otlp(_ key: String, _ value: TestConfiguration) -> TestConfiguration {
            ["exporter": ["otlp": .mapping([("cluster", "c"), (key, value)])]]
        }
        func batch(_ entries: TestConfiguration) -> TestConfiguration {
            ["exporter": "stdout", "batch": entries]
        }
        #expect(path(["sample": 10]) == "sample")
        #expect(path(["sampel": "10%"]) == "sampel")
        #expect(path(["trust-parent": "maybe"]) == "trust-parent")
        #expect(path(["propagation": []]) == "propagation")
        #expect(path(["propagation": ["w3c", "jaeger"]]) == "propagation.1")
        #expect(path(["propagation": ["w3c", "b3", "w3c"]]) == "propagation.2")
        #expect(path(["force": ["header": "x"]]) == "force")
        #expect(path(["force": ["client-addresses": []]]) == "force.client-addresses")
        #expect(path(["force": ["client-addresses": ["10.0.0.1/8"]]]) == "force.client-addresses.0")
        #expect(
            path(["force": ["header": "a b", "client-addresses": ["::1"]]]) == "force.header")
        #expect(
            path(["force": ["header": "host", "client-addresses": ["::1"]]]) == "force.header")
        #expect(path(["baggage": ["attributes": ["a b"]]]) == "baggage.attributes.0")
        #expect(path(["query": "some"]) == "query")
        #expect(path(["exporter": "stderr"]) == "exporter")
        #expect(path(["exporter": ["zipkin": ["cluster": "c"]]]) == "exporter")
        #expect(path(["exporter": ["otlp": ["protocol": "http"]]]) == "exporter.otlp")
        #expect(path(otlp("protocol", "udp")) == "exporter.otlp.protocol")
        #expect(path(otlp("path", "v1/traces")) == "exporter.otlp.path")
        #expect(path(otlp("path", "/v1 traces")) == "exporter.otlp.path")
        #expect(
            path(["exporter": ["otlp": ["cluster": "c", "protocol": "grpc", "path": "/x"]]])
                == "exporter.otlp.path")
        #expect(path(otlp("headers", ["a b": "c"])) == "exporter.otlp.headers.a b")
        #expect(path(otlp("headers", ["te": "c"])) == "exporter.otlp.headers.te")
        #expect(path(otlp("headers", ["a": "c\nd"])) == "exporter.otlp.headers.a")
        #expect(path(otlp("timeout", "0s")) == "exporter.otlp.timeout")
        #expect(path(otlp("timeout", "6m")) == "exporter.otlp.timeout")
        #expect(path(otlp("retry-for", "2h")) == "exporter.otlp.retry-for")
        #expect(path(batch(["size": 0])) == "batch.size")
        #expect(path(batch(["size": 10_001])) == "batch.size")
        #expect(path(batch(["delay": "9ms"])) == "batch.delay")
        #expect(path(batch(["delay": "2m"])) == "batch.delay")
        #expect(path(batch(["size": 100, "queue": 99])) == "batch.queue")
        #expect(path(["batch": ["size": 1]]) == "batch")
        #expect(path(["exporter": "stdout", "service-name": ""]) == "service-name")
        #expect(
            path(["exporter": "stdout", "resource": ["service.name": "x"]])
                == "resource.service.name")
    }

    @Test func unknownClustersAreNamed() throws {
        let filter = TestFilter(Tracing.self, ["exporter": ["otlp": ["cluster": "nowhere"]]])
        let factory = try filter.makeFactory()
        let error = #expect(throws: ConfigurationError.self) {
            try factory.provision(TestServices())
        }
        #expect(error?.path == ["exporter", "otlp", "cluster"])
    }

    @Test func documentationFitsTheConfiguration() throws {
        #expect(try TestFilter(Tracing.self, Self.everything).documentationErrors() == [])
    }

    @Test func explanationsSayWhatWouldBecomeOfATrace() throws {
        final class Probe: HTTPFilter {
            let factory: any FilterFactory
            init(_ factory: any FilterFactory) { self.factory = factory }
            func requestHeaders(_ request: RequestHead, _ stream: FilterStream) -> Verdict {
                request.headers.set("x-explained", factory.explain(stream).joined(separator: "; "))
                return .continue
            }
        }
        func explained(
            _ configuration: TestConfiguration, _ headers: TestFields
        ) throws -> String? {
            let filter = TestFilter(Tracing.self, configuration)
            let factory = try filter.makeFactory()
            let probe = TestFilter("probe", [.requestHeaders]) { Probe(factory) }
            let test = try FilterTest([probe])
            let result = try test.exchange(TestRequest(headers: headers))
            return result.upstreamRequest?.headers["x-explained"]
        }
        let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
        let parent: TestFields = ["traceparent": "00-\(trace)-00f067aa0ba902b7-01"]
        #expect(
            try explained(["sample": "5%"], [:]) == "begins a trace, of which 5% are recorded")
        #expect(
            try explained([:], parent) == "goes on with its caller's trace \(trace), recorded")
        #expect(
            try explained(["trust-parent": false], parent)
                == "begins a trace, of which 100% are recorded")
        #expect(
            try explained(["propagation": ["b3"]], ["b3": "\(trace)-00f067aa0ba902b7"])
                == "goes on with its caller's trace \(trace), "
                + "which has not decided: 100% are recorded")
    }

    @Test func withoutAnExporterOnlyHeadsAreLookedAt() throws {
        #expect(try TestFilter(Tracing.self).makeFactory().phases == [.requestHeaders])
        let full = try TestFilter(Tracing.self, ["exporter": "stdout"]).makeFactory()
        #expect(full.phases == [.requestHeaders, .attempts, .streamComplete])
        try full.provision(TestServices())
        #expect(full.makeFilter() === full.makeFilter())
        full.cleanUp()
    }

    private static let everything: TestConfiguration = [
        "sample": "10%", "trust-parent": false, "propagation": ["w3c", "b3", "b3-multi"],
        "force": ["header": "x-trace", "client-addresses": ["10.0.0.0/8"]],
        "baggage": ["forward": true, "attributes": ["tenant"]], "query": "full",
        "exporter": [
            "otlp": [
                "cluster": "c", "protocol": "http", "path": "/v1/traces",
                "headers": ["authorization": "Bearer x"], "timeout": "5s", "retry-for": "30s",
            ]
        ],
        "batch": ["size": 10, "delay": "100ms", "queue": 100],
        "service-name": "edge", "resource": ["deployment.environment.name": "test"],
    ]
}
