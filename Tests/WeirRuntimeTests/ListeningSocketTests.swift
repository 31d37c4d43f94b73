import CLinux
import Testing
import WeirBase

@testable import WeirRuntime

struct ListeningSocketTests {
    let loopback = SocketAddress.ip(IPAddress(v4: 0x7F00_0001), port: 0)

    @Test func tellsThePeerAndWhenNoneWaits() throws {
        let listener = try ListeningSocket.bind(loopback, reusePort: false, backlog: 4)
        guard case .wouldBlock = listener.accept() else {
            Issue.record("accepted nobody")
            return
        }
        let (client, _) = try StreamSocket.connect(to: #require(listener.localAddress))
        let loop = try EventLoop(index: 0)
        let recorder = Recorder()
        try loop.watchAccepting(listener.descriptor, recorder)
        loop.run { !recorder.readiness.isEmpty }
        guard case .accepted(let server, let peer) = listener.accept() else {
            Issue.record("nobody came")
            return
        }
        #expect(peer == client.localAddress)
        #expect(server.isAlive)
    }

    @Test func sharesAPort() throws {
        let first = try ListeningSocket.bind(loopback, reusePort: true, backlog: 4)
        let address = try #require(first.localAddress)
        let second = try ListeningSocket.bind(address, reusePort: true, backlog: 4)
        #expect(second.localAddress == address)
        #expect(throws: SystemError(errno: EADDRINUSE, operation: "bind")) {
            try ListeningSocket.bind(address, reusePort: false, backlog: 4)
        }
    }

    @Test func aDuplicateOutlivesTheOriginal() throws {
        let first = try ListeningSocket.bind(loopback, reusePort: false, backlog: 4)
        let second = try first.duplicate()
        first.close()
        first.close()
        let (client, _) = try StreamSocket.connect(to: #require(second.localAddress))
        _ = try second.waitToAccept()
        #expect(client.connectError() == 0)
    }

    @Test func versionsOfIPDoNotShareASocket() throws {
        // The port that the system gives for IPv6 may be somebody else's for IPv4: then another.
        var shared: UInt16?
        for _ in 0..<50 where shared == nil {
            let six = try ListeningSocket.bind(
                #require(SocketAddress("[::]:0")), reusePort: false, backlog: 4)
            defer { six.close() }
            let port = try #require(six.localAddress?.port)
            guard
                let four = try? ListeningSocket.bind(
                    .ip(IPAddress(v4: 0), port: port), reusePort: false, backlog: 4)
            else { continue }
            shared = four.localAddress?.port == port ? port : nil
            four.close()
        }
        #expect(shared != nil)
    }

    @Test func unixSocketsWork() throws {
        let path = "/tmp/weir-test-\(getpid())-\(UInt32.random(in: 0 ... .max)).sock"
        defer { unsafe unlink(path) }
        for address in [path, "@" + path] {
            let listener = try ListeningSocket.bind(
                .unix(path: address), reusePort: true, backlog: 4)
            #expect(listener.localAddress == .unix(path: address))
            let (client, inProgress) = try StreamSocket.connect(to: .unix(path: address))
            #expect(!inProgress)
            let server = try listener.waitToAccept()
            client.send("over unix")
            let buffer = ByteBuffer(capacity: 100)
            #expect(try server.waitToRead(into: buffer) == .bytes(9))
            #expect(server.peerAddress == nil)
            #expect(client.peerAddress == .unix(path: address))
        }
    }

    @Test func replacesOnlyAStaleUnixSocket() throws {
        let path = "/tmp/weir-test-\(getpid())-\(UInt32.random(in: 0 ... .max)).sock"
        defer { unsafe unlink(path) }
        let address = SocketAddress.unix(path: path)
        let first = try ListeningSocket.bind(address, reusePort: false, backlog: 4)
        #expect(throws: SystemError(errno: EADDRINUSE, operation: "bind")) {
            try ListeningSocket.bind(address, reusePort: false, backlog: 4)
        }
        first.close()
        #expect(throws: SystemError(errno: ECONNREFUSED, operation: "connect")) {
            try StreamSocket.connect(to: address)
        }
        let second = try ListeningSocket.bind(address, reusePort: false, backlog: 4)
        _ = try StreamSocket.connect(to: address)
        _ = try second.waitToAccept()
    }

    @Test func refusesALongUnixPath() {
        let address = SocketAddress.unix(path: String(repeating: "x", count: 108))
        #expect(throws: SystemError(errno: ENAMETOOLONG, operation: "bind")) {
            try ListeningSocket.bind(address, reusePort: false, backlog: 4)
        }
        #expect(throws: SystemError(errno: ENAMETOOLONG, operation: "socket")) {
            try StreamSocket.connect(to: address)
        }
    }

    @Test func tellsExhaustionFromMishap() {
        for number in [EMFILE, ENFILE, ENOBUFS, ENOMEM] {
            guard case .exhausted(number) = AcceptResult.failure(number) else {
                Issue.record("\(number)")
                return
            }
        }
        for number in [ECONNABORTED, EINTR, EPROTO] {
            guard case .retry = AcceptResult.failure(number) else {
                Issue.record("\(number)")
                return
            }
        }
        guard case .wouldBlock = AcceptResult.failure(EAGAIN),
            case .failed(EBADF) = AcceptResult.failure(EBADF)
        else {
            Issue.record("wrong result")
            return
        }
    }
}
