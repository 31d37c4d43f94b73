import Testing
import WeirBase
import WeirFilter

@testable import Http2Filter

/// Drains, pings, ages and time limits.
@Suite struct CareTests {
    @Test func aDrainGoesInTwoSteps() throws {
        let test = try ServerTest(host: { $0.behaviour = { $0.respondHead(length: nil) } })
        test.send([.headers(1, ServerTest.get)])
        test.codec.drain()
        test.turn()
        #expect(test.frames(of: 7).map { $0.number(at: 0) } == [0x7FFF_FFFF])
        // What was on its way is still taken.
        test.send([.headers(3, ServerTest.get)])
        #expect(test.exchanges.count == 2)
        let ping = try #require(test.frames(of: 6).last)
        test.send([.ping(ack: true, ping.payload)])
        #expect(test.frames(of: 7).map { $0.number(at: 0) } == [0x7FFF_FFFF, 3])
        #expect(test.frames(of: 7).allSatisfy { $0.number(at: 4) == 0 })
        test.send([.headers(5, ServerTest.get)])
        #expect(test.exchanges.count == 2)
        for exchange in test.exchanges { exchange.sink.sendEnd(HeaderMap()) }
        test.turn()
        #expect(test.isClosed)
        #expect(test.host.cause == nil)
        #expect(test.allFinished)
    }

    @Test func aDrainDoesNotWaitForAnAnswerForLong() throws {
        let test = try ServerTest()
        test.codec.drain()
        test.turn()
        #expect(!test.isClosed)
        test.advance(.seconds(1))
        #expect(test.isClosed)
        #expect(test.host.cause == nil)
    }

    @Test func anIdleConnectionIsDrained() throws {
        let test = try ServerTest(host: { $0.behaviour = { $0.respond() } })
        test.send([.headers(1, ServerTest.get)])
        test.advance(.seconds(59))
        #expect(test.goAwayCode == nil)
        test.advance(.seconds(3))
        #expect(test.goAwayCode == 0)
        #expect(test.isClosed)
        #expect(test.host.cause == nil)
    }

    /// After a second without a stream memory is given back; the connection must not notice.
    @Test func anIdleConnectionGoesOnWithoutItsSpareMemory() throws {
        let test = try ServerTest(host: { host in
            host.behaviour = { exchange in
                exchange.whenEnded = { $0.respond(200, $0.body, headers: [("x-a", "1")]) }
            }
        })
        for round in 0..<20 {
            let stream = UInt32(2 * round + 1)
            test.send([
                .headers(stream, ServerTest.post, end: false),
                .data(stream, String(repeating: "x", count: 100 * round)),
                .headers(stream, [("x-b", "2")]),
            ])
            #expect(test.body(stream).count == 100 * round)
            #expect(test.fields(stream)["x-a"] == "1")
            test.advance(.seconds(2))
        }
        #expect(!test.isClosed)
        #expect(test.violations == [])
    }

    @Test func aConnectionWithAStreamIsNotIdle() throws {
        let test = try ServerTest()
        test.send([.headers(1, ServerTest.get)])
        test.advance(.seconds(600))
        #expect(!test.isClosed)
        test.exchanges[0].respond()
        test.turn()
        test.advance(.seconds(62))
        #expect(test.isClosed)
    }

    @Test func pingsDoNotKeepAnIdleConnection() throws {
        let test = try ServerTest()
        for _ in 0..<70 {
            test.advance(.seconds(1))
            if !test.isClosed { test.send([.ping()]) }
        }
        #expect(test.isClosed)
    }

    @Test(arguments: ["", "PRI * HTTP", ServerTest.preface])
    func aSlowPrefaceEndsTheConnection(_ sent: String) throws {
        let test = try ServerTest(handshake: false)
        test.send(Array(sent.utf8))
        test.advance(.seconds(9))
        #expect(!test.isClosed)
        test.advance(.seconds(2))
        #expect(test.host.cause == "http2_slow_preface")
        #expect(test.goAwayCode == 1)
    }

    @Test func slowHeadersEndTheConnection() throws {
        let test = try ServerTest()
        let bytes = RawFrame.headers(1, ServerTest.get).bytes
        for byte in bytes.dropLast() {
            test.send([byte])
            test.advance(.milliseconds(400))
            if test.isClosed { break }
        }
        #expect(test.host.cause == "http2_slow_headers")
        #expect(test.goAwayCode == ErrorCode.enhanceYourCalm)
        #expect(!test.exchanges.map(\.wasStarted).contains(true))
    }

    @Test func slowContinuationsEndTheConnection() throws {
        let test = try ServerTest()
        test.send([.headers(1, ServerTest.get, flags: 0)])
        test.advance(.seconds(5))
        test.send([.continuation(1, [("a", "b")], last: false)])
        test.advance(.seconds(6))
        #expect(test.host.cause == "http2_slow_headers")
        #expect(test.exchanges.map(\.abortCause) == ["http2_slow_headers"])
    }

    @Test func slowBodiesAreNoSlowHeaders() throws {
        let test = try ServerTest()
        test.send([.headers(1, ServerTest.post, end: false)])
        test.send(Array(RawFrame.data(1, "abcdef").bytes.dropLast(2)))
        test.advance(.seconds(100))
        #expect(!test.isClosed)
    }

    @Test func keepAliveAsksAndGivesUp() throws {
        let test = try ServerTest({ configuration in
            var keepAlive = Http2.KeepAlive()
            keepAlive.interval = .after(ConfigDuration(.seconds(20)))
            configuration.keepAlive = keepAlive
        })
        test.send([.headers(1, ServerTest.get)])
        test.advance(.seconds(19))
        #expect(test.frames(of: 6).isEmpty)
        test.advance(.seconds(2))
        #expect(test.frames(of: 6).count == 1)
        test.send([.ping(ack: true, test.frames(of: 6)[0].payload)])
        test.advance(.seconds(21))
        #expect(test.frames(of: 6).count == 2)
        test.advance(.seconds(12))
        #expect(test.host.cause == "http2_ping_timeout")
        #expect(test.goAwayCode == 0)
        #expect(test.exchanges.map(\.abortCause) == ["http2_ping_timeout"])
    }

    @Test func anOldConnectionIsDrained() throws {
        var ages: Set<Int> = []
        for seed in 0..<8 {
            let test = try ServerTest(
                { $0.maxAge = .after(ConfigDuration(.seconds(100))) },
                host: { host in for _ in 0..<seed * 5 { _ = host.random.next() } })
            test.send([.headers(1, ServerTest.get)])
            var age = 0
            while test.goAwayCode == nil && age < 200 {
                test.advance(.seconds(1))
                age += 1
            }
            #expect((90...111).contains(age))
            #expect(!test.isClosed)
            ages.insert(age)
        }
        #expect(ages.count > 1)
    }

    @Test func aConnectionCarriesOnlySoManyStreams() throws {
        let test = try ServerTest(host: {
            $0.limits.streamsPerConnection = 3
            $0.behaviour = { $0.respond() }
        })
        test.send([.headers(1, ServerTest.get), .headers(3, ServerTest.get)])
        #expect(test.goAwayCode == nil)
        test.send([.headers(5, ServerTest.get)])
        #expect(test.goAwayCode == 0)
        #expect(test.allFinished)
    }

    @Test func anIdleClientConnectionEnds() throws {
        let test = try ClientTest()
        test.advance(.seconds(61))
        #expect(test.goAwayCode == 0)
        #expect(test.isClosed)
        #expect(test.host.cause == nil)
    }

    @Test func aDrainingClientCompletesItsStreams() throws {
        let test = try ClientTest()
        let caller = test.ask()
        test.codec.drain()
        test.turn()
        #expect(test.codec.capacity == 0)
        #expect(!test.isClosed)
        test.send([.headers(1, [(":status", "200")])])
        #expect(caller.isComplete)
        #expect(test.isClosed)
    }

    @Test func aSilentServerIsASlowPreface() throws {
        let test = try ClientTest(settings: nil)
        let caller = test.ask()
        test.advance(.seconds(11))
        #expect(test.host.cause == "http2_slow_preface")
        #expect(caller.failure?.cause.description == "http2_slow_preface")
    }
}
