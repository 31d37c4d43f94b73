import COpenSSL
import WeirBase
import WeirFilter

@testable import TlsFilter

/// The other end of a connection: OpenSSL on memory, as any client or server has it.
@safe
final class Peer {
    let ssl: OpaquePointer
    private let context: OpaquePointer
    private let input: OpaquePointer
    private let output: OpaquePointer
    private(set) var isDone = false
    private(set) var errors: [OpenSSLErrors.Entry] = []

    /// `configure` may change the context before the connection is made.
    init(isServer: Bool = false, _ configure: (OpaquePointer) -> Void = { _ in }) {
        unsafe context = SSL_CTX_new(isServer ? TLS_server_method() : TLS_client_method())
        unsafe configure(context)
        unsafe ssl = SSL_new(context)
        unsafe input = BIO_new(BIO_s_mem())
        unsafe output = BIO_new(BIO_s_mem())
        unsafe SSL_set_bio(ssl, input, output)
        if isServer { unsafe SSL_set_accept_state(ssl) } else { unsafe SSL_set_connect_state(ssl) }
    }

    deinit {
        unsafe SSL_free(ssl)
        unsafe SSL_CTX_free(context)
    }

    func receive(_ bytes: [UInt8]) { unsafe BIO_write(input, bytes, Int32(bytes.count)) }

    /// What it has to send.
    func takeOutput() -> [UInt8] {
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = unsafe BIO_read(output, &piece, Int32(piece.count))
            if count <= 0 { return bytes }
            bytes += piece.prefix(Int(count))
        }
    }

    /// Takes the handshake as far as it goes; false when it has failed.
    @discardableResult
    func step() -> Bool {
        if isDone { return true }
        OpenSSLErrors.clear()
        let result = unsafe SSL_do_handshake(ssl)
        isDone = result == 1
        let isWaiting = unsafe result != 1 && SSL_get_error(ssl, result) == SSL_ERROR_WANT_READ
        if !isDone && !isWaiting { errors += OpenSSLErrors.take() }
        return isDone || isWaiting
    }

    func write(_ text: String) { write(Array(text.utf8)) }

    func write(_ bytes: [UInt8]) {
        if !bytes.isEmpty { unsafe SSL_write(ssl, bytes, Int32(bytes.count)) }
    }

    func read() -> [UInt8] {
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 64 << 10)
        OpenSSLErrors.clear()
        while true {
            let count = unsafe SSL_read(ssl, &piece, Int32(piece.count))
            if count <= 0 { break }
            bytes += piece.prefix(Int(count))
        }
        errors += OpenSSLErrors.take()
        return bytes
    }

    /// The number of the alert that it got; nil for none.
    var alert: Int32? {
        errors.map(\.reason).first { $0 > SSL_AD_REASON_OFFSET }.map { $0 - SSL_AD_REASON_OFFSET }
    }

    func end() { unsafe SSL_shutdown(ssl) }
}

/// A transport under test with its inner one and the peer.
final class Link {
    let inner: MemoryTransport
    let transport: any Transport
    let peer: Peer

    init(_ inner: MemoryTransport, _ transport: any Transport, _ peer: Peer) {
        self.inner = inner
        self.transport = transport
        self.peer = peer
    }

    /// A connection that a factory accepts.
    convenience init(
        _ factory: Tls, protocols: [String] = ["http/1.1"],
        _ configure: (OpaquePointer) -> Void = { _ in }
    ) throws {
        let inner = MemoryTransport()
        let accepted = AcceptedConnection(
            transport: inner, peer: nil, listener: "test", protocols: protocols)
        guard case .wrap(let transport) = factory.accept(accepted) else { throw Refused() }
        unsafe self.init(inner, transport, Peer(configure))
    }

    struct Refused: Error {}

    /// Makes the handshake, with at most `step` bytes of the peer's at once.
    @discardableResult
    func handshake(step: Int = .max) -> HandshakeProgress {
        var progress = HandshakeProgress.wouldBlock
        for _ in 0..<20_000 {
            let isAlive = peer.step()
            var bytes = peer.takeOutput()
            if bytes.isEmpty, case .done = progress, peer.isDone { break }
            let mine = inner.output.count
            repeat {
                let piece = bytes.prefix(step)
                bytes.removeFirst(piece.count)
                inner.input += piece
                progress = transport.handshake()
            } while !bytes.isEmpty
            if case .done = progress {
                // The loop reads now, which sends what was held back.
                let rest = ByteBuffer(capacity: 16)
                _ = transport.read(into: rest)
            }
            let written = inner.takeOutput()
            peer.receive(written)
            if case .failed = progress {
                peer.step()
                break
            }
            if !isAlive && written.isEmpty && mine == 0 { break }
        }
        return progress
    }

    /// Everything that can be read now, in pieces of `capacity`.
    func read(capacity: Int = 16 << 10) -> [UInt8] {
        var bytes: [UInt8] = []
        while true {
            let buffer = ByteBuffer(capacity: capacity)
            guard case .bytes(let count) = transport.read(into: buffer) else { break }
            for index in 0..<count { bytes.append(buffer.bytes[index]) }
        }
        return bytes
    }
}

extension HandshakeProgress {
    var isDone: Bool {
        if case .done = self { return true }
        return false
    }

    /// The cause of a failure; empty for none.
    var cause: String {
        if case .failed(let failure) = self { return failure.cause.description }
        return ""
    }
}
