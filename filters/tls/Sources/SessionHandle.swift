internal import COpenSSL
internal import WeirBase

/// OpenSSL's object for one connection. It is freed by whoever made it.
@safe
struct SessionHandle {
    private let ssl: OpaquePointer

    /// An object for a connection; nil when there is no memory.
    init?(_ context: ContextHandle, for transport: TlsTransport, isServer: Bool) {
        guard let ssl = unsafe SSL_new(context.pointer) else { return nil }
        guard let bio = unsafe RecordIO.make(for: transport) else {
            unsafe SSL_free(ssl)
            return nil
        }
        unsafe SSL_set_bio(ssl, bio, bio)
        if isServer {
            unsafe SSL_set_accept_state(ssl)
        } else {
            unsafe SSL_set_connect_state(ssl)
        }
        unsafe self.ssl = unsafe ssl
    }

    /// Says whom the certificate has to be for, what to agree on, and which session to take up
    /// again.
    func prepare(_ client: ClientConnection) {
        if let name = client.serverName { _ = unsafe weir_ssl_set_host(ssl, name) }
        if client.context.isVerifying {
            let parameters = unsafe SSL_get0_param(ssl)
            unsafe X509_VERIFY_PARAM_set_hostflags(
                parameters, UInt32(X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS))
            switch client.name {
            case .host(let name): unsafe X509_VERIFY_PARAM_set1_host(parameters, name, 0)
            case .address(let text): unsafe X509_VERIFY_PARAM_set1_ip_asc(parameters, text)
            case nil: break
            }
        }
        let protocols = client.protocols
        if !protocols.isEmpty {
            _ = unsafe SSL_set_alpn_protos(ssl, protocols, UInt32(protocols.count))
        }
        if let session = client.context.sessions?.take(for: client.sessionKey) {
            _ = unsafe SSL_set_session(ssl, session.pointer)
        }
    }

    /// Gives everything back. Nothing may be called afterwards.
    func free() {
        // A session is good for later connections however this one ended.
        unsafe SSL_set_shutdown(ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN)
        unsafe SSL_free(ssl)
    }

    /// What a step of OpenSSL's came to.
    enum Step {
        case done
        case wantsInput
        case failed
    }

    /// Takes the handshake as far as it goes.
    func handshake() -> Step {
        // OpenSSL tells lack of input from failure by whether there are errors on the queue.
        OpenSSLErrors.clear()
        let result = unsafe SSL_do_handshake(ssl)
        if result == 1 { return .done }
        return unsafe SSL_get_error(ssl, result) == SSL_ERROR_WANT_READ ? .wantsInput : .failed
    }

    /// What came of reading.
    enum Reading {
        case content
        case wantsInput
        /// The peer has ended its side in order.
        case end
        case failed
    }

    /// Decrypts into the buffer's room, which is not empty.
    func read(into buffer: ByteBuffer) -> Reading {
        OpenSSLErrors.clear()
        let count = unsafe buffer.withRoom { room in
            Int(unsafe SSL_read(ssl, room.baseAddress, Int32(truncatingIfNeeded: room.count)))
        }
        if count > 0 { return .content }
        switch unsafe SSL_get_error(ssl, Int32(count)) {
        case SSL_ERROR_WANT_READ: return .wantsInput
        case SSL_ERROR_ZERO_RETURN: return .end
        default: return .failed
        }
    }

    /// Encrypts all of `bytes`, which are not empty; false when the connection is broken.
    func write(_ bytes: Span<UInt8>) -> Bool {
        unsafe bytes.withUnsafeBytes { memory in
            unsafe SSL_write(ssl, memory.baseAddress, Int32(memory.count)) == Int32(memory.count)
        }
    }

    /// Writes the alert that ends our side.
    func end() { _ = unsafe SSL_shutdown(ssl) }

    // MARK: What was settled

    /// Whether version 1.3 is spoken.
    var isVersion13: Bool { unsafe SSL_version(ssl) == TLS1_3_VERSION }

    /// The version as it is usually written.
    var version: String {
        isVersion13 ? "TLSv1.3" : unsafe String(cString: SSL_get_version(ssl))
    }

    /// The cipher suite's registered number.
    var cipherNumber: UInt16 {
        unsafe SSL_CIPHER_get_protocol_id(SSL_get_current_cipher(ssl))
    }

    /// Whether records can be protected by somebody else from here on: OpenSSL holds none that it
    /// has received, and the client has asked for no other length of records.
    var canBeReplaced: Bool {
        unsafe SSL_has_pending(ssl) == 0
            && SSL_SESSION_get_max_fragment_length(SSL_get_session(ssl)) == 0
    }

    /// The cipher suite's registered name.
    var cipher: String {
        let cipher = unsafe SSL_get_current_cipher(ssl)
        // The usual ones need no memory of each connection's own.
        switch unsafe SSL_CIPHER_get_protocol_id(cipher) {
        case 0x1301: return "TLS_AES_128_GCM_SHA256"
        case 0x1302: return "TLS_AES_256_GCM_SHA384"
        case 0x1303: return "TLS_CHACHA20_POLY1305_SHA256"
        case 0xC02B: return "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"
        case 0xC02F: return "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"
        default: return unsafe String(cString: SSL_CIPHER_standard_name(cipher))
        }
    }

    /// What ALPN settled; empty for nothing.
    var applicationProtocol: String {
        var start: UnsafePointer<UInt8>?
        var count: UInt32 = 0
        unsafe SSL_get0_alpn_selected(ssl, &start, &count)
        let bytes = unsafe UnsafeBufferPointer(start: start, count: Int(count))
        return unsafe String(decoding: bytes, as: UTF8.self)
    }

    /// Whether an earlier session was taken up again.
    var isResumed: Bool { unsafe SSL_session_reused(ssl) == 1 }

    /// What verifying the peer's certificate came to, an `X509_V_` number.
    var verification: Int { unsafe SSL_get_verify_result(ssl) }

    /// The peer's certificate, which has to be let go of.
    var peer: Certificate? {
        guard let peer = unsafe weir_ssl_peer(ssl) else { return nil }
        unsafe X509_up_ref(peer)
        return unsafe Certificate(owning: peer)
    }
}
