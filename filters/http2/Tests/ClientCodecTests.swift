import Testing
import WeirBase
import WeirFilter

@testable import Http2Filter

@Suite struct ClientCodecTests {
    private static let ok = [(":status", "200"), ("content-length", "5"), ("x-a", "b")]

    @Test(arguments: [nil, 1, 7])
    func asksAndGetsAnAnswer(_ pieceSize: Int?) throws {
        let test = try ClientTest(pieceSize: pieceSize)
        let caller = test.ask(
            requestHead(
                path: "/x", query: "q=1",
                [("Accept", "*/*"), ("connection", "x-hop"), ("te", "trailers, gzip")]))
        #expect(
            test.fields(1).map { "\($0.name): \($0.value)" } == [
                ":method: GET", ":scheme: http", ":authority: a.example", ":path: /x?q=1",
                "accept: */*", "te: trailers",
            ])
        #expect(test.isEnded(1))
        test.send([.headers(1, Self.ok, end: false), .data(1, "hello", end: true)])
        #expect(caller.log.filter { $0 != "body" } == ["head", "end"])
        #expect(caller.status == 200)
        #expect(caller.framing == .length(5))
        #expect(caller.field("x-a") == "b")
        #expect(caller.body == "hello")
        #expect(caller.upstreamResponse.version == .http2)
        #expect(caller.violations == [])
        #expect(test.codec.streamCount == 0)
        #expect(test.host.endedStreams == 1)
        #expect(test.codec.capacity == 100)
    }

    @Test func sendsABodyWithinTheWindow() throws {
        let test = try ClientTest({ $0.streamBuffer = ConfigSize(4096) }, settings: [(4, 1000)])
        let caller = test.ask(requestHead(.post), framing: .chunked)
        let text = String(repeating: "x", count: 6000)
        var sent = 0
        caller.calling { sent = caller.stream!.sendBody(text.utf8.span) }
        #expect(sent == 4096)
        test.turn()
        #expect(test.body(1).count == 1000)
        #expect(caller.log == [])
        test.send([.windowUpdate(1, 2000)])
        #expect(test.body(1).count == 3000)
        #expect(caller.log == ["writable"])
        caller.calling {
            sent += caller.stream!.sendBody(text.utf8.span.extracting(sent...))
            caller.stream!.sendEnd(HeaderMap())
        }
        test.send([.windowUpdate(1, 100_000)])
        #expect(sent == 6000)
        #expect(test.body(1).count == 6000)
        #expect(test.isEnded(1))
        #expect(caller.violations == [])
    }

    @Test func sendsTrailers() throws {
        let test = try ClientTest()
        let caller = test.ask(requestHead(.post), framing: .chunked)
        var trailers = HeaderMap()
        trailers.append("x-checksum", "7")
        trailers.append("content-length", "9")
        caller.calling {
            _ = caller.stream!.sendBody("abc".utf8.span)
            caller.stream!.sendEnd(trailers)
        }
        test.turn()
        #expect(test.body(1) == "abc")
        #expect(test.fields(1, 1).map { "\($0.name): \($0.value)" } == ["x-checksum: 7"])
        #expect(test.isEnded(1))
    }

    @Test func holdsBackWhatTheReceiverDoesNotTake() throws {
        let test = try ClientTest({ $0.initialWindow = ConfigSize(2048) })
        let caller = test.ask()
        caller.appetite = 10
        let text = String(repeating: "y", count: 1000)
        test.send([
            .headers(1, [(":status", "200")], end: false), .data(1, text),
            .data(1, text, end: true),
        ])
        #expect(caller.body.count == 10)
        #expect(!caller.isComplete)
        #expect(test.frames(of: 8, on: 1).isEmpty)
        caller.appetite = 500
        caller.calling { caller.stream!.resumeResponse() }
        test.turn()
        #expect(caller.body.count == 510)
        caller.appetite = .max
        caller.calling { caller.stream!.resumeResponse() }
        test.turn()
        #expect(caller.body.count == 2000)
        #expect(caller.isComplete)
        #expect(test.codec.streamCount == 0)
    }

    @Test func passesInterimResponsesAndTrailersOn() throws {
        let test = try ClientTest()
        let caller = test.ask()
        test.send([
            .headers(1, [(":status", "103"), ("link", "</a>")], end: false),
            .headers(1, [(":status", "200")], end: false), .data(1, "x"),
            .headers(1, [("grpc-status", "0"), ("content-type", "no")]),
        ])
        #expect(caller.informational == [103])
        #expect(caller.framing == .chunked)
        #expect(caller.trailers == ["grpc-status": "0"])
        #expect(caller.isComplete)
        #expect(caller.field("link") == nil)
    }

    @Test func bodilessResponsesAreSaidToBe() throws {
        let test = try ClientTest()
        let head = test.ask(requestHead(.head))
        test.send([.headers(1, [(":status", "200"), ("content-length", "9")])])
        #expect(head.framing == BodyFraming.none)
        #expect(head.isComplete)
        let noContent = test.ask()
        test.send([.headers(3, [(":status", "204")])])
        #expect(noContent.framing == BodyFraming.none)
        #expect(noContent.isComplete)
    }

    @Test func anEarlyResponseEndsTheRequest() throws {
        let test = try ClientTest()
        let caller = test.ask(requestHead(.post), framing: .chunked)
        test.send([.headers(1, [(":status", "413"), ("content-length", "0")])])
        #expect(caller.isComplete)
        #expect(test.resetCode(1) == 8)
        #expect(test.codec.streamCount == 0)
        #expect(test.host.endedStreams == 1)
    }

    @Test func bothDirectionsFlowAtOnce() throws {
        let test = try ClientTest()
        let caller = test.ask(requestHead(.post), framing: .chunked)
        test.send([.headers(1, [(":status", "200")], end: false), .data(1, "a")])
        caller.calling { _ = caller.stream!.sendBody("1".utf8.span) }
        test.turn()
        test.send([.data(1, "b")])
        caller.calling {
            _ = caller.stream!.sendBody("2".utf8.span)
            caller.stream!.sendEnd(HeaderMap())
        }
        test.turn()
        test.send([.data(1, "c", end: true)])
        #expect(caller.body == "abc")
        #expect(test.body(1) == "12")
        #expect(caller.isComplete)
        #expect(test.frames(of: 3).isEmpty)
    }

    @Test func resetsSayWhetherToTryAgain() throws {
        let test = try ClientTest()
        let refused = test.ask()
        let broken = test.ask()
        test.send([.reset(1, 7), .reset(3, 2)])
        #expect(refused.failure?.cause.description == "upstream_reset")
        #expect(refused.failure?.retry == .always)
        #expect(broken.failure?.cause.description == "upstream_reset")
        #expect(broken.failure?.retry == .never)
        #expect(test.host.endedStreams == 2)
    }

    @Test func goAwayLetsTakenStreamsEndAndRefusesOthers() throws {
        let test = try ClientTest()
        let taken = test.ask()
        let late = test.ask()
        test.send([.goAway(last: 1)])
        #expect(test.codec.capacity == 0)
        #expect(test.codec.isDraining)
        #expect(test.host.capacityChanges > 0)
        #expect(late.failure?.retry == .always)
        #expect(!test.isClosed)
        test.send([.headers(1, [(":status", "200")])])
        #expect(taken.isComplete)
        #expect(test.isClosed)
        #expect(test.host.cause == nil)
    }

    @Test func cancelResetsAndTellsNothing() throws {
        let test = try ClientTest()
        let caller = test.ask()
        caller.calling { caller.stream!.cancel() }
        test.turn()
        #expect(test.resetCode(1) == 8)
        test.send([.headers(1, [(":status", "200")])])
        #expect(caller.log == [])
        #expect(test.codec.streamCount == 0)
        #expect(test.host.endedStreams == 1)
    }

    @Test func cancelBeforeTheHeadIsSentToo() throws {
        let test = try ClientTest()
        let caller = FakeCaller()
        caller.calling {
            let stream = test.codec.open(caller)
            stream.cancel()
        }
        test.turn()
        #expect(test.frames(of: 1).isEmpty)
        #expect(test.codec.streamCount == 0)
        #expect(test.host.endedStreams == 1)
    }

    @Test func aLostConnectionFailsItsStreams() throws {
        let test = try ClientTest()
        let silent = test.ask()
        let begun = test.ask()
        test.send([.headers(3, [(":status", "200")], end: false)])
        test.close(nil)
        #expect(silent.failure == .stale)
        #expect(begun.failure == .truncated)
        #expect(test.host.endedStreams == 2)
    }

    @Test func respectsThePeersLimitOnStreams() throws {
        let test = try ClientTest(settings: [(3, 2)])
        #expect(test.codec.capacity == 2)
        _ = test.ask()
        #expect(test.codec.capacity == 1)
        test.send([.settings([(3, 1)])])
        #expect(test.codec.capacity == 0)
        #expect(!test.codec.isDraining)
    }

    @Test(arguments: [
        [(":status", "200"), ("Upper", "x")], [("x-a", "b")], [(":status", "20")],
        [(":status", "200"), ("connection", "close")], [(":status", "200"), ("x", "a\nb")],
        [(":status", "200"), (":path", "/")], [(":status", "101")],
        [(":status", "200"), ("content-length", "5")],
    ])
    func malformedResponsesFail(_ fields: [(String, String)]) throws {
        let test = try ClientTest()
        let caller = test.ask()
        test.send([.headers(1, fields)])
        #expect(caller.failure?.status == 502)
        #expect(caller.failure?.cause.description == "upstream_http2_stream_error")
        #expect(test.resetCode(1) == 1)
        #expect(!test.isClosed)
    }

    @Test func largeHeadsFail() throws {
        let test = try ClientTest(host: { $0.limits.headBytes = 1000 })
        let caller = test.ask()
        let value = String(repeating: "v", count: 900)
        test.send([.headers(1, [(":status", "200"), ("a", value), ("b", value)])])
        #expect(caller.failure?.cause.description == "upstream_headers_too_large")
        let many = test.ask()
        test.send([.headers(3, [(":status", "200")] + (0...100).map { ("h\($0)", "") })])
        #expect(many.failure?.cause.description == "upstream_too_many_headers")
        #expect(!test.isClosed)
    }

    @Test func tunnelsAreRefused() throws {
        let test = try ClientTest()
        let caller = FakeCaller()
        caller.calling { test.codec.open(caller).startTunnel() }
        test.turn()
        #expect(caller.failure?.cause.description == "upstream_no_tunnel")
        #expect(test.host.endedStreams == 1)
    }
}
