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

    /// A server on a context of its owner's.
    init(server context: OpaquePointer) {
        unsafe SSL_CTX_up_ref(context)
        unsafe self.context = context
        unsafe ssl = SSL_new(context)
        unsafe input = BIO_new(BIO_s_mem())
        unsafe output = BIO_new(BIO_s_mem())
        unsafe SSL_set_bio(ssl, input, output)
        unsafe SSL_set_accept_state(ssl)
    }

    deinit {
        // Else OpenSSL would give up the session.
        unsafe SSL_set_shutdown(ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN)
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

extension Peer {
    /// Has a context show a certificate.
    static func use(_ identity: Identity, in context: OpaquePointer) {
        unsafe SSL_CTX_use_certificate(context, identity.certificate)
        unsafe SSL_CTX_use_PrivateKey(context, identity.key)
        if let issuer = identity.issuer, issuer.issuer != nil {
            unsafe weir_ctx_add_chain(context, issuer.certificate)
        }
    }

    /// Has a context ask for a certificate and take any.
    static func askForAny(_ context: OpaquePointer) {
        unsafe SSL_CTX_set_verify(context, SSL_VERIFY_PEER) { _, _ in 1 }
    }

    /// Offers or serves protocols.
    static func offer(_ protocols: [String], in context: OpaquePointer) {
        let list = ProtocolList.encode(protocols)
        unsafe SSL_CTX_set_alpn_protos(context, list, UInt32(list.count))
    }

    /// The subject of the certificate that the other side has shown.
    var shownCertificate: Certificate? {
        guard let shown = unsafe SSL_get1_peer_certificate(ssl) else { return nil }
        return unsafe Certificate(owning: shown)
    }

    /// Asks for a server name.
    func ask(for name: String) { unsafe weir_ssl_set_host(ssl, name) }

    /// A session that the server has given; nil for none.
    var session: SessionCache.Entry? {
        guard let session = unsafe SSL_get1_session(ssl) else { return nil }
        let entry = unsafe SessionCache.Entry(owning: session)
        return unsafe SSL_SESSION_is_resumable(session) == 1 ? entry : nil
    }

    /// Asks to take up a session.
    func resume(_ session: SessionCache.Entry?) {
        if let session { _ = unsafe SSL_set_session(ssl, session.pointer) }
    }

    /// Whether an earlier session was taken up again.
    var isResumed: Bool { unsafe SSL_session_reused(ssl) == 1 }
}

extension Link {
    /// A connection that a factory makes; the peer is the server.
    convenience init(
        connecting factory: Tls, to address: String = "192.0.2.1:443", host: String? = nil,
        protocols: [String] = ["http/1.1"], _ configure: (OpaquePointer) -> Void
    ) throws {
        let inner = MemoryTransport()
        let made = MadeConnection(
            transport: inner, address: SocketAddress(address)!, host: host, cluster: "test",
            protocols: protocols)
        guard case .wrap(let transport) = factory.connect(made) else { throw Refused() }
        unsafe self.init(inner, transport, Peer(isServer: true, configure))
    }

    /// Moves what each side has written to the other.
    func exchange() {
        peer.receive(inner.takeOutput())
        inner.input += peer.takeOutput()
    }

    /// Sends a text from the peer and returns what arrives.
    func receive(_ text: String) -> String {
        peer.write(text)
        inner.input += peer.takeOutput()
        return String(decoding: read(), as: UTF8.self)
    }

    /// Sends a text to the peer and returns what arrives.
    func send(_ text: String) -> String {
        let bytes = Array(text.utf8)
        guard transport.write(bytes) == .bytes(bytes.count) else { return "" }
        peer.receive(inner.takeOutput())
        return String(decoding: peer.read(), as: UTF8.self)
    }
}

extension SessionCache.Entry {
    /// Whether it came as a ticket.
    var hasTicket: Bool { unsafe SSL_SESSION_has_ticket(pointer) == 1 }
}
