internal import COpenSSL
internal import WeirFilter

/// OpenSSL's object for what connections have in common. It is not changed once it is in use.
@safe
final class ContextHandle: @unchecked Sendable {
    let pointer: OpaquePointer

    /// A context with what both sides set. Errors name the field at fault.
    init(_ settings: ProtocolSettings, isServer: Bool) throws(ConfigurationError) {
        OpenSSLErrors.clear()
        guard
            let pointer = unsafe SSL_CTX_new(
                isServer ? TLS_server_method() : TLS_client_method())
        else {
            throw ConfigurationError("OpenSSL makes no context: \(OpenSSLErrors.takeText())")
        }
        unsafe self.pointer = unsafe pointer
        unsafe weir_ctx_set_basics(pointer)
        unsafe SSL_CTX_set_info_callback(pointer, RecordIO.progress)
        try apply(settings)
    }

    deinit { unsafe SSL_CTX_free(pointer) }

    private func apply(_ settings: ProtocolSettings) throws(ConfigurationError) {
        defer { OpenSSLErrors.clear() }
        if let level = settings.securityLevel { unsafe SSL_CTX_set_security_level(pointer, level) }
        guard
            unsafe weir_ctx_set_versions(
                pointer, settings.lowest.number, settings.highest.number) == 1
        else {
            throw ConfigurationError(
                at: ["min-version"], "OpenSSL refuses it: \(OpenSSLErrors.takeText())")
        }
        guard unsafe SSL_CTX_set_cipher_list(pointer, settings.ciphers) == 1 else {
            throw ConfigurationError(
                at: ["ciphers"], "OpenSSL knows no cipher suite in `\(settings.ciphers)`")
        }
        guard unsafe SSL_CTX_set_ciphersuites(pointer, settings.cipherSuites) == 1 else {
            throw ConfigurationError(
                at: ["cipher-suites"],
                "OpenSSL does not know all cipher suites of `\(settings.cipherSuites)`")
        }
        guard unsafe weir_ctx_set_groups(pointer, settings.groups) == 1 else {
            throw ConfigurationError(
                at: ["groups"], "OpenSSL does not know all groups of `\(settings.groups)`")
        }
    }

    // MARK: Certificates

    /// Shows this certificate, beside those with keys of other kinds.
    func use(_ certificate: LoadedCertificate, at field: [String]) throws(ConfigurationError) {
        OpenSSLErrors.clear()
        guard let leaf = certificate.chain.first,
            unsafe SSL_CTX_use_certificate(pointer, leaf.pointer) == 1,
            unsafe SSL_CTX_use_PrivateKey(pointer, certificate.key.pointer) == 1
        else {
            throw ConfigurationError(
                at: field + ["chain"],
                "\(certificate.file): OpenSSL refuses it: \(OpenSSLErrors.takeText())")
        }
        for issuer in certificate.chain.dropFirst() {
            guard unsafe weir_ctx_add_chain(pointer, issuer.pointer) == 1 else {
                throw ConfigurationError(
                    at: field + ["chain"],
                    "\(certificate.file): OpenSSL refuses a certificate of the chain: "
                        + OpenSSLErrors.takeText())
            }
        }
    }

    // MARK: Servers

    /// Gives out tickets that are good for `lifetime` seconds, or none when nil, and keeps no
    /// sessions otherwise. `identity` says for which settings a ticket is good; 32 bytes at most.
    func setTickets(lifetime: Int?, identity: [UInt8]) {
        unsafe weir_ctx_set_cache_mode(pointer, Int(SSL_SESS_CACHE_OFF))
        _ = unsafe SSL_CTX_set_session_id_context(pointer, identity, UInt32(identity.count))
        guard let lifetime else {
            return unsafe weir_ctx_refuse_tickets(pointer)
        }
        _ = unsafe SSL_CTX_set_timeout(pointer, lifetime)
        // A client takes up a session with one ticket; browsers ask for more connections later.
        _ = unsafe SSL_CTX_set_num_tickets(pointer, 1)
        unsafe weir_ctx_on_ticket(pointer, TicketCallback.answer)
    }

    /// Asks clients for a certificate, and checks one that is shown.
    func askForCertificate(isRequired: Bool, of authorities: [Certificate]) {
        let mode = SSL_VERIFY_PEER | (isRequired ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0)
        unsafe SSL_CTX_set_verify(pointer, mode, nil)
        // Clients choose among their certificates by the names of these.
        for authority in authorities {
            _ = unsafe SSL_CTX_add_client_CA(pointer, authority.pointer)
        }
    }

    /// Chooses by server name and protocol, through the connection's transport.
    func setServerCallbacks(hasStaples: Bool) {
        unsafe weir_ctx_on_server_name(pointer, ServerCallbacks.name, nil)
        unsafe SSL_CTX_set_keylog_callback(pointer, ServerCallbacks.secret)
        unsafe SSL_CTX_set_alpn_select_cb(pointer, ServerCallbacks.protocol, nil)
        if hasStaples { unsafe weir_ctx_on_status_request(pointer, ServerCallbacks.status, nil) }
    }

    // MARK: Clients

    /// Checks the server's certificate, or takes any.
    func setClient(isVerifying: Bool, keepsSessions: Bool) {
        unsafe SSL_CTX_set_verify(pointer, isVerifying ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nil)
        guard keepsSessions else {
            return unsafe weir_ctx_set_cache_mode(pointer, Int(SSL_SESS_CACHE_OFF))
        }
        unsafe weir_ctx_set_cache_mode(
            pointer, Int(SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL))
        unsafe SSL_CTX_sess_set_new_cb(pointer, SessionCache.learn)
    }
}

extension Tls.Version {
    /// OpenSSL's number for the version.
    var number: Int32 {
        switch self {
        case .tls12: TLS1_2_VERSION
        case .tls13: TLS1_3_VERSION
        }
    }
}
