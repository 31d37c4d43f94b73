internal import WeirBase
internal import WeirFilter

/// TLS over another transport. OpenSSL sees memory only: records come from `incoming` and go to
/// `outgoing`, and this object moves them.
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
    /// The protocols to agree on, the preferred one first; empty for none.
    let protocols: [String]

    var session: SessionHandle?
    var state = State.handshaking
    var security: ConnectionSecurity?

    /// Received records that OpenSSL has not taken; nil while there are none.
    private var incoming: ByteBuffer?
    /// Records to send; nil while there are none.
    private var outgoing: ByteBuffer?
    /// Whether the inner transport has taken less than it was given, and no edge has come since.
    private var isBlocked = false
    /// Whether a read has shown that nothing more is there for now.
    private var isDrained = false
    private var readsBulk = false
    /// How many bytes of records were received without a byte of content since content was last
    /// asked for.
    private var unproductive = 0
    /// What ended the inner transport's input; nil while it has not ended.
    private(set) var inputEnd: IOResult?
    /// Whether the peer has ended its side in order.
    private var hasEnded = false
    private var endsAfterFlush = false
    private var hasSentEnd = false

    /// The clean name that the client asked for.
    var serverName: String?
    /// Set by a callback that makes the handshake fail.
    var refusal: StaticString?
    var hasLookedAtStart = false

    /// The server's side.
    init(_ inner: any Transport, server: ServerContexts, protocols: [String]) {
        self.inner = inner
        self.server = server
        client = nil
        self.protocols = protocols
        session = SessionHandle(server.standard, for: self, isServer: true)
    }

    /// The client's side.
    init(_ inner: any Transport, client: ClientConnection, protocols: [String]) {
        self.inner = inner
        server = nil
        self.client = client
        self.protocols = protocols
        session = SessionHandle(client.context, for: self, isServer: false)
    }

    deinit { release() }

    // MARK: Records, for OpenSSL

    /// Received records; nil when there are none now.
    func recordInput() -> ByteBuffer? {
        if let incoming, !incoming.isEmpty { return incoming }
        if isDrained || inputEnd != nil { return nil }
        let buffer = incoming ?? ThreadBuffers.current.take(isLarge: readsBulk)
        incoming = buffer
        let room = buffer.room
        switch inner.read(into: buffer) {
        case .bytes(let count):
            isDrained = count < room
            unproductive += count
            if unproductive > Self.unproductiveLimit {
                inputEnd = .closed(errno: 0)
                return nil
            }
            return count > 0 ? buffer : nil
        case .wouldBlock:
            isDrained = true
        case .end:
            inputEnd = .end
        case .closed(let number):
            inputEnd = .closed(errno: number)
        }
        return nil
    }

    /// Content comes in records of 16 KiB. A peer that sends far more without any content keeps
    /// the loop busy for nothing (RFC 8446, appendix E.6: key updates, empty records).
    private static let unproductiveLimit = 256 << 10

    /// Where records are written.
    func recordOutput() -> ByteBuffer {
        if let outgoing { return outgoing }
        let fresh = ThreadBuffers.current.take(isLarge: false)
        outgoing = fresh
        return fresh
    }

    // MARK: Reading

    func read(into buffer: ByteBuffer) -> IOResult {
        guard case .open = state, let session else { return closedResult }
        if hasEnded { return .end }
        isDrained = false
        unproductive = 0
        readsBulk = buffer.room > ThreadBuffers.smallSize
        var total = 0
        while buffer.room > 0 {
            let count = session.read(into: buffer)
            guard count > 0 else {
                let result = readEnded(session, total)
                return total > 0 && !isBroken ? .bytes(total) : result
            }
            total += count
            unproductive = 0
            // Less than there was room for, or a whole record: without records, no more to read.
            if isDrained && incoming?.isEmpty != false && buffer.room > 0 { break }
        }
        releaseIncoming()
        return .bytes(total)
    }

    /// Whether the connection can carry nothing any more.
    private var isBroken: Bool {
        if case .closed = state { return true }
        return false
    }

    /// Finds out why there was nothing to read.
    private func readEnded(_ session: SessionHandle, _ total: Int) -> IOResult {
        releaseIncoming()
        // What the handshake or the peer's questions made OpenSSL write waits for content to go
        // with, but no longer than this.
        if total == 0 { push() }
        if session.isEndedByPeer {
            hasEnded = true
            return .end
        }
        guard session.wantsInput else {
            OpenSSLErrors.clear()
            push()
            return fail(errno: 0)
        }
        switch inputEnd {
        case nil: return .wouldBlock
        case .closed(let number): return fail(errno: number)
        default: return truncated(total)
        }
    }

    /// The stream ended without the peer's word that it is complete. A request says itself whether
    /// it is complete, so clients that do not care are let through; a response may not (RFC 9112,
    /// section 9.8).
    private func truncated(_ total: Int) -> IOResult {
        if server != nil {
            hasEnded = true
            return .end
        }
        return total > 0 ? .end : fail(errno: 0)
    }

    private func fail(errno: Int32) -> IOResult {
        state = .closed(errno: errno)
        return .closed(errno: errno)
    }

    private var closedResult: IOResult {
        switch state {
        case .handshaking: .wouldBlock
        case .open, .failed: .closed(errno: 0)
        case .closed(let number): .closed(errno: number)
        }
    }

    // MARK: Writing

    func write(_ first: Span<UInt8>, _ second: Span<UInt8>) -> IOResult {
        guard case .open = state, let session, !hasSentEnd else { return closedResult }
        if isBlocked {
            flush()
            if isBlocked { return isBroken ? closedResult : .wouldBlock }
        }
        let total = first.count + second.count
        var taken = 0
        while taken < total && !isBlocked && !isBroken {
            let count = encrypt(first, second, from: taken, session)
            if count == 0 { return fail(errno: 0) }
            taken += count
            push()
        }
        return isBroken ? closedResult : .bytes(taken)
    }

    /// Encrypts up to `ThreadBuffers.bulk` bytes and returns how many.
    private func encrypt(
        _ first: Span<UInt8>, _ second: Span<UInt8>, from start: Int, _ session: SessionHandle
    ) -> Int {
        let total = first.count + second.count
        if outgoing == nil {
            let isLarge = total - start > ThreadBuffers.smallSize - 1024
            outgoing = ThreadBuffers.current.take(isLarge: isLarge)
        }
        if start == 0 && !first.isEmpty && !second.isEmpty && total <= ThreadBuffers.jointSize {
            let joint = ThreadBuffers.current.joint
            joint.clear()
            joint.append(first)
            joint.append(second)
            return session.write(joint.bytes) ? total : 0
        }
        var done = start
        let end = min(total, start + ThreadBuffers.bulk)
        if done < first.count {
            let stop = min(first.count, end)
            guard session.write(first.extracting(done..<stop)) else { return 0 }
            done = stop
        }
        if done < end {
            let rest = second.extracting((done - first.count)..<(end - first.count))
            guard session.write(rest) else { return 0 }
            done = end
        }
        return done - start
    }

    /// Sends what is in `outgoing`, as far as the inner transport takes it.
    func push() {
        guard let outgoing, !isBlocked else { return }
        while !outgoing.isEmpty {
            switch inner.write(outgoing.bytes, Span()) {
            case .bytes(let count):
                let isShort = count < outgoing.count
                outgoing.consume(count)
                isBlocked = isShort || inner.hasBacklog
            case .wouldBlock: isBlocked = true
            case .end: breakOff(errno: 0)
            case .closed(let number): breakOff(errno: number)
            }
            if isBlocked || isBroken { break }
        }
        if outgoing.isEmpty {
            releaseOutgoing()
        } else if isBlocked {
            shrinkBacklog(outgoing)
        }
    }

    private func breakOff(errno: Int32) {
        if case .failed = state { return }
        state = .closed(errno: errno)
    }

    /// A slow peer's backlog may lie for long: it gets memory of its own size.
    private func shrinkBacklog(_ buffer: ByteBuffer) {
        guard buffer.count < buffer.capacity / 2 else { return }
        let exact = ByteBuffer(capacity: buffer.count)
        exact.append(buffer.bytes)
        ThreadBuffers.current.give(buffer)
        outgoing = exact
    }

    var hasBacklog: Bool { isBlocked }

    func flush() {
        guard isBlocked else { return }
        if inner.hasBacklog {
            inner.flush()
            if inner.hasBacklog { return }
        }
        isBlocked = false
        push()
        if endsAfterFlush && !isBlocked {
            endsAfterFlush = false
            inner.shutdownWrite()
        }
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
        switch state {
        case .closed: break
        default: state = .closed(errno: 0)
        }
        inner.close()
    }

    /// Tells the peer that our side is complete (RFC 8446, section 6.1), unless it cannot be heard.
    private func sendEnd() {
        guard case .open = state, !hasSentEnd, let session else { return }
        hasSentEnd = true
        session.end()
        push()
    }

    private func release() {
        session?.free()
        session = nil
        if let incoming { ThreadBuffers.current.give(incoming) }
        incoming = nil
        releaseOutgoing()
    }

    func releaseIncoming() {
        guard let buffer = incoming, buffer.isEmpty else { return }
        ThreadBuffers.current.give(buffer)
        incoming = nil
    }

    private func releaseOutgoing() {
        guard let buffer = outgoing else { return }
        ThreadBuffers.current.give(buffer)
        outgoing = nil
    }

    /// Lets the next read or step look for input again.
    func expectInput() {
        isDrained = false
        unproductive = 0
        readsBulk = false
    }

    /// Sends `text` in the clear, for a peer that does not speak TLS.
    func sendPlain(_ text: StaticString) { _ = inner.write(text.span, Span()) }
}
