import Foundation
import Testing
import WeirLiveTesting

/// Upgraded connections: bytes in both directions until either side ends.
@Suite struct TunnelTests {
    static let handshake = """
        GET /socket HTTP/1.1\r
        host: a.example\r
        connection: Upgrade\r
        upgrade: websocket\r
        sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r
        sec-websocket-version: 13\r
        \r

        """
    static let switching = """
        HTTP/1.1 101 Switching Protocols\r
        connection: Upgrade\r
        upgrade: websocket\r
        sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r
        \r

        """

    /// An origin that switches and then sends back whatever comes.
    static func echo() throws -> Origin {
        try Origin { connection in
            _ = try connection.head()
            try connection.send(switching)
            while true {
                let bytes = try connection.socket.receive(within: .seconds(30))
                if bytes.isEmpty { return }
                try connection.send(bytes)
            }
        }
    }

    @Test func bytesPassBothWays() throws {
        let origin = try Self.echo()
        let client = try Gateway(to: origin).client()
        let response = try client.exchange(Self.handshake)
        #expect(response.status == 101 && response["upgrade"] == "websocket")
        #expect(response["connection"]?.lowercased() == "upgrade")
        #expect(response["sec-websocket-accept"] == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
        #expect(response["transfer-encoding"] == nil && response["content-length"] == nil)
        let frame: [UInt8] = [0x81, 0x85, 1, 2, 3, 4, 0x69, 0x67, 0x6f, 0x68, 0x6e]
        for _ in 0..<3 {
            try client.send(frame)
            #expect(try client.reader.take(frame.count) == frame)
        }
        let bulk = [UInt8].pattern(2_000_000)
        let socket = client.socket
        Thread.detachNewThread { try? socket.send(bulk) }
        #expect(try client.reader.take(bulk.count) == bulk)
        #expect(origin.received[0].text.contains("upgrade: websocket\r\n"))
    }

    @Test func theClientsEndReachesTheOrigin() throws {
        let origin = try Self.echo()
        let gateway = try Gateway(to: origin)
        let client = try gateway.client()
        #expect(try client.exchange(Self.handshake).status == 101)
        client.socket.close()
        try eventually("the origin sees the end") { origin.endedCount == 1 }
        try eventually("it is logged") { gateway.accessLog().first?["status"] as? Int == 101 }
    }

    @Test func theOriginsEndReachesTheClient() throws {
        let origin = try Origin { connection in
            _ = try connection.head()
            try connection.send(Self.switching + "welcome")
            _ = try connection.take(3)
            try connection.send("bye")
        }
        let client = try Gateway(to: origin).client()
        #expect(try client.exchange(Self.handshake).status == 101)
        #expect(try client.reader.take(7).text == "welcome", "it came with the head")
        try client.send("end")
        #expect(try client.reader.take(3).text == "bye")
        #expect(client.isClosed())
    }

    @Test func oneDirectionMayEndFirst() throws {
        let origin = try Origin { connection in
            _ = try connection.head()
            try connection.send(Self.switching)
            try connection.waitForEnd()
            try connection.send("the last word")
        }
        let client = try Gateway(to: origin).client()
        #expect(try client.exchange(Self.handshake).status == 101)
        try client.send("done")
        client.socket.shutdownWrite()
        #expect(try client.reader.rest().text == "the last word")
        #expect(origin.received[0].text.hasSuffix("done"))
    }

    @Test func aClientMaySpeakBeforeTheAnswer() throws {
        let origin = try Self.echo()
        let client = try Gateway(to: origin).client()
        try client.send(Self.handshake + "too early")
        #expect(try client.response().status == 101)
        #expect(try client.reader.take(9).text == "too early")
    }

    @Test func connectLeadsToTheRoutesCluster() throws {
        let origin = try Origin { connection in
            while true {
                let bytes = try connection.socket.receive(within: .seconds(30))
                if bytes.isEmpty { return }
                try connection.send(bytes)
            }
        }
        let client = try Gateway(to: origin) { $0.listener = ["connect: true"] }.client()
        try client.send("CONNECT b.example:443 HTTP/1.1\r\nhost: b.example:443\r\n\r\n")
        let response = try #require(try client.reader.head())
        #expect(response.status == 200)
        #expect(response["content-length"] == nil && response["transfer-encoding"] == nil)
        try client.send("bytes")
        #expect(try client.reader.take(5).text == "bytes")
        client.socket.shutdownWrite()
        #expect(try client.reader.rest().isEmpty)
    }

    @Test func anUpgradeMayBeRefused() throws {
        let origin = try Origin(answering: { request in Answer.ok(request["upgrade"] ?? "none") })
        let client = try Gateway(to: origin).client()
        let response = try client.exchange(Self.handshake)
        #expect(response.status == 200 && response.body.text == "websocket")
        #expect(response["upgrade"] == nil)
        #expect(try client.get().body.text == "none", "the connection goes on")
    }

    @Test(arguments: ["h2c", "spdy/3", "HTTP/2.0", "websocket, h2c"])
    func otherProtocolsAreNotOffered(_ name: String) throws {
        let origin = try Origin(answering: { request in
            Answer.ok("\(request["upgrade"] ?? "none") \(request["http2-settings"] ?? "none")")
        })
        let client = try Gateway(to: origin).client()
        let response = try client.get(
            "/", "connection: upgrade, http2-settings", "upgrade: \(name)", "http2-settings: AAMA")
        #expect(response.body.text == "none none")
    }
}
