import Foundation
import Testing
import WeirLiveTesting

/// Connections that turn out to be closed, and endpoints that are no IP address.
@Suite struct EndpointTests {
    /// Answers the first request of the first connection, and closes instead of answering the next.
    static func stale() throws -> Origin {
        try Origin { connection in
            while let request = try connection.request() {
                if connection.index == 0 && request.target != "/first" { return }
                try connection.send(Answer.ok(request.method))
            }
        }
    }

    @Test(arguments: [("GET", 200), ("HEAD", 200), ("PUT", 502), ("POST", 502), ("PATCH", 502)])
    func aStaleConnectionIsReplacedWhenThatIsSafe(_ method: String, _ status: Int) throws {
        let origin = try Self.stale()
        let gateway = try Gateway(to: origin) { $0.workers = 1 }
        let client = try gateway.client()
        #expect(try client.get("/first").status == 200)
        let hasBody = !["GET", "HEAD"].contains(method)
        let response = try client.exchange(
            "\(method) / HTTP/1.1\r\nhost: a\r\n"
                + (hasBody ? "content-length: 2\r\n\r\nhi" : "\r\n"))
        #expect(response.status == status)
        #expect(origin.connectionCount == (hasBody ? 1 : 2))
        if hasBody { #expect(response.cause == "stale_connection") }
        #expect(try gateway.metric("weir_cluster_retries_total") == (hasBody ? 0 : 1))
    }

    @Test func aPostWithoutABodyIsNotRepeated() throws {
        let origin = try Self.stale()
        let client = try Gateway(to: origin) { $0.workers = 1 }.client()
        #expect(try client.get("/first").status == 200)
        let response = try client.exchange(
            "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\n\r\n")
        #expect(response.status == 502 && origin.connectionCount == 1)
    }

    @Test func repeatingCanBeSwitchedOff() throws {
        let origin = try Self.stale()
        let client = try Gateway(to: origin) {
            $0.workers = 1
            $0.cluster = ["retry-stale: false"]
        }.client()
        #expect(try client.get("/first").status == 200)
        let response = try client.get()
        #expect(response.status == 502 && response.cause == "stale_connection")
    }

    @Test func aConnectionThatClosesWhileUnusedIsForgotten() throws {
        let origin = try Origin { connection in
            _ = try connection.request()
            try connection.send(Answer.ok())
        }
        let gateway = try Gateway(to: origin) { $0.workers = 1 }
        let client = try gateway.client()
        for count in 1...5 {
            #expect(try client.get().status == 200)
            try eventually("it is closed") { origin.endedCount == count }
            try eventually("that is seen") {
                let clusters = try gateway.admin("GET", "/clusters").body.text
                return clusters.contains("\"idle\": 0")
            }
        }
        #expect(try gateway.metric("weir_cluster_retries_total") == 0)
    }

    @Test func unixSocketsOnBothSides() throws {
        let folder = try TemporaryFolder()
        let origin = try Origin(at: .unix("\(folder.path)/origin.sock"), answering: Answer.echo)
        let gateway = try Gateway(
            yaml: """
                admin: {address: "unix:${DIR}/admin.sock"}
                access-log: {path: "${DIR}/access.log", flush: 5ms}
                listeners:
                  - name: edge
                    address: unix:${DIR}/edge.sock
                    filters: []
                    routes: [{to: origin}]
                clusters:
                  origin: {endpoints: ["unix:\(folder.path)/origin.sock"]}
                """, origins: [origin])
        let client = try gateway.client()
        for _ in 0..<3 {
            let response = try client.exchange(
                "POST /a HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\n\r\nhi")
            #expect(response.body.text == "POST /a HTTP/1.1\nhi")
        }
        #expect(try gateway.client().get().status == 200)
        #expect(origin.requests[0]["x-forwarded-for"] == nil)
        #expect(try gateway.admin("GET", "/ready").status == 200)
        try eventually("it is logged") { gateway.accessLog().count == 4 }
        #expect(gateway.accessLog()[0]["endpoint"] as? String == "unix:\(folder.path)/origin.sock")
        #expect(try gateway.stop() == 0)
    }

    @Test(arguments: ["any", "v4"]) func hostNamesAreResolved(_ family: String) throws {
        let origin = try Origin(answering: Answer.echo)
        guard case .ip(_, let port) = origin.address else { return }
        var configuration = Configuration(endpoints: ["localhost:\(port)"])
        configuration.cluster = ["dns: {family: \(family)}"]
        let gateway = try Gateway(configuration, origins: origin)
        let client = try gateway.client()
        try eventually("it is ready") { try gateway.admin("GET", "/ready").status == 200 }
        try eventually("the name is resolved") { try client.get().status == 200 }
        for _ in 0..<10 { #expect(try client.get().status == 200) }
        #expect(try gateway.admin("GET", "/clusters").body.text.contains("127.0.0.1:\(port)"))
    }

    @Test func namesThatDoNotExist() throws {
        let gateway = try Gateway(Configuration(endpoints: ["no-such-host.invalid:80"]))
        let response = try gateway.client().get()
        #expect(response.status == 503 && response.cause == "endpoint_unresolved")
        try eventually("the log names it") { gateway.log.contains("no-such-host.invalid") }
        // A name that stays unknown does not keep the gateway from serving the others.
        try eventually("it is ready") { try gateway.admin("GET", "/ready").status == 200 }
    }
}
