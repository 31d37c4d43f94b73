internal import WeirBase
internal import WeirFilter

extension TlsTransport {
    /// Content comes in records of 16 KiB. A peer that sends far more without any content keeps
    /// the loop busy for nothing, with key updates, say, or empty records; one that has us owe it
    /// far more than we send at once does not take our answers.
    private static let limit = 256 << 10
    /// A message of the handshake's kind makes new keys, or the like.
    private static let messageCost = 4096
    private static let emptyRecordCost = 256

    private var isOverburdened: Bool {
        unproductive > Self.limit || burden > Self.limit || (outgoing?.count ?? 0) > Self.limit
    }

    /// OpenSSL has taken or made a message of the handshake's kind.
    func countMessage() {
        if case .open = state { burden += Self.messageCost }
    }

    /// Received records, at least `count` bytes; nil when there are not so many now.
    func recordInput(atLeast count: Int = 1) -> ByteBuffer? {
        while true {
            if isOverburdened {
                inputEnd = .closed(errno: 0)
                return nil
            }
            if let incoming, incoming.count >= count { return incoming }
            if isDrained || inputEnd != nil { return nil }
            let buffer = incoming ?? ThreadBuffers.current.take(isLarge: readsBulk)
            incoming = buffer
            if buffer.capacity - buffer.readerIndex < count { buffer.compact() }
            let room = buffer.room
            switch inner.read(into: buffer) {
            case .bytes(let received):
                isDrained = received < room
                unproductive += received
            case .wouldBlock: isDrained = true
            case .end: inputEnd = .end
            case .closed(let number): inputEnd = .closed(errno: number)
            }
        }
    }

    /// Lets the next step look for input again.
    func expectInput(bulk: Bool = false) {
        isDrained = false
        unproductive = 0
        burden = 0
        readsBulk = bulk
    }

    func releaseIncoming() {
        guard let buffer = incoming, buffer.isEmpty else { return }
        ThreadBuffers.current.give(buffer)
        incoming = nil
    }

    // MARK: Content

    /// Why reading came to an end.
    private enum Stop {
        /// The buffer is full, or there are no more records for now.
        case pause
        /// The peer has ended its side.
        case end
        /// The connection is of no more use.
        case broken
    }

    var hasMore: Bool { hasEnded || inputEnd != nil }

    func read(into buffer: ByteBuffer) -> IOResult {
        guard case .open = state else { return closedResult }
        if hasEnded { return .end }
        expectInput(bulk: buffer.room > ThreadBuffers.smallSize)
        let before = buffer.count
        var stop = records.map { readRecords($0, into: buffer) } ?? readSession(into: buffer)
        if isOverburdened { stop = .broken }
        let total = buffer.count - before
        releaseIncoming()
        switch stop {
        case .broken:
            push()
            return fail(errno: 0)
        case .end: hasEnded = true
        case .pause: break
        }
        if total > 0 || buffer.room == 0 { return .bytes(total) }
        // What the handshake or the peer's messages gave us to say waits for content to go with,
        // but no longer than this.
        push()
        if isBroken { return closedResult }
        if hasEnded { return .end }
        switch inputEnd {
        case nil: return .wouldBlock
        case .closed(let number): return fail(errno: number)
        default: return truncated()
        }
    }

    /// The stream has ended without the peer's word that it is complete. A request says itself
    /// whether it is complete, so clients that do not care are let through; a response may not
    /// (RFC 9112, section 9.8).
    private func truncated() -> IOResult {
        guard server != nil else { return fail(errno: 0) }
        hasEnded = true
        return .end
    }

    private func readSession(into buffer: ByteBuffer) -> Stop {
        guard let session else { return .broken }
        while buffer.room > 0 {
            switch session.read(into: buffer) {
            case .content:
                unproductive = 0
                // A record is taken whole while there is room: without records, no more content.
                if isDrained && incoming?.isEmpty != false { return .pause }
            case .wantsInput: return .pause
            case .end: return .end
            case .failed:
                OpenSSLErrors.clear()
                return .broken
            }
        }
        return .pause
    }

    private func readRecords(_ records: RecordLayer, into buffer: ByteBuffer) -> Stop {
        _ = records.takePending(to: buffer)
        while buffer.room > 0 {
            guard let header = recordInput(atLeast: 5) else { break }
            guard let size = RecordLayer.size(header.bytes) else {
                return refuse(records, Alert.recordOverflow)
            }
            guard let input = recordInput(atLeast: size) else { break }
            let before = buffer.count
            let received = records.receive(input.bytes.extracting(0..<size), to: buffer)
            input.consume(size)
            switch received {
            case .content:
                _ = records.takePending(to: buffer)
                if buffer.count > before {
                    unproductive = 0
                } else {
                    burden += Self.emptyRecordCost
                }
            case .nothing(let cost): burden += cost
            case .end: return .end
            case .givenUp: return .broken
            case .bad(let alert): return refuse(records, alert)
            }
        }
        // Nothing follows our farewell (RFC 8446, section 6.1).
        if records.hasAnswer && !isBlocked && !hasSentEnd
            && !records.sendAnswer(to: recordOutput())
        {
            return .broken
        }
        return .pause
    }

    private func refuse(_ records: RecordLayer, _ alert: UInt8) -> Stop {
        if !isBlocked && !hasSentEnd { records.send(alert: alert, to: recordOutput()) }
        return .broken
    }
}
