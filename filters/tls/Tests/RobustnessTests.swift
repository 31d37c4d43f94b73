import COpenSSL
import Testing
import WeirBase
import WeirFilter
import WeirTesting

@testable import TlsFilter

/// Peers that do not keep to the rules.
@Suite struct RobustnessTests {
    private let factory: Tls

    init() throws {
        let folder = try Folder()
        factory = try makeServer(folder)
    }

    private func connect(_ version: Tls.Version = .tls13) throws -> Link {
        let link = unsafe try Link(factory) {
            unsafe weir_ctx_set_versions($0, version.number, version.number)
        }
        #expect(link.handshake().isDone)
        return link
    }

    private func begin(_ bytes: [UInt8]) throws -> Link {
        let link = unsafe try Link(factory)
        link.inner.input = bytes
        return link
    }

    // MARK: Handshakes

    @Test(arguments: [
        "GET / HTTP/1.1\r\nhost: a\r\n\r\n", "POST", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ])
    func answersPlainHTTP(_ text: String) throws {
        let link = try begin(Array(text.utf8))
        #expect(link.transport.handshake().cause == "tls_plain_http")
        let answer = String(decoding: link.inner.output, as: UTF8.self)
        #expect(answer.hasPrefix("HTTP/1.1 400 Bad Request\r\n"))
        let body = try #require(answer.split(separator: "\r\n\r\n").last)
        #expect(answer.contains("content-length: \(body.utf8.count)\r\n"))
        #expect(link.inner.isWriteEnded)
        #expect(link.transport.handshake().cause == "tls_plain_http")
        link.transport.close()
    }

    @Test(arguments: ["SSH-2.0-x\r\n", "\u{1}\u{2}", "get / http/1.1\r\n", "\r\n"])
    func closesWhatIsNotTLS(_ text: String) throws {
        let link = try begin(Array(text.utf8))
        #expect(link.transport.handshake().cause == "tls_not_tls")
        #expect(link.inner.output.isEmpty)
    }

    @Test func noticesWhenTheClientGoes() throws {
        var link = try begin([])
        #expect(link.transport.handshake().cause == "")
        link.inner.hasEnded = true
        #expect(link.transport.handshake().cause == "tls_closed")
        link = unsafe try Link(factory)
        link.peer.step()
        link.inner.input = Array(link.peer.takeOutput().dropLast())
        #expect(link.transport.handshake().cause == "")
        link.inner.isReset = true
        #expect(link.transport.handshake().cause == "tls_closed")
    }

    @Test func survivesRubbish() throws {
        var random = Generator(state: 7)
        for round in 0..<300 {
            let count = Int(random.next() % 600)
            var bytes = (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            if round % 2 == 0 { bytes = [22, 3, 1, UInt8(count >> 8), UInt8(count & 255)] + bytes }
            let link = try begin(bytes)
            if case .done = link.transport.handshake() { Issue.record("rubbish was taken") }
            link.inner.hasEnded = true
            if case .failed = link.transport.handshake() {
            } else {
                Issue.record("rubbish without an end")
            }
            link.transport.close()
        }
    }

    /// Hellos with one byte changed: whatever comes of it, nothing breaks.
    @Test func survivesDamagedHellos() throws {
        var random = Generator(state: 9)
        for _ in 0..<300 {
            let link = unsafe try Link(factory, protocols: ["h2", "http/1.1"]) {
                unsafe Peer.offer(["h2"], in: $0)
            }
            link.peer.ask(for: "a.example")
            link.peer.step()
            var bytes = link.peer.takeOutput()
            bytes[Int(random.next() % UInt64(bytes.count))] ^= UInt8(1 << (random.next() % 8))
            link.inner.input = bytes
            _ = link.transport.handshake()
            link.peer.receive(link.inner.takeOutput())
            link.peer.step()
            link.inner.input += link.peer.takeOutput()
            if case .done = link.transport.handshake() {
                Issue.record("a handshake whose hello was changed came to an end")
            }
            link.transport.close()
        }
    }

    // MARK: Records

    @Test(arguments: [Tls.Version.tls12, .tls13])
    func noticesEveryChangedByte(_ version: Tls.Version) throws {
        let link = try connect(version)
        link.peer.write("ping")
        let size = link.peer.takeOutput().count
        for index in 0..<size {
            let link = try connect(version)
            link.peer.write("ping")
            var bytes = link.peer.takeOutput()
            bytes[index] ^= 1
            link.inner.input = bytes
            let buffer = ByteBuffer(capacity: 16 << 10)
            var result = link.transport.read(into: buffer)
            if result == .wouldBlock {
                // The length has grown: more than was sent is waited for.
                #expect(index == 3 || index == 4)
                link.inner.input = [UInt8](repeating: 0, count: 400)
                result = link.transport.read(into: buffer)
            }
            #expect(result == .closed(errno: 0))
            #expect(buffer.isEmpty)
            #expect(link.transport.write([1]) == .closed(errno: 0))
            link.peer.receive(link.inner.takeOutput())
            _ = link.peer.read()
            #expect(link.peer.alert != nil)
        }
    }

    /// A record that comes twice, or not at all, is noticed by the numbers.
    @Test func noticesRecordsOutOfOrder() throws {
        for order in [[0, 0], [1], [1, 0]] {
            let link = try connect()
            link.peer.write("ping")
            let first = link.peer.takeOutput()
            link.peer.write("pong")
            let records = [first, link.peer.takeOutput()]
            let buffer = ByteBuffer(capacity: 64)
            var result = IOResult.wouldBlock
            for index in order {
                link.inner.input = records[index]
                result = link.transport.read(into: buffer)
                if case .closed = result { break }
            }
            #expect(result == .closed(errno: 0))
            link.peer.receive(link.inner.takeOutput())
            _ = link.peer.read()
            #expect(link.peer.alert == SSL_AD_BAD_RECORD_MAC)
        }
    }

    @Test func refusesRecordsThatMayNotCome() throws {
        for (record, alert) in [
            // A change of cipher specs, a plain alert, and a plain handshake message.
            ([20, 3, 3, 0, 1, 1], SSL_AD_UNEXPECTED_MESSAGE),
            ([21, 3, 3, 0, 2, 1, 0], SSL_AD_UNEXPECTED_MESSAGE),
            ([22, 3, 3, 0, 1, 1], SSL_AD_UNEXPECTED_MESSAGE),
            // Too long, too short, and empty.
            ([23, 3, 3, 0x41, 0x01], SSL_AD_RECORD_OVERFLOW),
            ([23, 3, 3, 0, 16] + [UInt8](repeating: 0, count: 16), SSL_AD_BAD_RECORD_MAC),
            ([23, 3, 3, 0, 0], SSL_AD_BAD_RECORD_MAC),
        ] as [([UInt8], Int32)] {
            let link = try connect()
            link.inner.input = record
            #expect(link.transport.read(into: ByteBuffer(capacity: 64)) == .closed(errno: 0))
            link.peer.receive(link.inner.takeOutput())
            _ = link.peer.read()
            #expect(link.peer.alert == alert)
        }
    }

    @Test(arguments: [SSL_KEY_UPDATE_NOT_REQUESTED, SSL_KEY_UPDATE_REQUESTED])
    func followsNewKeys(_ kind: Int32) throws {
        let link = try connect()
        for round in 0..<5 {
            unsafe SSL_key_update(link.peer.ssl, kind)
            #expect(link.receive("ping \(round)") == "ping \(round)")
            #expect(link.send("pong \(round)") == "pong \(round)")
        }
        // Silent peers are answered too.
        unsafe SSL_key_update(link.peer.ssl, kind)
        unsafe SSL_do_handshake(link.peer.ssl)
        link.inner.input += link.peer.takeOutput()
        let buffer = ByteBuffer(capacity: 64)
        #expect(link.transport.read(into: buffer) == .wouldBlock)
        #expect(link.inner.output.isEmpty == (kind == SSL_KEY_UPDATE_NOT_REQUESTED))
        #expect(link.send("still here") == "still here")
    }

    @Test func closesWhenKeysAreAllThatComes() throws {
        let link = try connect()
        var bytes: [UInt8] = []
        for _ in 0..<200 {
            unsafe SSL_key_update(link.peer.ssl, SSL_KEY_UPDATE_REQUESTED)
            unsafe SSL_do_handshake(link.peer.ssl)
            bytes += link.peer.takeOutput()
        }
        link.inner.input = bytes
        #expect(link.transport.read(into: ByteBuffer(capacity: 64)) == .closed(errno: 0))
    }

    @Test(arguments: [Tls.Version.tls12, .tls13])
    func survivesRubbishInRecords(_ version: Tls.Version) throws {
        var random = Generator(state: 11)
        for _ in 0..<100 {
            let link = try connect(version)
            let count = Int(random.next() % 2000) + 5
            var bytes = (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            bytes[0] = UInt8(20 + random.next() % 5)
            bytes[1] = 3
            bytes[2] = 3
            link.inner.input = bytes
            link.inner.hasEnded = true
            let buffer = ByteBuffer(capacity: 16 << 10)
            var result = link.transport.read(into: buffer)
            if result == .wouldBlock { result = link.transport.read(into: buffer) }
            #expect(result == .closed(errno: 0) || result == .end)
            #expect(buffer.isEmpty)
            link.transport.close()
        }
    }

    @Test func refusesRenegotiation() throws {
        let link = try connect(.tls12)
        unsafe SSL_renegotiate(link.peer.ssl)
        unsafe SSL_do_handshake(link.peer.ssl)
        link.inner.input = link.peer.takeOutput()
        _ = link.transport.read(into: ByteBuffer(capacity: 64))
        link.peer.receive(link.inner.takeOutput())
        unsafe #expect(SSL_do_handshake(link.peer.ssl) != 1)
        unsafe #expect(SSL_renegotiate_pending(link.peer.ssl) == 1)
    }
}

/// A repeatable sequence (Knuth's multiplier for 64 bits).
struct Generator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state >> 33
    }
}
