internal import WeirBase
internal import WeirFilter

/// TLS over another transport.
///
/// OpenSSL sees memory only: records come from `incoming` and go to `outgoing`, and this object
/// moves them. OpenSSL makes the handshake; on a server's connections of version 1.3 it then makes
/// room for `RecordLayer`, on others it goes on to protect records.
final class TlsTransport: Transport {
    /// How far the connection is.
    enum State {
        case handshaking
        case open
        case failed(HandshakeFailure)
        /// Closed here, or broken by the peer.
        case closed(errno: Int32)
    }

    let inner: any Transport
    /// What the server's callbacks look at; nil on the client's side. It keeps the contexts alive.
    let server: ServerContexts?
    /// The same on the client's side.
    let client: ClientConnection?
    /// The server's protocols, the preferred one first.
    let protocols: [String]

    /// OpenSSL's part; nil once `records` has taken over, and when all is over.
    var session: SessionHandle?
    var records: RecordLayer?
    var state = State.handshaking
    var security: ConnectionSecurity?

    /// Received records that nobody has opened; nil while there are none.
    var incoming: ByteBuffer?
    /// Records to send; nil while there are none.
    var outgoing: ByteBuffer?
    /// Whether the inner transport has taken less than it was given.
    var isBlocked = false
    /// Whether a read has shown that nothing more is there for now.
    var isDrained = false
    /// Whether a large buffer is wanted for received records.
    var readsBulk = false
    /// How many bytes of records were received without a byte of content since content was last
    /// asked for.
    var unproductive = 0
    /// What was spent on messages and records without content since content was last asked for, as
    /// the number of bytes that cost as much.
    var burden = 0
    /// What ended the inner transport's input; nil while it has not ended.
    var inputEnd: IOResult?
    /// Whether the peer has ended its side.
    var hasEnded = false
    var hasSentEnd = false
    /// Whether the inner transport's sending side ends once the backlog is sent.
    var endsAfterFlush = false

    /// What is known of the handshake while it lasts; nil afterwards.
    var start: HandshakeNotes? = HandshakeNotes()

    /// The server's side.
    init(_ inner: any Transport, server: ServerContexts, protocols: [String]) {
        self.inner = inner
        self.server = server
        client = nil
        self.protocols = protocols
        session = SessionHandle(server.standard, for: self, isServer: true)
    }

    /// The client's side.
    init(_ inner: any Transport, client: ClientConnection) {
        self.inner = inner
        server = nil
        self.client = client
        protocols = []
        session = SessionHandle(client.context.handle, for: self, isServer: false)
        session?.prepare(client)
    }

    deinit { release() }

    /// Whether the connection can carry nothing any more.
    var isBroken: Bool {
        if case .closed = state { return true }
        return false
    }

    /// What calls return that come too late, or too early.
    var closedResult: IOResult {
        switch state {
        case .handshaking: .wouldBlock
        case .open, .failed: .closed(errno: 0)
        case .closed(let number): .closed(errno: number)
        }
    }

    /// The connection is of no more use.
    func fail(errno: Int32) -> IOResult {
        state = .closed(errno: errno)
        return .closed(errno: errno)
    }

    // MARK: Ends

    func shutdownWrite() {
        sendEnd()
        if isBlocked {
            endsAfterFlush = true
        } else {
            inner.shutdownWrite()
        }
    }

    func close() {
        sendEnd()
        release()
        if !isBroken { state = .closed(errno: 0) }
        inner.close()
    }

    /// Tells the peer that our side is complete (RFC 8446, section 6.1), unless it cannot be heard.
    private func sendEnd() {
        guard case .open = state, !hasSentEnd else { return }
        hasSentEnd = true
        if let records {
            records.send(alert: Alert.closeNotify, to: recordOutput())
        } else {
            session?.end()
        }
        push()
    }

    private func release() {
        session?.free()
        session = nil
        records?.release()
        records = nil
        if let incoming { ThreadBuffers.current.give(incoming) }
        incoming = nil
        releaseOutgoing()
    }
}
