import Testing
import WeirBase
import WeirFilter

@testable import Http2Filter

/// Both codecs together: messages arrive as they were sent.
@Suite struct JoinedTests {
    private static func pattern(_ count: Int) -> String {
        String((0..<count).map { Character(UnicodeScalar(UInt8(97 + $0 % 26))) })
    }

    /// Sends a long text through a stream that takes only so much at a time.
    final class Pump {
        let text: String
        var offset = 0
        /// Whether the end may follow the text.
        var mayEnd: Bool
        private var hasEnded = false

        init(_ text: String, mayEnd: Bool = true) {
            self.text = text
            self.mayEnd = mayEnd
        }

        func push(_ sink: any MessageSink) {
            guard !hasEnded else { return }
            offset += sink.sendBody(text.utf8.span.extracting(offset...))
            guard mayEnd && offset == text.utf8.count else { return }
            hasEnded = true
            sink.sendEnd(HeaderMap())
        }
    }

    @Test(arguments: [0, 1, 65_535, 65_536, 300_000], [nil, 1000])
    func largeBodiesGoBothWaysAtOnce(_ count: Int, _ pieceSize: Int?) throws {
        let text = Self.pattern(count)
        // A response that ends first would end the request too.
        let down = Pump(text, mayEnd: false)
        let test = try JoinedTest(pieceSize: pieceSize) { exchange in
            exchange.respondHead(length: nil)
            exchange.whenWritable = { down.push($0.sink) }
            exchange.whenEnded = {
                down.mayEnd = true
                down.push($0.sink)
            }
            down.push(exchange.sink)
        }
        let up = Pump(text)
        let caller = test.ask(requestHead(.post), framing: .chunked)
        caller.whenWritable = { up.push($0.stream!) }
        caller.calling { up.push(caller.stream!) }
        test.turn()
        let isSame = caller.body == text && test.exchange.body == text
        #expect(isSame)
        #expect(caller.isComplete)
        #expect(caller.violations == [])
        #expect(test.exchange.wasFinished)
        #expect(test.exchange.violations == [])
        #expect(test.client.streamCount == 0)
        #expect(test.server.streamCount == 0)
    }

    @Test func aSlowReceiverHoldsTheSenderBack() throws {
        let text = Self.pattern(1_000_000)
        let down = Pump(text)
        let test = try JoinedTest { exchange in
            exchange.respondHead(length: 1_000_000)
            exchange.whenWritable = { down.push($0.sink) }
            down.push(exchange.sink)
        }
        let caller = test.ask(requestHead(), appetite: 0)
        // What may be under way: the stream's buffer on one side, its window on the other.
        #expect(down.offset <= 64 * 1024 + 65_536 + 64 * 1024)
        let held = down.offset
        caller.appetite = 100_000
        caller.stream!.resumeResponse()
        test.turn()
        #expect(down.offset > held)
        while !caller.isComplete {
            caller.appetite = 50_000
            caller.stream!.resumeResponse()
            test.turn()
        }
        let isSame = caller.body == text
        #expect(isSame)
    }

    @Test(arguments: [nil, 1])
    func webSocketsPassThroughExtendedConnect(_ pieceSize: Int?) throws {
        let key = "dGhlIHNhbXBsZSBub25jZQ=="
        let test = try JoinedTest(pieceSize: pieceSize) { exchange in
            exchange.respondHead(
                101, length: nil,
                headers: [
                    ("upgrade", "websocket"), ("connection", "upgrade"),
                    ("sec-websocket-accept", "for another key"),
                    ("sec-websocket-protocol", "chat"),
                ], upgraded: true)
        }
        let caller = test.ask(
            requestHead(
                path: "/chat",
                [
                    ("connection", "Upgrade"), ("upgrade", "websocket"),
                    ("sec-websocket-key", key), ("sec-websocket-version", "13"),
                ]), upgrade: true)
        let exchange = test.exchange
        #expect(exchange.method == "GET")
        #expect(exchange.upgrade == "websocket")
        #expect(exchange.path == "/chat")
        #expect(!exchange.isLast)
        #expect(exchange.field("sec-websocket-version") == "13")
        // A key of the server's own; the client's stays where it can be answered.
        #expect(exchange.field("sec-websocket-key")?.count == 24)
        #expect(exchange.field("sec-websocket-key") != key)
        #expect(exchange.isTunnel)
        #expect(caller.status == 101)
        #expect(caller.isUpgraded)
        #expect(caller.framing == .untilClose)
        #expect(caller.field("upgrade") == "websocket")
        #expect(caller.field("connection") == "upgrade")
        // The example of RFC 6455, section 1.3.
        #expect(caller.field("sec-websocket-accept") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
        #expect(caller.field("sec-websocket-protocol") == "chat")

        caller.calling { _ = caller.stream!.sendBody("ping".utf8.span) }
        test.turn()
        _ = exchange.send("pong")
        test.turn()
        #expect(exchange.body == "ping")
        #expect(caller.body == "pong")
        exchange.sink.sendEnd(HeaderMap())
        test.turn()
        #expect(caller.isComplete)
        #expect(test.client.streamCount == 0)
        #expect(test.server.streamCount == 0)
        #expect(exchange.wasFinished)
        #expect(caller.violations == [] && exchange.violations == [])
    }

    @Test func aRefusedWebSocketIsAnOrdinaryResponse() throws {
        let test = try JoinedTest { $0.respond(403, "no") }
        let caller = test.ask(
            requestHead(.get, [("connection", "Upgrade"), ("upgrade", "websocket")]), upgrade: true)
        #expect(caller.status == 403)
        #expect(!caller.isUpgraded)
        #expect(caller.body == "no")
        #expect(caller.isComplete)
        #expect(test.exchange.wasFinished)
    }

    @Test func anUpstreamWithoutExtendedConnectGetsNoWebSocket() throws {
        let test = try JoinedTest({ $0.extendedConnect = false }) { _ in }
        let caller = test.ask(
            requestHead(.get, [("connection", "Upgrade"), ("upgrade", "websocket")]), upgrade: true)
        #expect(caller.failure?.cause.description == "upstream_no_extended_connect")
        #expect(test.serverHost.exchanges.isEmpty)
        #expect(test.client.streamCount == 0)
    }

    @Test func resetsPassFromSideToSide() throws {
        let test = try JoinedTest { $0.respondHead(length: 10) }
        let cancelled = test.ask(requestHead(.post), framing: .chunked)
        cancelled.calling { cancelled.stream!.cancel() }
        test.turn()
        #expect(test.serverHost.exchanges[0].abortCause == "client_reset")
        let broken = test.ask(requestHead())
        test.serverHost.exchanges[1].sink.cutOff(.close)
        test.turn()
        #expect(broken.failure?.cause.description == "upstream_reset")
        #expect(test.client.streamCount == 0)
        #expect(test.server.streamCount == 0)
    }

    @Test func aDrainingServerLetsTheClientFinish() throws {
        let test = try JoinedTest { $0.respondHead(length: 4) }
        let caller = test.ask(requestHead())
        test.server.drain()
        test.turn()
        #expect(test.client.isDraining)
        #expect(test.clientHost.capacityChanges > 0)
        _ = test.exchange.send("done")
        test.exchange.sink.sendEnd(HeaderMap())
        test.turn()
        #expect(caller.isComplete)
        #expect(test.serverHost.hasEnded && test.serverHost.cause == nil)
        #expect(test.clientHost.hasEnded && test.clientHost.cause == nil)
    }

    @Test func manyStreamsShareAConnection() throws {
        let test = try JoinedTest { $0.whenEnded = { $0.respond(200, "<\($0.path ?? "")>") } }
        for _ in 0..<20 {
            let callers = (0..<100).map { index in
                test.ask(requestHead(path: ByteString("/\(index)")))
            }
            test.turn()
            for (index, caller) in callers.enumerated() { #expect(caller.body == "</\(index)>") }
        }
        #expect(test.clientHost.endedStreams == 2000)
        #expect(test.serverHost.exchanges.map(\.wasFinished) == .init(repeating: true, count: 2000))
    }
}
