import Foundation
import Testing
import WeirLiveTesting

/// Nobody can keep a connection or a request for longer than the limits say.
@Suite struct TimeLimitTests {
    /// An origin that takes a request and says nothing.
    static func silent() throws -> Origin {
        try Origin { connection in
            _ = try connection.head()
            try connection.waitForEnd()
        }
    }

    @Test func slowHeads() throws {
        let origin = try Self.silent()
        let gateway = try Gateway(to: origin) { $0.listener = ["timeouts: {header: 300ms}"] }
        let client = try gateway.client()
        try client.send("GET / HTTP/1.1\r\n")
        let socket = client.socket
        Thread.detachNewThread {
            // Single bytes must not win time.
            while (try? socket.send(Array("a".utf8))) != nil { usleep(20_000) }
        }
        let response = try client.response()
        #expect(response.status == 408 && response.cause == "header_timeout")
        #expect(response["connection"] == "close")
        #expect(client.socket.isEnded())
        #expect(try gateway.metric("weir_listener_header_timeouts_total", "edge") == 1)
        #expect(origin.connectionCount == 0)
    }

    @Test func connectionsWithoutARequest() throws {
        let origin = try Origin(answering: Answer.echo)
        let gateway = try Gateway(to: origin) {
            $0.listener = ["timeouts: {header: 300ms, keep-alive: 300ms}"]
        }
        #expect(try gateway.client().isClosed(within: .seconds(5)), "before the first request")
        let client = try gateway.client()
        #expect(try client.get().status == 200)
        #expect(client.isClosed(within: .seconds(5)), "after a request")
    }

    @Test func slowBodies() throws {
        let origin = try Self.silent()
        let gateway = try Gateway(to: origin) { $0.listener = ["timeouts: {body-idle: 300ms}"] }
        let client = try gateway.client()
        try client.send("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\n\r\nhalf")
        let response = try client.response()
        #expect(response.status == 408 && response.cause == "body_idle")
        #expect(response["connection"] == "close")
        #expect(client.isClosed())
        try eventually("the upstream is cut off") { origin.endedCount == 1 }
    }

    @Test func aBodyThatKeepsComingIsTaken() throws {
        let origin = try Origin(answering: Answer.echo)
        let gateway = try Gateway(to: origin) { $0.listener = ["timeouts: {body-idle: 600ms}"] }
        let client = try gateway.client()
        try client.send("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\n\r\n")
        for _ in 0..<10 {
            usleep(100_000)
            try client.send("x")
        }
        #expect(try client.response().status == 200)
    }

    @Test func anUpstreamThatNeverAnswers() throws {
        let origin = try Self.silent()
        let gateway = try Gateway(to: origin) { $0.route = ["timeout: 300ms"] }
        let client = try gateway.client()
        let response = try client.get()
        #expect(response.status == 504 && response.cause == "route_timeout")
        try eventually("the upstream is let go") { origin.endedCount == 1 }
        #expect(try client.get().status == 504, "the client's connection goes on")
    }

    @Test func anUpstreamThatNeverComesToAnEnd() throws {
        let origin = try Origin { connection in
            _ = try connection.request()
            try connection.send("HTTP/1.1 200 OK\r\ncontent-length: 20\r\n\r\n")
            for _ in 0..<20 {
                if connection.socket.isEnded(within: .milliseconds(50)) { return }
                try connection.send("x")
            }
        }
        let client = try Gateway(to: origin) { $0.route = ["timeout: 300ms"] }.client()
        // The limit is for the head; a body may take as long as it keeps coming.
        #expect(try client.get().body.count == 20)
    }

    @Test func anUpstreamThatStopsInTheMiddle() throws {
        let origin = try Origin { connection in
            _ = try connection.request()
            try connection.send("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf")
            try connection.waitForEnd()
        }
        let gateway = try Gateway(to: origin) {
            $0.cluster = ["timeouts: {response-idle: 300ms}"]
            $0.route = ["timeout: 500ms"]
        }
        let client = try gateway.client()
        #expect(throws: CutOff.self) { try client.get() }
        try eventually("the upstream is let go") { origin.endedCount == 1 }
        try eventually("the log says why") {
            gateway.accessLog().first?["cause"] as? String == "response_idle"
        }
    }

    @Test func aClientThatDoesNotRead() throws {
        let origin = try Origin { connection in
            _ = try connection.request()
            try connection.send("HTTP/1.1 200 OK\r\ncontent-length: 1000000000\r\n\r\n")
            while true { try connection.send([UInt8](repeating: 65, count: 100_000)) }
        }
        let gateway = try Gateway(to: origin) {
            $0.listener = ["timeouts: {write-idle: 300ms}"]
            $0.route = ["timeout: 500ms"]
        }
        let client = try gateway.client(receiveBuffer: 4096)
        try client.send("GET / HTTP/1.1\r\nhost: a\r\n\r\n")
        try eventually("the upstream is let go") { origin.endedCount == 1 }
        try eventually("the log says why") {
            gateway.accessLog().first?["cause"] as? String == "write_idle"
        }
    }

    @Test func connectionsThatAreNotMade() throws {
        // The kernel drops what does not fit the queue of connections that wait to be accepted.
        let full = try Socket.listen(on: .ip("127.0.0.1", 0), backlog: 0)
        let address = Address.ip("127.0.0.1", full.port)
        let waiting = try Socket.connect(to: address)
        var configuration = Configuration(endpoints: ["\(address)"])
        configuration.cluster = ["connect-timeout: 200ms"]
        let gateway = try Gateway(configuration)
        let response = try gateway.client().get()
        #expect(response.status == 504 && response.cause == "connect_timeout")
        withExtendedLifetime(waiting) {}
    }

    @Test func requestsThatWaitForAConnection() throws {
        let origin = try Self.silent()
        let gateway = try Gateway(to: origin) {
            $0.workers = 1
            $0.cluster = ["pool: {connections: 1, pending: 5}", "timeouts: {pending: 300ms}"]
        }
        let first = try gateway.client()
        try first.send("GET / HTTP/1.1\r\nhost: a\r\n\r\n")
        try eventually("the first is under way") { origin.received.first?.isEmpty == false }
        let response = try gateway.client().get()
        #expect(response.status == 503 && response.cause == "pending_timeout")
    }

    /// A request that was made to wait with half of its body is answered; the other half is read
    /// all the same, so that the connection can go on.
    @Test func theRestOfAnAnsweredRequestIsRead() throws {
        let origin = try Self.silent()
        let gateway = try Gateway(to: origin) {
            $0.workers = 1
            $0.cluster = ["pool: {connections: 1, pending: 5}", "timeouts: {pending: 300ms}"]
        }
        let first = try gateway.client()
        try first.send("GET / HTTP/1.1\r\nhost: a\r\n\r\n")
        try eventually("the first is under way") { origin.received.first?.isEmpty == false }
        let half = String(repeating: "b", count: 20_000)
        let second = try gateway.client()
        try second.send("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 40000\r\n\r\n" + half)
        #expect(try second.response().cause == "pending_timeout")
        try second.send(half + "GET / HTTP/1.1\r\nhost: a\r\n\r\n")
        #expect(try second.response().cause == "pending_timeout")
    }

    @Test func tunnelsWithoutABytes() throws {
        let origin = try TunnelTests.echo()
        let gateway = try Gateway(to: origin) {
            $0.listener = ["timeouts: {tunnel-idle: 300ms}"]
            $0.route = ["timeout: 300ms"]
        }
        let client = try gateway.client()
        #expect(try client.exchange(TunnelTests.handshake).status == 101)
        #expect(client.isClosed())
        try eventually("the origin sees the end") { origin.endedCount == 1 }
    }

    @Test func clientsThatNeitherReadNorClose() throws {
        let origin = try Origin(answering: Answer.echo)
        let gateway = try Gateway(to: origin) { $0.listener = ["timeouts: {linger: 300ms}"] }
        let client = try gateway.client()
        #expect(try client.exchange("nonsense\r\n\r\n").status == 400)
        try eventually("the connection is gone", within: .seconds(5)) {
            try gateway.metric("weir_listener_open_connections", "edge") == 0
        }
        withExtendedLifetime(client) {}
    }
}
