internal import WeirBase
internal import WeirFilter

extension TlsTransport {
    func handshake() -> HandshakeProgress {
        switch state {
        case .open: return .done
        case .failed(let failure): return .failed(failure)
        case .closed: return .failed(HandshakeFailure("tls_closed"))
        case .handshaking: break
        }
        guard let session, let start else { return failed(HandshakeFailure("tls_internal")) }
        switch inner.handshake() {
        case .done: break
        case .wouldBlock: return .wouldBlock
        case .failed(let failure): return failed(failure)
        }
        if hasBacklog { flush() }
        expectInput()
        if server != nil && !start.isTLS {
            guard let input = recordInput() else {
                return inputEnd == nil ? .wouldBlock : failed(HandshakeFailure("tls_closed"))
            }
            if let failure = refuseStart(input.bytes) { return failed(failure) }
            start.isTLS = true
        }
        let sent = outgoing?.count ?? 0
        switch session.handshake() {
        case .done: return done(session, start, sent)
        case .wantsInput:
            push()
            if inputEnd != nil { return failed(HandshakeFailure("tls_closed")) }
            if case .closed = state { return failed(HandshakeFailure("tls_closed")) }
            return .wouldBlock
        case .failed:
            let failure = FailureCause(self, session).failure
            push()
            return failed(failure)
        }
    }

    private func failed(_ failure: HandshakeFailure) -> HandshakeProgress {
        OpenSSLErrors.clear()
        state = .failed(failure)
        releaseIncoming()
        return .failed(failure)
    }

    private func done(
        _ session: SessionHandle, _ start: HandshakeNotes, _ sent: Int
    ) -> HandshakeProgress {
        if let failure = client?.check(session) {
            push()
            return failed(failure)
        }
        security = ConnectionSecurity(
            version: session.version, cipher: session.cipher,
            serverName: server == nil ? client?.serverName : start.serverName,
            applicationProtocol: session.applicationProtocol, isResumed: session.isResumed,
            peer: session.peer.map { certificate in
                PeerCertificate(certificate, isVerified: isPeerVerified(session))
            })
        state = .open
        self.start = nil
        releaseIncoming()
        // In version 1.3 a server's last words are a ticket, which can go with the response; in
        // version 1.2 the client waits for them. A client's last words go with its request.
        if server != nil {
            if session.isVersion13 { takeOver(session, start, sent) } else { push() }
        }
        return .done
    }

    /// Frees OpenSSL's object and protects records here, where that is possible. The bytes of
    /// `outgoing` from `sent` on are what the server has sent with its last key.
    private func takeOver(_ session: SessionHandle, _ start: HandshakeNotes, _ sent: Int) {
        guard start.secrets.isComplete, session.canBeReplaced,
            let suite = RecordSuite(session.cipherNumber)
        else { return }
        var count: UInt64 = 0
        if let outgoing {
            let bytes = outgoing.bytes
            var index = sent
            while index + 5 <= bytes.count {
                guard bytes[index] == RecordLayer.content else { return }
                count += 1
                index += 5 + Int(bytes[index + 3]) << 8 + Int(bytes[index + 4])
            }
        }
        records = RecordLayer(suite, start.secrets, sentRecords: count)
        guard records != nil else { return }
        // The keys have them now, and overwrite them when they change.
        start.secrets = TrafficSecrets()
        session.free()
        self.session = nil
    }

    private func isPeerVerified(_ session: SessionHandle) -> Bool {
        session.verification == 0 && client?.context.isVerifying != false
    }

    /// Looks at the first bytes from a client: TLS begins with a record of the handshake.
    private func refuseStart(_ bytes: Span<UInt8>) -> HandshakeFailure? {
        // The old form of a hello (RFC 5246, appendix E.2) is left to OpenSSL.
        if bytes[0] == 22 || bytes[0] & 0x80 != 0 { return nil }
        var letters = 0
        while letters < bytes.count, letters < 16, bytes[letters].isUpperCaseLetter {
            letters += 1
        }
        let isMethod =
            letters > 0 && (letters == bytes.count || bytes[letters] == UInt8(ascii: " "))
        guard isMethod else { return HandshakeFailure("tls_not_tls") }
        _ = inner.write(Self.plainAnswer.span, Span())
        inner.shutdownWrite()
        return HandshakeFailure("tls_plain_http")
    }

    private static let plainAnswer: StaticString = """
        HTTP/1.1 400 Bad Request\r
        content-type: text/plain\r
        content-length: 27\r
        connection: close\r
        \r
        This port speaks TLS only.

        """

    // MARK: The client's hello

    /// What becomes of a server name.
    enum Choice {
        case context(ContextHandle)
        case standard
        case unknown
        case refused
    }

    /// Takes the name that the client asks for and finds the context for it.
    func choose(_ bytes: Span<UInt8>) -> Choice {
        guard let server else { return .unknown }
        let name = ServerName.clean(bytes)
        if let name, let (shared, context) = server.match(name) {
            start?.serverName = shared
            return context === server.standard ? .standard : .context(context)
        }
        start?.serverName = name
        guard server.isStrict else { return .unknown }
        start?.refusal = "tls_unknown_name"
        return .refused
    }
}

extension UInt8 {
    fileprivate var isUpperCaseLetter: Bool { self >= 0x41 && self <= 0x5A }
}
