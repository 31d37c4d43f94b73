import COpenSSL
import Testing
import WeirBase
import WeirFilter

@testable import TlsFilter

/// Peers that send messages of the handshake without end where OpenSSL protects the records.
@Suite struct MessageFloodTests {
    /// A connection whose client asks for short records, which stays with OpenSSL.
    private func connect() throws -> Link {
        let link = unsafe try Link(try makeServer(try Folder())) {
            unsafe weir_ctx_set_versions($0, TLS1_3_VERSION, TLS1_3_VERSION)
            unsafe SSL_CTX_set_tlsext_max_fragment_length($0, 4)
        }
        #expect(link.handshake().isDone)
        let transport = try #require(link.transport as? TlsTransport)
        #expect(transport.session != nil && transport.records == nil)
        return link
    }

    private func keyUpdate(_ peer: Peer, _ kind: Int32 = SSL_KEY_UPDATE_REQUESTED) -> [UInt8] {
        unsafe SSL_key_update(peer.ssl, kind)
        unsafe SSL_do_handshake(peer.ssl)
        return peer.takeOutput()
    }

    /// A byte of content now and then does not excuse new keys all the time.
    @Test(arguments: [SSL_KEY_UPDATE_NOT_REQUESTED, SSL_KEY_UPDATE_REQUESTED])
    func closesWhenKeysAreNearlyAllThatComes(_ kind: Int32) throws {
        let link = try connect()
        for _ in 0..<200 {
            link.inner.input += keyUpdate(link.peer, kind)
            link.peer.write([1])
            link.inner.input += link.peer.takeOutput()
        }
        let buffer = ByteBuffer(capacity: 16 << 10)
        var result = link.transport.read(into: buffer)
        if case .bytes = result { result = link.transport.read(into: buffer) }
        #expect(result == .closed(errno: 0))
        #expect(buffer.count < 100)
    }

    @Test func takesNewKeysAmongContent() throws {
        let link = try connect()
        for round in 0..<300 {
            link.inner.input += keyUpdate(link.peer)
            #expect(link.receive("ping \(round)") == "ping \(round)")
            #expect(link.send("pong \(round)") == "pong \(round)")
        }
    }

    /// A client that takes no answers cannot make us keep them without end.
    @Test func keepsFewAnswers() throws {
        let link = try connect()
        link.inner.room = 0
        var isOpen = true
        var rounds = 0
        while isOpen && rounds < 40_000 {
            rounds += 1
            for _ in 0..<10 { link.inner.input += keyUpdate(link.peer) }
            link.peer.write([1])
            link.inner.input += link.peer.takeOutput()
            let result = link.transport.read(into: ByteBuffer(capacity: 16))
            if case .closed = result { isOpen = false }
            let kept = (link.transport as? TlsTransport)?.outgoing?.count ?? 0
            #expect(kept < 300 << 10)
            if kept >= 300 << 10 { break }
        }
        #expect(!isOpen)
    }

    /// Nothing follows our farewell here either.
    @Test func saysNothingAfterTheFarewell() throws {
        let link = try connect()
        link.transport.shutdownWrite()
        #expect(!link.inner.takeOutput().isEmpty)
        link.inner.input += keyUpdate(link.peer)
        #expect(link.receive("ping") == "ping")
        _ = link.transport.read(into: ByteBuffer(capacity: 16))
        #expect(link.inner.output.isEmpty)
        link.transport.close()
        #expect(link.inner.output.isEmpty)
    }
}
