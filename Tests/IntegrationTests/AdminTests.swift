import Foundation
import Testing
import WeirLiveTesting

/// The pages of the admin listener.
@Suite struct AdminTests {
    static func object(_ message: Message) throws -> Any {
        try JSONSerialization.jsonObject(with: Data(message.body))
    }

    @Test func healthPages() throws {
        let origin = try Origin(answering: Answer.echo)
        let gateway = try Gateway(to: origin)
        let ready = try gateway.admin("GET", "/ready")
        #expect(ready.status == 200 && ready.body.text == "ready\n")
        #expect(try gateway.admin("GET", "/live").status == 200)
        #expect(try gateway.admin("HEAD", "/live").status == 200)
        #expect(try gateway.admin("GET", "/").body.text.contains("POST /reload"))
        #expect(try gateway.admin("GET", "/nothing").status == 404)
        let wrong = try gateway.admin("GET", "/reload")
        #expect(wrong.status == 405 && wrong["allow"] == "POST")
        #expect(try gateway.admin("POST", "/metrics").status == 405)
        #expect(try gateway.client().get("/ready").body.text == "GET /ready HTTP/1.1\n")
    }

    @Test func pagesOfOtherSitesChangeNothing() throws {
        let origin = try Origin(answering: Answer.echo)
        let gateway = try Gateway(to: origin)
        for path in ["/reload", "/drain"] {
            let response = try gateway.client("admin").exchange(
                "POST \(path) HTTP/1.1\r\nhost: localhost\r\norigin: http://evil.example\r\n"
                    + "content-length: 0\r\n\r\n")
            #expect(response.status == 403, "\(path)")
        }
        #expect(try gateway.admin("GET", "/ready").status == 200)
    }

    @Test func theConfigurationInService() throws {
        let origin = try Origin(answering: Answer.echo)
        let gateway = try Gateway(to: origin) { $0.filters = "[request-id]" }
        let page = try gateway.admin("GET", "/config")
        #expect(page.status == 200 && page["content-type"] == "application/json")
        let all = try #require(try Self.object(page) as? [String: Any])
        let listener = try #require((all["listeners"] as? [[String: Any]])?.first)
        #expect(listener["name"] as? String == "edge")
        let clusters = try #require(all["clusters"] as? [String: Any])
        #expect(clusters.keys.sorted() == ["origin"])
    }

    @Test func listenersRoutesAndClusters() throws {
        let origin = try Origin(answering: Answer.echo)
        let gateway = try Gateway(to: origin) {
            $0.filters = "[request-id, fault]"
            $0.routes = [
                "name: hello, match: {host: a.example, path: /hello/**}, to: origin",
                "name: bye, match: {path: /goodbye}, to: origin",
            ]
        }
        _ = try gateway.client().get()
        let listeners = try Self.object(gateway.admin("GET", "/listeners")) as? [[String: Any]]
        let edge = listeners?.first { $0["name"] as? String == "edge" }
        #expect(edge?["address"] as? String == "\(try gateway.address())", "the actual port")
        #expect(edge?["filters"] as? [String] == ["request-id", "fault"])
        let routes = try Self.object(gateway.admin("GET", "/routes")) as? [[String: Any]]
        #expect(routes?.map { $0["route"] as? String } == ["hello", "bye", "everything"])
        let near = try Self.object(gateway.admin("GET", "/routes?near=/goodby")) as? [[String: Any]]
        #expect(near?.first?["route"] as? String == "bye")
        let clusters = try Self.object(gateway.admin("GET", "/clusters")) as? [[String: Any]]
        #expect(clusters?.first?["name"] as? String == "origin")
        #expect(clusters?.first?["connected"] as? Int == 1)
        let endpoints = clusters?.first?["endpoints"] as? [[String: Any]]
        #expect(endpoints?.first?["address"] as? String == "\(origin.address)")
    }

    @Test func metricsCountWhatHappened() throws {
        let origin = try Origin(answering: { request in
            request.target == "/500" ? "HTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\n" : Answer.ok()
        })
        let gateway = try Gateway(to: origin) {
            $0.routes = ["name: special, match: {path: /s}, to: origin"]
        }
        let client = try gateway.client()
        for path in ["/", "/", "/s", "/500"] { _ = try client.get(path) }
        _ = try gateway.client().exchange("nonsense\r\n\r\n")
        let requests = "weir_route_requests_total"
        #expect(try gateway.metric(requests, "\"everything\"", "\"2xx\"") == 2)
        #expect(try gateway.metric(requests, "\"everything\"", "\"5xx\"") == 1)
        #expect(try gateway.metric(requests, "\"special\"", "\"2xx\"") == 1)
        #expect(try gateway.metric("weir_listener_requests_total", "edge") == 4)
        #expect(try gateway.metric("weir_listener_protocol_errors_total", "edge") == 1)
        #expect(try gateway.metric("weir_listener_connections_total", "edge") == 2)
        #expect(try gateway.metric("weir_cluster_requests_total", "origin") == 4)
        #expect(try gateway.metric("weir_cluster_server_errors_total", "origin") == 1)
        #expect(try gateway.metric("weir_route_duration_seconds_count", "\"special\"") == 1)
        #expect(try gateway.metric("weir_up") == 1)
    }

    static let promtool = "/usr/bin/promtool"

    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: promtool)))
    func prometheusUnderstandsTheMetrics() throws {
        let origin = try Origin(answering: Answer.echo)
        let gateway = try Gateway(to: origin) { $0.filters = "[request-id, fault]" }
        _ = try gateway.client().get()
        let page = try gateway.admin("GET", "/metrics")
        #expect(page["content-type"]?.hasPrefix("text/plain; version=0.0.4") == true)
        try gateway.folder.write(page.body.text, to: "metrics")
        let result = try CommandResult.of(
            "sh", "-c", "\(Self.promtool) check metrics < \(gateway.folder.path)/metrics")
        #expect(result.status == 0, "\(result.output)\(result.errors)")
    }
}
