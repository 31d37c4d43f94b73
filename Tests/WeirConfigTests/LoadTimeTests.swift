import Testing
import WeirBase
import WeirConfig
import WeirFilter

/// How long a large file takes. Machines differ, so the time is told, not asserted.
@Suite struct LoadTimeTests {
    @Test func tenThousandRoutes() throws {
        let source = ConfigSource(
            file: "large.yaml", text: Self.text(routes: 10_000, clusters: 1000))
        var best = Duration.seconds(1000)
        for _ in 0..<3 {
            var loaded: LoadedConfiguration?
            let time = ContinuousClock().measure {
                loaded = GatewayConfiguration.load(
                    source, registry: TestFilters.registry, environment: [:])
            }
            best = min(best, time)
            let configuration = try #require(loaded?.configuration, "\(loaded?.diagnostics as Any)")
            let listener = try #require(configuration.listeners.first)
            #expect(listener.routes.routes.count == 10_000)
            #expect(configuration.clusters.count == 1000)
            // Routes that change nothing share one chain.
            #expect(listener.served.effectiveChains.count == 1)
            #expect(configuration.filters.count == 2)
        }
        print("10,000 routes and 1,000 clusters, \(source.text.utf8.count) bytes: \(best)")
    }

    static func text(routes: Int, clusters: Int) -> String {
        var text = """
            listeners:
              - name: edge
                address: 0.0.0.0:8080
                filters:
                  - bare
                  - limit: {requests: 100, per: second}
                routes: public
            routes:
              public:

            """
        for index in 0..<routes {
            text += """
                    - name: route-\(index)
                      match: {host: h\(index % 500).example.com, path: /service\(index)/v1/**}
                      to: cluster-\(index % clusters)
                      timeout: 15s

                """
        }
        text += "clusters:\n"
        for index in 0..<clusters {
            text += """
                  cluster-\(index):
                    endpoints: [10.0.\(index / 250).\(index % 250 + 1):8080, 10.1.0.1:80]
                    balance: least-request

                """
        }
        return text
    }
}
