import CLinux
import Testing
import WeirBase
import WeirRuntime

struct SocketTests {
    let buffer = ByteBuffer(capacity: 64 * 1024)

    @Test(arguments: ["127.0.0.1:0", "[::1]:0"])
    func carriesBytesBothWays(address: String) throws {
        let pair = try Pair(address)
        pair.client.send("hello")
        #expect(try pair.server.waitToRead(into: buffer) == .bytes(5))
        #expect(buffer.bytes.string == "hello")
        buffer.clear()
        let world = ByteString("world")
        #expect(pair.server.write(ByteString("new ").span, world.span) == .bytes(9))
        #expect(try pair.client.waitToRead(into: buffer) == .bytes(9))
        #expect(buffer.bytes.string == "new world")
        #expect(pair.client.peerAddress == pair.server.localAddress)
        #expect(pair.client.localAddress == pair.server.peerAddress)
        #expect(pair.client.localAddress?.ip?.isLoopback == true)
        #expect(pair.client.connectError() == 0)
    }

    @Test func sendsSmallWritesAtOnce() throws {
        let pair = try Pair()
        for socket in [pair.client, pair.server] {
            var value: Int32 = 0
            var length = socklen_t(4)
            unsafe getsockopt(
                socket.descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &value, &length)
            #expect(value == 1)
        }
    }

    @Test func givesTheEndAfterTheBytes() throws {
        let pair = try Pair()
        pair.client.send("bye")
        pair.client.shutdownWrite()
        #expect(try pair.server.waitToRead(into: buffer) == .bytes(3))
        #expect(try pair.server.waitToRead(into: buffer) == .end)
        pair.server.send("ok")
        #expect(try pair.client.waitToRead(into: buffer) == .bytes(2))
    }

    @Test func writesWhatFits() throws {
        let pair = try Pair()
        let block = [UInt8](repeating: 7, count: 300_000)
        var written = 0
        while case .bytes(let count) = pair.client.write(block.span, block.span) {
            #expect(count > 0 && count <= 600_000)
            written += count
        }
        #expect(pair.client.write(block.span, [UInt8]().span) == .wouldBlock)
        #expect(pair.client.write([UInt8]().span, block.span) == .wouldBlock)
        var received = 0
        while received < written {
            guard case .bytes(let count) = try pair.server.waitToRead(into: buffer) else { break }
            received += count
            buffer.clear()
        }
        #expect(received == written)
    }

    @Test func aFullBufferIsNotTheEnd() throws {
        let pair = try Pair()
        pair.client.send("xyz")
        let small = ByteBuffer(capacity: 2)
        #expect(try pair.server.waitToRead(into: small) == .bytes(2))
        #expect(pair.server.read(into: small) == .bytes(0))
    }

    @Test func abortResets() throws {
        let pair = try Pair()
        pair.client.abort()
        #expect(try pair.server.waitToRead(into: buffer) == .closed(errno: ECONNRESET))
        #expect(pair.server.write(ByteString("x").span, ByteString().span) == .closed(errno: EPIPE))
        #expect(!pair.client.isOpen)
    }

    @Test func aClosedSocketSaysSo() throws {
        let pair = try Pair()
        pair.client.close()
        pair.client.close()
        #expect(pair.client.descriptor == -1)
        #expect(pair.client.read(into: buffer) == .closed(errno: 0))
        #expect(pair.client.write(ByteString("x").span, ByteString().span) == .closed(errno: 0))
        #expect(pair.client.isStale())
        #expect(pair.client.peerAddress == nil)
    }

    @Test func knowsAStaleConnection() throws {
        let idle = try Pair()
        #expect(!idle.client.isStale())
        #expect(idle.client.isAlive)
        #expect(!idle.client.hasPendingInput)

        let ended = try Pair()
        ended.server.close()
        try waitForInput(ended.client)
        #expect(ended.client.isStale())
        #expect(!ended.client.isAlive)

        let talkative = try Pair()
        talkative.server.send("408")
        try waitForInput(talkative.client)
        #expect(talkative.client.isStale())
        #expect(talkative.client.isAlive)
        #expect(talkative.client.hasPendingInput)

        let reset = try Pair()
        reset.server.abort()
        try waitForInput(reset.client)
        #expect(reset.client.isStale())
    }

    private func waitForInput(_ socket: StreamSocket) throws {
        let loop = try EventLoop(index: 0)
        let recorder = Recorder()
        try loop.watch(socket.descriptor, recorder)
        loop.run { recorder.readiness.contains { $0.contains(.readable) } }
    }

    @Test func reportsARefusedConnection() throws {
        let listener = try ListeningSocket.bind(
            #require(SocketAddress("127.0.0.1:0")), reusePort: false, backlog: 1)
        let address = try #require(listener.localAddress)
        listener.close()
        let loop = try EventLoop(index: 0)
        do {
            let (socket, inProgress) = try StreamSocket.connect(to: address)
            #expect(inProgress)
            let recorder = Recorder()
            try loop.watch(socket.descriptor, recorder)
            loop.run { !recorder.readiness.isEmpty }
            #expect(socket.connectError() == ECONNREFUSED)
        } catch {
            #expect(error.errno == ECONNREFUSED)
        }
    }

    @Test func errorsSayWhatAndWhy() {
        let error = SystemError(errno: EADDRINUSE, operation: "bind")
        #expect(error.description == "bind: Address already in use")
    }
}
