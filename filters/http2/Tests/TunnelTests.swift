import Testing
import WeirBase
import WeirFilter

@testable import Http2Filter

/// CONNECT and extended CONNECT on the server's side.
@Suite struct TunnelTests {
    private static let webSocket = [
        (":method", "CONNECT"), (":protocol", "websocket"), (":scheme", "https"),
        (":authority", "a.example"), (":path", "/chat"), ("sec-websocket-version", "13"),
    ]
    private static let connect = [(":method", "CONNECT"), (":authority", "db.example:5432")]

    @Test func theSettingIsSentOnlyWhenItHolds() throws {
        let on = try ServerTest()
        #expect(on.frames(of: 4)[0].payload.count / 6 == 5)
        let off = try ServerTest({ $0.extendedConnect = false })
        #expect(off.frames(of: 4)[0].payload.count / 6 == 4)
        off.send([.headers(1, Self.webSocket, end: false)])
        #expect(off.resetCode(1) == ErrorCode.protocol)
    }

    @Test func whatComesBeforeTheAnswerIsTheTunnels() throws {
        let test = try ServerTest()
        test.send([.headers(1, Self.webSocket, end: false), .data(1, "early")])
        let exchange = test.exchanges[0]
        #expect(exchange.body == "")
        exchange.respondHead(
            101, length: nil, headers: [("sec-websocket-accept", "x"), ("x-a", "b")],
            upgraded: true)
        test.turn()
        #expect(exchange.log.suffix(2) == ["tunnel", "body"])
        #expect(exchange.body == "early")
        #expect(
            test.fields(1) == [
                ":status": "200", "x-a": "b", "date": "Thu, 01 Jan 1970 00:00:00 GMT",
            ])
        test.send([.data(1, " late", end: true)])
        #expect(exchange.body == "early late")
        #expect(exchange.log.last == "ended")
        _ = exchange.send("answer")
        exchange.sink.sendEnd(HeaderMap())
        test.turn()
        #expect(test.body(1) == "answer")
        #expect(exchange.wasFinished)
        #expect(test.violations == [])
    }

    @Test func whatComesForARefusedTunnelIsDropped() throws {
        let test = try ServerTest(
            { $0.initialWindow = ConfigSize(1024) }, host: { $0.behaviour = { _ in } })
        test.send([
            .headers(1, Self.webSocket, end: false), .data(1, String(repeating: "x", count: 1000)),
        ])
        test.exchanges[0].respond(403, "no")
        test.turn()
        #expect(test.exchanges[0].body == "")
        #expect(test.body(1) == "no")
        #expect(test.exchanges[0].wasFinished)
    }

    @Test func plainConnectBecomesATunnel() throws {
        let test = try ServerTest(host: { host in
            host.behaviour = { $0.respondHead(200, length: nil, upgraded: true) }
        })
        test.send([.headers(1, Self.connect, end: false), .data(1, "hello")])
        let exchange = test.exchanges[0]
        #expect(exchange.method == "CONNECT")
        #expect(exchange.authority == "db.example:5432")
        #expect(exchange.path == nil)
        #expect(exchange.upgrade == nil)
        #expect(exchange.body == "hello")
        #expect(test.fields(1)[":status"] == "200")
        #expect(test.fields(1)["content-length"] == nil)
        #expect(!test.isEnded(1))
    }

    @Test func otherProtocolsHaveNoKey() throws {
        let test = try ServerTest()
        let head = Self.webSocket.map { $0.0 == ":protocol" ? ($0.0, "connect-udp") : $0 }
        test.send([.headers(1, head, end: false)])
        #expect(test.exchanges[0].upgrade == "connect-udp")
        #expect(test.exchanges[0].field("sec-websocket-key") == nil)
    }
}
