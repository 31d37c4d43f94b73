import COpenSSL
import Testing
import WeirBase
import WeirFilter
import WeirTesting

@testable import TlsFilter

/// Bytes on an established connection to a client.
@Suite struct StreamTests {
    private let factory: Tls

    init() throws {
        let folder = try Folder()
        factory = try makeServer(folder)
    }

    private func connect(
        _ version: Tls.Version = .tls13, _ configure: (OpaquePointer) -> Void = { _ in }
    ) throws -> Link {
        let link = unsafe try Link(factory) {
            unsafe weir_ctx_set_versions($0, version.number, version.number)
            unsafe configure($0)
        }
        #expect(link.handshake().isDone)
        return link
    }

    private static func pattern(_ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
    }

    @Test(arguments: [Tls.Version.tls12, .tls13], [1000, 16 << 10, 100_000, 300_000])
    func carriesBulk(_ version: Tls.Version, _ count: Int) throws {
        let link = unsafe try connect(version)
        let bytes = Self.pattern(count)
        for capacity in [1, 100, 16 << 10, 128 << 10] where count < 200_000 || capacity > 1 {
            link.peer.write(bytes)
            link.inner.input += link.peer.takeOutput()
            #expect(link.read(capacity: capacity) == bytes)
        }
        for split in [0, 1, 200, count / 2, count] {
            let writes = link.inner.writes
            #expect(
                link.transport.write(Array(bytes[..<split]), Array(bytes[split...]))
                    == .bytes(count))
            // Records are gathered: 64 KiB of content to a write.
            #expect(link.inner.writes - writes <= count / (64 << 10) + 1)
            link.peer.receive(link.inner.takeOutput())
            #expect(link.peer.read() == bytes)
        }
    }

    @Test(arguments: [Tls.Version.tls12, .tls13])
    func readsAtEverySplit(_ version: Tls.Version) throws {
        let link = unsafe try connect(version)
        link.peer.write("one")
        link.peer.write("")
        link.peer.write("two")
        let records = link.peer.takeOutput()
        let size = records.count / 2
        for split in 0...size {
            // The same bytes cannot be sent twice, so each split has a connection.
            let link = unsafe try connect(version)
            link.peer.write("one")
            link.peer.write("two")
            let records = link.peer.takeOutput()
            link.inner.input = Array(records[..<split])
            var text = link.read()
            link.inner.input = Array(records[split...])
            text += link.read()
            #expect(text == Array("onetwo".utf8))
        }
    }

    @Test(arguments: [Tls.Version.tls12, .tls13])
    func keepsABacklogAtEverySplit(_ version: Tls.Version) throws {
        let bytes = Self.pattern(300)
        let size = bytes.count + 29
        for room in stride(from: 0, through: size, by: 7) {
            let link = unsafe try connect(version)
            link.inner.room = room
            #expect(link.transport.write(bytes) == .bytes(bytes.count))
            let isWhole = link.inner.output.count > bytes.count + 20 && !link.transport.hasBacklog
            #expect(link.transport.hasBacklog == !isWhole)
            if link.transport.hasBacklog {
                // Nothing more is taken meanwhile.
                #expect(link.transport.write(bytes) == .wouldBlock)
                link.inner.room = 1
                link.transport.flush()
                #expect(link.inner.output.count == room + 1)
                link.inner.room = .max
                link.transport.flush()
                #expect(!link.transport.hasBacklog)
            }
            link.inner.room = .max
            #expect(link.transport.write(bytes) == .bytes(bytes.count))
            link.peer.receive(link.inner.takeOutput())
            #expect(link.peer.read() == bytes + bytes)
        }
    }

    @Test func holdsBackBulkForASlowPeer() throws {
        let link = unsafe try connect()
        let bytes = Self.pattern(300_000)
        link.inner.room = 100_000
        guard case .bytes(let taken) = link.transport.write(bytes) else {
            Issue.record("nothing was taken")
            return
        }
        // Two batches were encrypted, the second of which did not fit.
        #expect(taken == 128 << 10)
        #expect(link.transport.hasBacklog)
        link.inner.room = .max
        link.transport.flush()
        #expect(!link.transport.hasBacklog)
        #expect(link.transport.write(Array(bytes[taken...])) == .bytes(bytes.count - taken))
        link.peer.receive(link.inner.takeOutput())
        #expect(link.peer.read() == bytes)
    }

    @Test func asksTheSocketOncePerRecord() throws {
        let link = unsafe try connect()
        link.peer.write("ping")
        link.inner.input = link.peer.takeOutput()
        let reads = link.inner.reads
        let buffer = ByteBuffer(capacity: 16 << 10)
        #expect(link.transport.read(into: buffer) == .bytes(4))
        #expect(link.inner.reads == reads + 1)
        let writes = link.inner.writes
        _ = link.transport.write([1, 2], [3])
        #expect(link.inner.writes == writes + 1)
        // Both pieces went in one record.
        #expect(link.inner.output.count == 5 + 3 + 1 + 16)
    }

    /// The ticket goes with the first response, in one write.
    @Test func sendsTheTicketWithTheResponse() throws {
        let inner = MemoryTransport()
        let accepted = AcceptedConnection(
            transport: inner, peer: nil, listener: "l", protocols: [])
        guard case .wrap(let transport) = factory.accept(accepted) else { throw Link.Refused() }
        let peer = unsafe Peer()
        peer.step()
        inner.input = peer.takeOutput()
        _ = transport.handshake()
        peer.receive(inner.takeOutput())
        peer.step()
        peer.write("ping")
        inner.input = peer.takeOutput()
        let writes = inner.writes
        #expect(transport.handshake().isDone)
        let buffer = ByteBuffer(capacity: 16)
        #expect(transport.read(into: buffer) == .bytes(4))
        #expect(inner.writes == writes)
        #expect(transport.write([1]) == .bytes(1))
        #expect(inner.writes == writes + 1)
        peer.receive(inner.takeOutput())
        #expect(peer.read() == [1])
        #expect(peer.session != nil)
    }

    // MARK: Ends

    @Test(arguments: [Tls.Version.tls12, .tls13])
    func tellsEndsFromEnds(_ version: Tls.Version) throws {
        let buffer = ByteBuffer(capacity: 64)
        // In order: content, then the alert that ends it.
        var link = unsafe try connect(version)
        link.peer.write("last")
        link.peer.end()
        link.inner.input = link.peer.takeOutput()
        #expect(link.transport.read(into: buffer) == .bytes(4))
        #expect(link.transport.read(into: buffer) == .end)
        #expect(link.transport.read(into: buffer) == .end)
        // Our side goes on until we end it.
        #expect(link.send("answer") == "answer")
        link.transport.shutdownWrite()
        #expect(link.inner.isWriteEnded)
        link.peer.receive(link.inner.takeOutput())
        _ = link.peer.read()
        unsafe #expect(SSL_get_shutdown(link.peer.ssl) & SSL_RECEIVED_SHUTDOWN != 0)
        // Without a word: a request says itself whether it is complete.
        link = unsafe try connect(version)
        link.peer.write("last")
        link.inner.input = link.peer.takeOutput()
        link.inner.hasEnded = true
        #expect(link.transport.read(into: buffer) == .bytes(4))
        #expect(link.transport.read(into: buffer) == .end)
        #expect(link.send("answer") == "answer")
        // Reset.
        link = unsafe try connect(version)
        link.inner.isReset = true
        #expect(link.transport.read(into: buffer) == .closed(errno: 104))
        #expect(link.transport.write([1]) == .closed(errno: 104))
    }

    @Test(arguments: [Tls.Version.tls12, .tls13])
    func saysThatItEnds(_ version: Tls.Version) throws {
        let link = unsafe try connect(version)
        link.transport.close()
        #expect(link.inner.isClosed)
        link.peer.receive(link.inner.takeOutput())
        _ = link.peer.read()
        unsafe #expect(SSL_get_shutdown(link.peer.ssl) & SSL_RECEIVED_SHUTDOWN != 0)
        let buffer = ByteBuffer(capacity: 64)
        #expect(link.transport.read(into: buffer) == .closed(errno: 0))
        #expect(link.transport.write([1]) == .closed(errno: 0))
        link.transport.close()
    }

    @Test func endsAfterTheBacklog() throws {
        let link = unsafe try connect()
        link.inner.room = 10
        let bytes = Self.pattern(100)
        #expect(link.transport.write(bytes) == .bytes(100))
        link.transport.shutdownWrite()
        #expect(!link.inner.isWriteEnded)
        link.inner.room = .max
        link.transport.flush()
        #expect(link.inner.isWriteEnded)
        link.peer.receive(link.inner.takeOutput())
        #expect(link.peer.read() == bytes)
        unsafe #expect(SSL_get_shutdown(link.peer.ssl) & SSL_RECEIVED_SHUTDOWN != 0)
    }
}
