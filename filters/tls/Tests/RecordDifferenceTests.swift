import COpenSSL
import Testing
import WeirBase
import WeirFilter

@testable import TlsFilter

/// Our records against OpenSSL's, as any client has them: sizes, paddings, new keys and splits of
/// the stream at random.
@Suite struct RecordDifferenceTests {
    private static let suites = [
        "TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256",
    ]

    /// One connection with its own sequence of steps.
    private struct Round {
        var random: Generator
        let link: Link
        let transport: TlsTransport
        private var next: UInt8 = 0

        init(_ factory: Tls, _ suite: String, seed: UInt64) throws {
            var random = Generator(state: seed &* 0x9E37_79B9_7F4A_7C15)
            let block = [0, 0, 2, 64, 512, 4096, 16_384][random.below(7)]
            let largest = 512 + random.below(15_872)
            link = unsafe try Link(factory) {
                unsafe weir_ctx_set_versions($0, TLS1_3_VERSION, TLS1_3_VERSION)
                unsafe SSL_CTX_set_ciphersuites($0, suite)
                if block > 0 {
                    unsafe SSL_CTX_set_block_padding($0, block)
                } else {
                    unsafe SSL_CTX_set_record_padding_callback($0) { _, _, length, _ in
                        // Anything, so long as it depends on the record alone.
                        length &* 2_654_435_761 % 700
                    }
                }
                unsafe SSL_CTX_ctrl($0, SSL_CTRL_SET_MAX_SEND_FRAGMENT, largest, nil)
            }
            self.random = random
            #expect(link.handshake(step: 1 + random.below(4000)).isDone)
            transport = try #require(link.transport as? TlsTransport)
            #expect(transport.records != nil && transport.session == nil)
            #expect(transport.security?.cipher == suite)
        }

        private mutating func bytes() -> [UInt8] {
            let count = [1 + random.below(40), random.below(2000), random.below(50_000)][
                random.below(3)]
            return (0..<count).map { _ in
                next = next &* 5 &+ 1
                return next
            }
        }

        /// Some records of the client's arrive in pieces.
        mutating func receive() {
            var sent: [UInt8] = []
            var wire: [UInt8] = []
            for _ in 0...random.below(5) {
                if random.below(3) == 0 {
                    let kind =
                        random.below(2) == 0
                        ? SSL_KEY_UPDATE_NOT_REQUESTED : SSL_KEY_UPDATE_REQUESTED
                    unsafe SSL_key_update(link.peer.ssl, kind)
                    // It goes with the next content, or at once.
                    if random.below(2) == 0 { unsafe SSL_do_handshake(link.peer.ssl) }
                }
                let bytes = bytes()
                link.peer.write(bytes)
                sent += bytes
                wire += link.peer.takeOutput()
            }
            let capacity = [1 + random.below(50), 4096, 16 << 10, 128 << 10][random.below(4)]
            var received: [UInt8] = []
            var start = 0
            while start < wire.count {
                let end = min(
                    wire.count, start + 1 + random.below(random.below(2) == 0 ? 40 : 40_000))
                link.inner.input += wire[start..<end]
                start = end
                received += link.read(capacity: capacity)
                // What it owes may come at any time.
                link.peer.receive(link.inner.takeOutput())
            }
            #expect(received == sent)
        }

        /// Some content of ours goes through a transport that does not always take it.
        mutating func send() {
            var sent: [UInt8] = []
            var received: [UInt8] = []
            for _ in 0...random.below(4) {
                let bytes = bytes()
                let split = random.below(bytes.count + 1)
                var start = 0
                link.inner.room = random.below(3) == 0 ? random.below(bytes.count + 100) : .max
                while start < bytes.count {
                    let middle = max(split, start)
                    let result = link.transport.write(
                        Array(bytes[start..<middle]), Array(bytes[middle...]))
                    switch result {
                    case .bytes(let count): start += count
                    case .wouldBlock: break
                    default:
                        Issue.record("nothing can be written: \(result)")
                        return
                    }
                    link.peer.receive(link.inner.takeOutput())
                    received += link.peer.read()
                    link.inner.room = .max
                    link.transport.flush()
                }
                link.peer.receive(link.inner.takeOutput())
                received += link.peer.read()
                sent += bytes
            }
            #expect(received == sent)
        }

        func end() {
            link.transport.shutdownWrite()
            link.peer.receive(link.inner.takeOutput())
            #expect(link.peer.read().isEmpty)
            unsafe #expect(SSL_get_shutdown(link.peer.ssl) & SSL_RECEIVED_SHUTDOWN != 0)
            link.peer.end()
            link.inner.input += link.peer.takeOutput()
            #expect(link.transport.read(into: ByteBuffer(capacity: 16)) == .end)
            #expect(link.peer.errors.isEmpty)
            link.transport.close()
        }
    }

    @Test(arguments: suites) func agreesWithOpenSSL(_ suite: String) throws {
        let factory = try makeServer(try Folder())
        for seed in 1...80 {
            var round = try Round(factory, suite, seed: UInt64(seed))
            for _ in 0..<4 {
                if round.random.below(2) == 0 { round.receive() } else { round.send() }
            }
            round.end()
        }
    }

    /// OpenSSL hands over at the right number, however many tickets it has sent.
    @Test(arguments: [0, 1, 2, 5]) func countsTickets(_ tickets: Int) throws {
        let factory = try makeServer(try Folder()) {
            if tickets == 0 { $0.sessionTickets = .off }
        }
        // Connections take the number from the context, which all of the factory's share.
        let first = unsafe try Link(factory)
        let contexts = try #require((first.transport as? TlsTransport)?.server)
        unsafe SSL_CTX_set_num_tickets(contexts.standard.pointer, tickets)
        let link = unsafe try Link(factory) {
            unsafe weir_ctx_set_versions($0, TLS1_3_VERSION, TLS1_3_VERSION)
            unsafe weir_ctx_set_cache_mode($0, Int(SSL_SESS_CACHE_CLIENT))
        }
        let transport = try #require(link.transport as? TlsTransport)
        #expect(transport.server === contexts)
        // The client's first content comes with the last of its handshake.
        link.peer.step()
        link.inner.input = link.peer.takeOutput()
        #expect(!link.transport.handshake().isDone)
        link.peer.receive(link.inner.takeOutput())
        #expect(link.peer.step())
        link.peer.write("early")
        unsafe SSL_key_update(link.peer.ssl, SSL_KEY_UPDATE_REQUESTED)
        link.peer.write(" words")
        link.inner.input = link.peer.takeOutput()
        #expect(link.transport.handshake().isDone)
        #expect(transport.records != nil)
        #expect(link.read() == Array("early words".utf8))
        #expect(link.send("answer") == "answer")
        unsafe #expect(weir_ctx_sessions(SSL_get_SSL_CTX(link.peer.ssl)) == tickets)
        #expect(link.receive("ping") == "ping")
        #expect(link.peer.errors.isEmpty)
    }
}

extension Generator {
    /// A number from 0 to below `limit`.
    mutating func below(_ limit: Int) -> Int { Int(next() % UInt64(limit)) }
}
