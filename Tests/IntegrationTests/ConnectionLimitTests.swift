import Foundation
import Testing
import WeirLiveTesting

/// The `connection-limit` filter in the command: many raw sockets, two workers.
@Suite struct ConnectionLimitTests {
    private func yaml(_ limit: String, above: String = "") -> String {
        var configuration = Configuration(endpoints: ["127.0.0.1:1"])
        configuration.listener = ["connection: [{connection-limit: \(limit)}\(above)]"]
        configuration.routes = ["match: {path: /**}, respond: {body: hi}"]
        return configuration.yaml
    }

    /// Runs the script of many connections; what it prints.
    private func connections(_ gateway: Gateway, _ arguments: String...) throws -> Any {
        guard case .ip(let host, let port) = try gateway.address() else {
            throw HarnessError("no IP address")
        }
        let result = try Python.run("many_connections.py", [host, "\(port)"] + arguments)
        guard result.status == 0 else { throw HarnessError("\(result)") }
        return try JSONSerialization.jsonObject(with: Data(result.output.utf8))
    }

    /// Whether the connection is served; false when it was closed without a byte.
    private func isServed(_ client: RawClient) -> Bool {
        (try? client.get().status) == 200
    }

    private func refusals(_ gateway: Gateway, _ limit: String) throws -> Double {
        try gateway.metric("weir_connection_limit_refused_total", "limit=\"\(limit)\"")
    }

    /// Forty connections of each of four clients at the same time, over two workers: each gets its
    /// share, to the connection, and again once they have gone.
    @Test func eachClientGetsItsShare() throws {
        let gateway = try Gateway(yaml: yaml("{per-client: 7}"))
        let sources = ["127.0.0.1", "127.0.0.21", "127.0.0.22", "127.0.0.23"]
        let counts = try connections(
            gateway, "hold", "40", sources[0], sources[1], sources[2], sources[3])
        let wanted = Dictionary(uniqueKeysWithValues: sources.map { ($0, 7) })
        #expect(counts as? [[String: Int]] == [wanted, wanted])
        let refused = try refusals(gateway, "client")
        #expect(refused >= 2 * 4 * 33)
        #expect(
            try gateway.metric(
                "weir_connection_failures_total", "cause=\"connection_limit_client\"") == refused)
    }

    /// The listener's bound over clients that are each within theirs.
    @Test func theListenerIsBounded() throws {
        let gateway = try Gateway(yaml: yaml("{per-listener: 25, per-client: 20}"))
        let counts = try connections(
            gateway, "hold", "30", "127.0.0.1", "127.0.0.21", "127.0.0.22")
        for round in counts as? [[String: Int]] ?? [] {
            #expect(round.values.reduce(0, +) == 25)
            #expect(round.values.allSatisfy { $0 <= 20 })
        }
        #expect(try refusals(gateway, "listener") > 0)
    }

    /// Connections that come and go, in every way, leave no place taken and none given back twice.
    @Test func placesAreNeitherLostNorMade() throws {
        let gateway = try Gateway(yaml: yaml("{per-client: 4, per-listener: 10}"))
        let totals =
            try connections(
                gateway, "churn", "3", "127.0.0.1", "127.0.0.21", "127.0.0.22", "127.0.0.23")
            as? [String: Int] ?? [:]
        #expect(totals["served", default: 0] > 50 && totals["refused", default: 0] > 0)
        let sources = ["127.0.0.31", "127.0.0.1", "127.0.0.21"]
        try eventually("all places are free") {
            try gateway.metric("weir_listener_open_connections", "listener=\"edge\"") == 0
        }
        let counts =
            try connections(gateway, "hold", "12", sources[0], sources[1], sources[2])
            as? [[String: Int]] ?? []
        #expect(counts.count == 2)
        for round in counts {
            #expect(round.values.reduce(0, +) == 10 && round.values.allSatisfy { $0 <= 4 })
        }
    }

    /// Connections outlive a reload that does not change how they are made, and keep their places.
    @Test func aReloadForgetsNoConnection() throws {
        let gateway = try Gateway(yaml: yaml("{per-client: 3}"))
        let clients = try (0..<3).map { _ in try gateway.client() }
        for client in clients { #expect(isServed(client)) }
        #expect(!isServed(try gateway.client()))
        try gateway.rewrite(yaml("{per-client: 3}").replacing("body: hi", with: "body: ho"))
        #expect(try gateway.admin("POST", "/reload").status == 200)
        try eventually("it is in service") { try clients[0].get().body.text == "ho" }
        #expect(!isServed(try gateway.client()))
        for client in clients { #expect(isServed(client)) }
        clients[0].socket.close()
        try eventually("a place is free") { isServed(try gateway.client()) }
    }

    /// With another bound, idle connections are closed and busy ones stay: they keep their places.
    @Test func anotherBoundCountsTheConnectionsThatStay() throws {
        let slow =
            "match: {path: /slow}, respond: {body: late}, filters: {fault: {delay: {duration: 5m}}}"
        func yaml(_ limit: String) -> String {
            self.yaml(limit).replacing("filters: []", with: "filters: [fault]")
                .replacing(
                    "    - {match: {path: /**}, respond",
                    with: "    - {\(slow)}\n"
                        + "    - {match: {path: /**}, respond")
        }
        let gateway = try Gateway(yaml: yaml("{per-client: 3}"))
        let busy = try (0..<2).map { _ in try gateway.client() }
        for client in busy { try client.send("GET /slow HTTP/1.1\r\nhost: a\r\n\r\n") }
        try eventually("they are waiting") {
            try gateway.metric("weir_filter_verdicts_total", "fault", "pause") == 2
        }
        let idle = try gateway.client()
        #expect(isServed(idle))
        try gateway.rewrite(yaml("{per-client: 4}"))
        #expect(try gateway.admin("POST", "/reload").status == 200)
        #expect(idle.isClosed())
        var clients: [RawClient] = []
        for _ in 0..<6 { clients.append(try gateway.client()) }
        #expect(clients.filter(isServed).count == 2)
        withExtendedLifetime(busy) {}
    }

    /// Refused before a byte: a client that waits for the server to speak is closed, and one that
    /// would begin a TLS handshake is not answered.
    @Test func decidesBeforeAByte() throws {
        let gateway = try Gateway(
            yaml: yaml("{rate: {connections: 2, per: 1h}, exempt: [127.0.0.9]}"))
        let first = try gateway.client()
        #expect(isServed(first))
        first.socket.close()
        #expect(isServed(try gateway.client()))
        for _ in 0..<5 { #expect(try gateway.client().isClosed()) }
        #expect(try refusals(gateway, "rate") == 5)
        let counts = try connections(gateway, "once", "6", "127.0.0.9", "127.0.0.8")
        #expect(counts as? [String: Int] == ["127.0.0.9": 6, "127.0.0.8": 2])
    }

    @Test func doesNotBelongUnderAClusterAndSaysSo() throws {
        var configuration = Configuration(endpoints: ["127.0.0.1:1"])
        configuration.cluster = ["connection: [{connection-limit: {per-client: 3}}]"]
        let folder = try TemporaryFolder()
        try folder.write(configuration.yaml.replacing("${DIR}", with: folder.path), to: "weir.yaml")
        let result = try CommandResult.of(
            Repository.binary(), "check", "\(folder.path)/weir.yaml")
        #expect(result.status != 0)
        #expect((result.output + result.errors).contains("belongs under a listener"))
    }
}
