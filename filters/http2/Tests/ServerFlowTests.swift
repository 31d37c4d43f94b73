import Testing
import WeirBase
import WeirFilter

@testable import Http2Filter

/// Bodies, trailers and resets on the server's side.
@Suite struct ServerFlowTests {
    private static let post = RawFrame.headers(1, ServerTest.post, end: false)

    @Test func aResponseWaitsForTheClientsWindow() throws {
        let body = String(repeating: "b", count: 200_000)
        var offset = 0
        let push: (FakeExchange) -> Void = { exchange in
            offset += exchange.sink.sendBody(body.utf8.span.extracting(offset...))
            if offset == 200_000 { exchange.sink.sendEnd(HeaderMap()) }
        }
        let test = try ServerTest(host: { host in
            host.behaviour = { exchange in
                exchange.respondHead(length: 200_000)
                exchange.whenWritable = push
                push(exchange)
            }
        })
        test.send([.headers(1, ServerTest.get)])
        #expect(test.body(1).utf8.count == 65535)
        // Half of the buffer had to be free before more was asked for.
        #expect(offset <= 65535 + 64 * 1024)
        test.send([.windowUpdate(1, 1_000_000)])
        #expect(test.body(1).utf8.count == 65535)
        test.send([.windowUpdate(0, 1_000_000)])
        #expect(test.body(1) == body)
        #expect(test.isEnded(1))
        #expect(test.exchanges[0].wasFinished)
        #expect(test.violations == [])
    }

    @Test func aFullOutputStopsProducing() throws {
        let test = try ServerTest(host: {
            $0.outputBound = 1024
            $0.behaviour = { $0.respond(200, String(repeating: "c", count: 60000)) }
        })
        test.isReading = false
        test.send([.headers(1, ServerTest.get), .headers(3, ServerTest.get)])
        #expect(test.host.output.count < 1024 + 16 * 1024 + 100)
        test.readAgain()
        #expect(test.body(1).count + test.body(3).count == 65535)
    }

    @Test(arguments: [nil, 1])
    func requestBodiesWaitForTheirReceiver(_ pieceSize: Int?) throws {
        let test = try ServerTest(
            { $0.initialWindow = ConfigSize(4096) },
            host: { $0.behaviour = { $0.appetite = 3 } }, pieceSize: pieceSize)
        test.send([Self.post, .data(1, "abcdef"), .data(1, "ghi", end: true)])
        let exchange = test.exchanges[0]
        #expect(exchange.body == "abc")
        #expect(!exchange.log.contains("ended"))
        exchange.appetite = 4
        exchange.sink.resumeRequest()
        test.turn()
        #expect(exchange.body == "abcdefg")
        exchange.appetite = .max
        exchange.sink.resumeRequest()
        test.turn()
        #expect(exchange.body == "abcdefghi")
        #expect(exchange.log.last == "ended")
        exchange.respond()
        test.turn()
        #expect(exchange.wasFinished)
        #expect(test.violations == [])
    }

    @Test func windowsOpenOnlyAsTheReceiverTakes() throws {
        let test = try ServerTest(
            { $0.initialWindow = ConfigSize(4096) }, host: { $0.behaviour = { $0.appetite = 0 } })
        test.send([Self.post, .data(1, String(repeating: "d", count: 4096))])
        #expect(test.frames(of: 8, on: 1).isEmpty)
        test.exchanges[0].appetite = .max
        test.exchanges[0].sink.resumeRequest()
        test.turn()
        #expect(test.frames(of: 8, on: 1).map { $0.number(at: 0) } == [4096])
    }

    /// What a stream leaves behind must not eat up the connection's window.
    @Test func droppedBodiesOpenTheConnectionsWindow() throws {
        let test = try ServerTest(
            {
                $0.initialWindow = ConfigSize(32 * 1024)
                $0.connectionWindow = ConfigSize(65_535)
            },
            host: { $0.behaviour = { $0.appetite = 0 } })
        let piece = RawFrame.data(1, String(repeating: "e", count: 16384)).payload
        for round in 0..<50 {
            let stream = UInt32(2 * round + 1)
            test.send([
                .headers(stream, ServerTest.post, end: false),
                RawFrame(type: 0, stream: stream, payload: piece),
                RawFrame(type: 0, stream: stream, payload: piece), .reset(stream),
            ])
        }
        #expect(!test.isClosed)
        let opened = test.frames(of: 8, on: 0).reduce(0) { $0 + Int($1.number(at: 0)) }
        #expect(opened >= 50 * 32768 - 65_535)
    }

    @Test func trailersGoBothWays() throws {
        let test = try ServerTest(host: { host in
            host.behaviour = { exchange in
                exchange.whenEnded = { exchange in
                    var trailers = HeaderMap()
                    trailers.append("grpc-status", "0")
                    trailers.append("content-length", "3")
                    exchange.respondHead(length: nil)
                    _ = exchange.send("x")
                    exchange.sink.sendEnd(trailers)
                }
            }
        })
        test.send([
            Self.post, .data(1, "abc"), .headers(1, [("x-sum", "6"), ("authorization", "no")]),
        ])
        #expect(test.exchanges[0].trailers == ["x-sum": "6"])
        #expect(test.fields(1)["content-length"] == nil)
        #expect(test.body(1) == "x")
        #expect(test.fields(1, 1) == ["grpc-status": "0"])
        #expect(test.frames.last { $0.type == 1 }?.flags == 5)
        #expect(test.exchanges[0].wasFinished)
    }

    @Test func trailersWithoutABody() throws {
        let test = try ServerTest(host: { host in
            host.behaviour = {
                var trailers = HeaderMap()
                trailers.append("grpc-status", "12")
                $0.respondHead(length: nil)
                $0.sink.sendEnd(trailers)
            }
        })
        test.send([.headers(1, ServerTest.get)])
        #expect(test.fields(1, 1) == ["grpc-status": "12"])
        #expect(test.frames(of: 0).isEmpty)
        #expect(test.isEnded(1))
    }

    @Test func interimResponsesComeFirst() throws {
        let test = try ServerTest(host: { host in
            host.behaviour = {
                $0.response.clear()
                $0.response.status = 103
                $0.response.headers.append("link", "</a>")
                $0.response.headers.append("connection", "close")
                $0.sink.sendInformational($0.response)
                $0.respond(200, "ok")
            }
        })
        test.send([.headers(1, ServerTest.get)])
        #expect(test.fields(1, 0) == [":status": "103", "link": "</a>"])
        #expect(test.fields(1, 1)[":status"] == "200")
        #expect(test.body(1) == "ok")
    }

    struct BodilessCase: Sendable {
        var method = "GET"
        var status: Int
        var length: Int64?
        var field: String?
        var told: String?
    }

    @Test(arguments: [
        BodilessCase(method: "HEAD", status: 200, length: 9, told: "9"),
        BodilessCase(method: "HEAD", status: 200, length: 0, field: "7", told: "7"),
        BodilessCase(method: "HEAD", status: 200, length: nil, told: nil),
        BodilessCase(method: "HEAD", status: 200, length: 0, told: nil),
        BodilessCase(status: 204, length: 0, field: "7", told: nil),
        BodilessCase(status: 304, length: 0, field: "7", told: "7"),
        BodilessCase(status: 200, length: 0, told: "0"),
        BodilessCase(status: 200, length: 0, field: "7", told: "0"),
    ])
    func responsesWithoutABodyEndWithTheirHead(_ given: BodilessCase) throws {
        let test = try ServerTest(host: { host in
            host.behaviour = {
                $0.respondHead(
                    given.status, length: given.length,
                    headers: given.field.map { [("content-length", $0)] } ?? [])
                _ = $0.send("dropped")
                $0.sink.sendEnd(HeaderMap())
            }
        })
        test.send([.headers(1, [(":method", given.method)] + ServerTest.get.dropFirst())])
        #expect(test.frames.last { $0.type == 1 }?.flags == 5)
        #expect(test.frames(of: 0).isEmpty)
        #expect(test.fields(1)["content-length"] == given.told)
        #expect(test.exchanges[0].wasFinished)
    }

    @Test func connectionSpecificFieldsStayBehind() throws {
        let test = try ServerTest(host: { host in
            host.behaviour = {
                $0.respond(
                    200, "x",
                    headers: [
                        ("Connection", "close"), ("Keep-Alive", "1"), ("Transfer-Encoding", "x"),
                        ("Upgrade", "h2c"), ("Proxy-Connection", "x"), ("X-Mixed-Case", "Kept"),
                        ("Date", "today"),
                    ])
            }
        })
        test.send([.headers(1, ServerTest.get)])
        #expect(
            test.fields(1) == [
                ":status": "200", "x-mixed-case": "Kept", "date": "today", "content-length": "1",
            ])
    }

    @Test func anEarlyResponseTellsTheClientToStop() throws {
        let test = try ServerTest(host: { $0.behaviour = { $0.respond(413, "too much") } })
        test.send([Self.post])
        #expect(test.body(1) == "too much")
        let types = test.frames.filter { $0.stream == 1 }.map(\.type)
        #expect(types == [1, 0, 3])
        #expect(test.resetCode(1) == ErrorCode.none)
        #expect(test.exchanges[0].wasFinished)
        #expect(test.codec.streamCount == 0)
    }

    @Test func bothDirectionsFlowAtOnce() throws {
        let test = try ServerTest(host: { $0.behaviour = { $0.respondHead(length: nil) } })
        test.send([Self.post, .data(1, "1")])
        let exchange = test.exchanges[0]
        _ = exchange.send("a")
        test.turn()
        test.send([.data(1, "2", end: true)])
        _ = exchange.send("b")
        exchange.sink.sendEnd(HeaderMap())
        test.turn()
        #expect(test.body(1) == "ab")
        #expect(exchange.body == "12")
        #expect(exchange.wasFinished)
        #expect(test.frames(of: 3).isEmpty)
    }

    @Test func aClientThatGivesUpEndsTheExchange() throws {
        let test = try ServerTest()
        test.send([.headers(1, ServerTest.get), .headers(3, ServerTest.get), .reset(1)])
        #expect(test.exchanges.map(\.abortCause) == ["client_reset", nil])
        #expect(test.violations == [])
    }

    @Test func anExchangeThatFailsResetsItsStream() throws {
        let test = try ServerTest(host: { $0.behaviour = { $0.respondHead(length: 100) } })
        test.send([.headers(1, ServerTest.get)])
        _ = test.exchanges[0].send("part")
        test.exchanges[0].sink.cutOff(.close)
        test.turn()
        #expect(test.resetCode(1) == ErrorCode.internal)
        #expect(test.exchanges[0].abortCause == "response_cut_off")
        #expect(!test.isClosed)
    }

    @Test func aLostConnectionEndsItsExchanges() throws {
        let test = try ServerTest(host: { $0.behaviour = { $0.respondHead(length: 100) } })
        test.send([.headers(1, ServerTest.get), .headers(3, ServerTest.post, end: false)])
        test.codec.inputEnded()
        test.turn()
        #expect(test.exchanges.map(\.abortCause) == ["client_closed", "client_closed"])
        #expect(test.host.cause == nil)
        #expect(test.violations == [])
    }

    @Test func streamsAreReusedWithoutTraces() throws {
        let test = try ServerTest(host: { host in
            host.behaviour = { exchange in
                exchange.whenEnded = {
                    $0.respond(200, $0.body, headers: [("x-t", "\($0.trailers)")])
                }
            }
        })
        for round in 0..<100 {
            let stream = UInt32(2 * round + 1)
            let trailers = round % 3 == 0 ? [("x-n", "\(round)")] : []
            test.send([.headers(stream, ServerTest.post, end: false), .data(stream, "\(round)")])
            test.send(
                trailers.isEmpty
                    ? [.data(stream, "", end: true)] : [.headers(stream, trailers)])
            #expect(test.body(stream) == "\(round)")
            #expect(test.exchanges[round].trailers == Dictionary(trailers) { $1 })
        }
        #expect(test.allFinished)
        #expect(test.violations == [])
    }
}
