import Foundation
import Testing
import WeirLiveTesting

/// Which endpoint gets a request, over which connection, and what happens when that fails.
@Suite struct ClusterTests {
    static func named(_ name: String) throws -> Origin {
        try Origin(answering: { _ in Answer.ok(name) })
    }

    /// An address on which nobody listens.
    static func closedAddress() throws -> String {
        let socket = try Socket.listen(on: .ip("127.0.0.1", 0))
        defer { socket.close() }
        return "127.0.0.1:\(socket.port)"
    }

    @Test func roundRobinByWeight() throws {
        let (a, b, c) = (try Self.named("a"), try Self.named("b"), try Self.named("c"))
        let gateway = try Gateway(
            yaml: """
                runtime: {workers: 1}
                admin: {address: "127.0.0.1:0"}
                access-log: off
                listeners:
                  - {name: edge, address: "127.0.0.2:0", filters: [], routes: [{to: all}]}
                clusters:
                  all:
                    endpoints:
                      - {address: "\(a.address)", weight: 3}
                      - "\(b.address)"
                      - {address: "\(c.address)", weight: 0}
                """, origins: [a, b, c])
        let client = try gateway.client()
        let names = try (0..<40).map { _ in try client.get().body.text }
        #expect(names.count { $0 == "a" } == 30 && names.count { $0 == "b" } == 10)
        #expect(Set(names.prefix(4)) == ["a", "b"], "turns are spread out")
    }

    @Test func leastRequestAvoidsTheBusy() throws {
        let script: Origin.Script = { connection in
            while let request = try connection.request() {
                if request.target == "/hold" { return try connection.waitForEnd() }
                try connection.send(Answer.ok())
            }
        }
        let origins = [try Origin(script), try Origin(script)]
        var configuration = Configuration(origins[0], origins[1])
        configuration.workers = 1
        configuration.cluster = ["balance: least-request"]
        let gateway = try Gateway(configuration, origins: origins[0], origins[1])
        let held = try gateway.client()
        try held.send("GET /hold HTTP/1.1\r\nhost: a\r\n\r\n")
        try eventually("it is held") { origins.contains { $0.requests.count == 1 } }
        let client = try gateway.client()
        for _ in 0..<20 { #expect(try client.get().status == 200) }
        #expect(origins.map(\.requests.count).sorted() == [1, 20])
        withExtendedLifetime(held) {}
    }

    @Test func routesSpreadOverClusters() throws {
        let (a, b) = (try Self.named("a"), try Self.named("b"))
        let gateway = try Gateway(
            yaml: """
                runtime: {workers: 1}
                admin: {address: "127.0.0.1:0"}
                access-log: off
                listeners:
                  - name: edge
                    address: 127.0.0.2:0
                    filters: []
                    routes:
                      - {match: {path: /only}, to: [{cluster: a}, {cluster: b, weight: 0}]}
                      - {to: [{cluster: a, weight: 1}, {cluster: b, weight: 1}]}
                clusters:
                  a: {endpoints: ["\(a.address)"]}
                  b: {endpoints: ["\(b.address)"]}
                """, origins: [a, b])
        let client = try gateway.client()
        let only = try Set((0..<20).map { _ in try client.get("/only").body.text })
        #expect(only == ["a"])
        let both = try Set((0..<60).map { _ in try client.get("/").body.text })
        #expect(both == ["a", "b"])
    }

    @Test func nobodyListens() throws {
        let gateway = try Gateway(Configuration(endpoints: [Self.closedAddress()]))
        let client = try gateway.client()
        let response = try client.get()
        #expect(response.status == 502 && response.cause == "connect_failed")
        let posted = try client.exchange(
            "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\n\r\nhi")
        #expect(posted.status == 502 && posted.cause == "connect_failed")
        #expect(try client.get().status == 502, "the client's connection goes on")
        #expect(try gateway.metric("weir_cluster_failures_total", "origin") == 3)
    }

    @Test(arguments: ["round-robin", "least-request"])
    func anotherEndpointTakesOver(_ balance: String) throws {
        let origin = try Self.named("up")
        var configuration = Configuration(
            endpoints: [try Self.closedAddress(), "\(origin.address)", try Self.closedAddress()])
        configuration.cluster = ["balance: \(balance)"]
        configuration.workers = 1
        let gateway = try Gateway(configuration, origins: origin)
        for index in 0..<20 {
            let client = try gateway.client()
            let response = try client.exchange(
                index % 2 == 0
                    ? "GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n"
                    : "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\n\r\nhi")
            #expect(response.status == 200 && response.body.text == "up")
        }
        #expect(try gateway.metric("weir_cluster_retries_total", "origin") > 0)
    }

    @Test func fullPools() throws {
        let origin = try Origin { connection in
            while let request = try connection.request() {
                if request.target == "/hold" { _ = try connection.request() }
                try connection.send(Answer.ok())
            }
        }
        let gateway = try Gateway(to: origin) {
            $0.workers = 1
            $0.cluster = ["pool: {connections: 1, pending: 0}"]
        }
        let held = try gateway.client()
        try held.send("GET /hold HTTP/1.1\r\nhost: a\r\n\r\n")
        try eventually("it is held") { origin.requests.count == 1 }
        let client = try gateway.client()
        let response = try client.get()
        #expect(response.status == 503 && response.cause == "pool_overflow")
        held.socket.close()
        try eventually("there is room again") { try client.get().status == 200 }
        #expect(origin.connectionCount == 2)
    }

    @Test func requestsWaitForAConnection() throws {
        let origin = try Origin { connection in
            while let request = try connection.request() {
                if request.target == "/first" {
                    // The answer waits until the others have had time to queue up.
                    _ = connection.socket.isEnded(within: .milliseconds(300))
                }
                try connection.send(Answer.ok(request.target))
            }
        }
        let gateway = try Gateway(to: origin) {
            $0.workers = 1
            $0.cluster = ["pool: {connections: 1, pending: 10}"]
        }
        let clients = try (0..<4).map { _ in try gateway.client() }
        try clients[0].send("GET /first HTTP/1.1\r\nhost: a\r\n\r\n")
        try eventually("the first is under way") { origin.requests.count == 1 }
        for client in clients.dropFirst() {
            try client.send("GET /next HTTP/1.1\r\nhost: a\r\n\r\n")
        }
        #expect(try clients[0].response().body.text == "/first")
        for client in clients.dropFirst() { #expect(try client.response().body.text == "/next") }
        #expect(origin.connectionCount == 1)
    }

    @Test func connectionsCarryABoundedNumberOfRequests() throws {
        let origin = try Self.named("a")
        let gateway = try Gateway(to: origin) {
            $0.workers = 1
            $0.cluster = ["pool: {requests-per-connection: 2}"]
            $0.listener = ["limits: {requests-per-connection: 3}"]
        }
        let client = try gateway.client()
        #expect(try client.get()["connection"] == nil)
        #expect(try client.get()["connection"] == nil)
        #expect(try client.get()["connection"] == "close")
        #expect(client.isClosed())
        let next = try gateway.client()
        for _ in 0..<3 { _ = try next.get() }
        #expect(origin.connectionCount == 3)
    }

    @Test func unusedConnectionsAreClosed() throws {
        let origin = try Self.named("a")
        let gateway = try Gateway(to: origin) { $0.cluster = ["pool: {idle-timeout: 200ms}"] }
        #expect(try gateway.client().get().status == 200)
        try eventually("it is closed") { origin.endedCount == 1 }
        #expect(try gateway.client().get().status == 200)
    }
}
