import Synchronization
import Testing
import WeirBase
import WeirConnection
import WeirFilter
import WeirRuntime
import WeirUpstream

/// How connections to endpoints are made: sockets, connection filters, agreements.
@Suite struct ConnectingTests {
    private static let answer = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi"

    @Test func plainHTTP1() throws {
        let test = try TestCluster()
        let first = test.acquire("first")
        test.run { test.endpoint.peers.first?.received.hasSuffix("\r\n\r\n") ?? false }
        let peer = try #require(test.endpoint.peers.first)
        #expect(peer.received.hasPrefix("GET /first HTTP/1.1\r\n"))
        peer.send(Self.answer)
        test.run { first.isComplete }
        #expect(first.status == 200 && first.body == "hi")
        #expect(test.cluster.idle == 1 && test.cluster.active == 0)
        // The connection is kept, and used again at once.
        let second = test.acquire("second")
        #expect(second.isReady)
        peer.send(Self.answer)
        test.run { second.isComplete }
        #expect(test.endpoint.peers.count == 1 && test.cluster.counters.reused == 1)
    }

    @Test(arguments: ["h", "e"])
    func wrappedHTTP1(agreement: String) throws {
        let test = try TestCluster(filters: [TestWrap()])
        let receiver = test.acquire("secret")
        test.run { test.endpoint.peers.first?.received == "?" }
        #expect(!receiver.isReady && test.cluster.active == 1)
        let peer = test.endpoint.peers[0]
        peer.send(agreement)
        test.run { peer.received.hasSuffix("\r\n\r\n") }
        #expect(peer.received.hasPrefix("?get /SECRET http/1.1\r\n"))
        peer.send(turningCase(Self.answer))
        test.run { receiver.isComplete }
        #expect(receiver.status == 200 && receiver.body == "hi")
        #expect(test.cluster.idle == 1)
    }

    @Test func anUnusedConnectionOutlivesWhatItsTransportKeeps() throws {
        /// Swallows whatever comes, as TLS does with session tickets.
        final class Silent: Transport {
            let inner: any Transport
            init(_ inner: any Transport) { self.inner = inner }
            func read(into buffer: ByteBuffer) -> IOResult {
                let own = ByteBuffer(capacity: buffer.room)
                let result = inner.read(into: own)
                guard case .bytes = result, own.bytes[0] == UInt8(ascii: "!") else {
                    buffer.write(own.bytes)
                    return result
                }
                return .wouldBlock
            }
            func write(_ first: Span<UInt8>, _ second: Span<UInt8>) -> IOResult {
                inner.write(first, second)
            }
            func shutdownWrite() { inner.shutdownWrite() }
            func close() { inner.close() }
        }
        struct Filter: ConnectionFilterFactory {
            struct Configuration: Decodable {}
            static let name = "silent"
            static let documentation = TestWrap.documentation
            init(_ configuration: Configuration) throws {}
            init() {}
            func connect(_ connection: MadeConnection) -> ConnectionVerdict {
                .wrap(Silent(connection.transport))
            }
        }
        let test = try TestCluster(filters: [Filter()])
        let receiver = test.acquire()
        test.run { !test.endpoint.peers.isEmpty && receiver.isReady }
        test.endpoint.peers[0].send(Self.answer)
        test.run { receiver.isComplete }
        test.endpoint.peers[0].send("!")
        test.settle()
        #expect(test.cluster.idle == 1, "it carried nothing")
        test.endpoint.peers[0].send("HTTP/1.1 200 OK\r\n\r\n")
        test.run { test.cluster.idle == 0 }
        #expect(test.cluster.open == 0, "nobody had asked")
    }

    @Test func filtersKnowWhomTheyConnect() throws {
        let seen = Mutex<[String]>([])
        var outer = TestWrap(.accept)
        outer.onConnect = { made in
            seen.withLock {
                $0.append("\(made.cluster) \(made.host ?? "-") \(made.protocols) \(made.address)")
            }
        }
        let test = try TestCluster(filters: [outer], host: "api.internal")
        let receiver = test.acquire()
        test.run { receiver.isReady }
        let address = test.endpoint.address
        #expect(seen.withLock { $0 } == ["test api.internal [\"http/1.1\"] \(address)"])
    }

    @Test func filtersStandInOrder() throws {
        let test = try TestCluster(filters: [TestWrap(), TestWrap()])
        let receiver = test.acquire()
        test.run { test.endpoint.peers.first?.received == "?" }
        let peer = test.endpoint.peers[0]
        peer.send("h")
        test.run { peer.received == "??" }
        #expect(!receiver.isReady)
        // What the inner one is told passes the outer one, which turns its case around.
        peer.send("H")
        // Letters that are turned around twice are as they were.
        test.run { peer.received.hasPrefix("??GET /x HTTP/1.1\r\n") }
        peer.send(Self.answer)
        test.run { receiver.isComplete }
        #expect(receiver.body == "hi")
    }

    @Test func refusal() throws {
        let test = try TestCluster(filters: [TestWrap(), TestWrap(.refuse)])
        let receiver = test.acquire()
        test.run { receiver.failure != nil }
        #expect(receiver.failure == UpstreamFailure(status: 502, cause: "test_refused"))
        #expect(receiver.retry == .always)
        #expect(test.failures.causes == ["test_refused"])
        Self.expectNothingLeft(test)
    }

    @Test func failedHandshake() throws {
        let test = try TestCluster(filters: [TestWrap()])
        test.endpoint.greeting = "n"
        let receiver = test.acquire()
        test.run { receiver.failure != nil }
        #expect(receiver.cause == "test_failed" && receiver.failure?.status == 502)
        #expect(receiver.retry == .always)
        #expect(test.failures.details == ["a bad answer"])
        Self.expectNothingLeft(test)
    }

    @Test func peerLeavesDuringHandshake() throws {
        let test = try TestCluster(filters: [TestWrap()])
        let receiver = test.acquire()
        test.run { !test.endpoint.peers.isEmpty }
        test.endpoint.peers[0].close()
        test.run { receiver.failure != nil }
        #expect(receiver.cause == "test_gone")
        Self.expectNothingLeft(test)
    }

    @Test func handshakeTimeout() throws {
        let test = try TestCluster(filters: [TestWrap()]) {
            $0.connectTimeout = .milliseconds(20)
        }
        let receiver = test.acquire()
        test.run { receiver.failure != nil }
        #expect(receiver.cause == "upstream_handshake_timeout")
        #expect(receiver.failure?.status == 504 && receiver.retry == .always)
        Self.expectNothingLeft(test)
    }

    @Test func aFailedHandshakeIsPassedOver() throws {
        let test = try TestCluster(endpoints: 2, filters: [TestWrap()])
        test.endpoints[0].greeting = "n"
        test.endpoints[1].greeting = "h"
        let receivers = test.acquire(2)
        test.run { receivers.allSatisfy { $0.isReady || $0.failure != nil } }
        #expect(receivers.count { $0.isReady } == 1)
        // For a moment, all go to the other one.
        let later = test.acquire(4)
        test.run { later.allSatisfy(\.isReady) }
        #expect(test.endpoints.map(\.peers.count) == [1, 5])
    }

    @Test func otherProtocolThanHTTP1() throws {
        let test = try TestCluster(filters: [TestWrap()])
        test.endpoint.greeting = "o"
        let receiver = test.acquire()
        test.run { receiver.failure != nil }
        #expect(receiver.cause == "upstream_protocol_mismatch")
        #expect(test.failures.details == ["agreed on other, not on http/1.1"])
        Self.expectNothingLeft(test)
    }

    @Test(arguments: ["h", "e", "o"])
    func otherProtocolThanTheCodecs(agreement: String) throws {
        let test = try TestCluster(filters: [TestWrap()], codecs: [LineCodec(room: 4)])
        test.endpoint.greeting = agreement
        let receivers = test.acquire(2)
        test.run { receivers.allSatisfy { $0.failure != nil } }
        #expect(receivers.allSatisfy { $0.cause == "upstream_protocol_mismatch" })
        #expect(receivers.allSatisfy { $0.retry == .always })
        #expect(test.failures.causes.count == 1, "it was one connection")
        Self.expectNothingLeft(test)
    }

    @Test func agreedCodec() throws {
        let test = try TestCluster(filters: [TestWrap()], codecs: [LineCodec(room: 4)])
        test.endpoint.greeting = "l"
        let receiver = test.acquire("path")
        test.run { receiver.isReady && test.endpoint.peers[0].received == "?ASK 1 /PATH\n" }
        test.endpoint.peers[0].send(turningCase("head 1 204\nend 1\n"))
        test.run { receiver.isComplete }
        #expect(receiver.status == 204)
    }

    @Test func aTunnelEndsAfterItsLastByte() throws {
        let test = try TestCluster()
        let receiver = test.acquire()
        test.run { test.endpoint.peers.first?.received.hasSuffix("\r\n\r\n") ?? false }
        let peer = test.endpoint.peers[0]
        let stream = try #require(receiver.stream)
        stream.startTunnel()
        peer.isPaused = true
        let before = peer.received.utf8.count
        let piece = ByteString([UInt8](repeating: UInt8(ascii: "x"), count: 4000))
        var sent = 0
        while true {
            let taken = stream.sendBody(piece.span)
            if taken == 0 { break }
            sent += taken
            test.loop.runOnce(timeout: .zero)
        }
        stream.sendEnd(HeaderMap())
        test.settle()
        peer.isPaused = false
        test.run { peer.hasEnded }
        #expect(peer.received.utf8.count - before == sent)
        receiver.cancel()
    }

    // MARK: Requests that are given up

    @Test func cancelWhileConnecting() throws {
        let test = try TestCluster(filters: [TestWrap()])
        let receiver = test.acquire()
        test.run { test.endpoint.peers.first?.received == "?" }
        test.cluster.forget(receiver)
        #expect(test.cluster.open == 0 && test.cluster.active == 0)
        test.run { test.endpoint.peers[0].hasEnded }
        #expect(!receiver.isReady && receiver.failure == nil)
        #expect(test.failures.causes.isEmpty)
    }

    @Test func refusedConnections() throws {
        let test = try TestCluster()
        test.endpoint.close()
        let receiver = test.acquire()
        test.run { receiver.failure != nil }
        #expect(receiver.failure == .connectFailed && receiver.chosen.count == 1)
        #expect(test.failures.causes.isEmpty, "it is counted as what it is")
        #expect(test.cluster.counters.connectFailed == 1)
        #expect(test.cluster.open == 0 && test.cluster.active == 0)
    }

    @Test func freedPlacesAreUsed() throws {
        let test = try TestCluster(filters: [TestWrap()]) { $0.connections = 1 }
        test.endpoint.greeting = "h"
        let first = test.acquire()
        let second = test.acquire()
        #expect(test.cluster.pendingCount == 1)
        test.run { first.isReady }
        first.cancel()
        test.run { second.isReady }
        #expect(test.endpoint.peers.count == 2 && test.cluster.open == 1)
    }

    /// A connection that failed has left nothing behind but counts.
    static func expectNothingLeft(
        _ test: TestCluster, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let cluster = test.cluster
        #expect(
            cluster.open == 0 && cluster.active == 0 && cluster.pendingCount == 0,
            sourceLocation: sourceLocation)
        #expect(
            cluster.counters.handshakeFailed == 1 && cluster.counters.connectFailed == 1,
            sourceLocation: sourceLocation)
        test.run(until: { test.endpoint.openCount == 0 }, sourceLocation: sourceLocation)
    }
}
