internal import WeirBase
internal import WeirFilter

extension TlsTransport {
    /// Where records are written.
    func recordOutput() -> ByteBuffer {
        if let outgoing { return outgoing }
        let fresh = ThreadBuffers.current.take(isLarge: false)
        outgoing = fresh
        return fresh
    }

    func releaseOutgoing() {
        guard let buffer = outgoing else { return }
        ThreadBuffers.current.give(buffer)
        outgoing = nil
    }

    // MARK: Content

    func write(_ first: Span<UInt8>, _ second: Span<UInt8>) -> IOResult {
        guard case .open = state, !hasSentEnd else { return closedResult }
        if isBlocked {
            flush()
            if isBlocked { return .wouldBlock }
        }
        let total = first.count + second.count
        var taken = 0
        while taken < total && !isBlocked && !isBroken {
            let end = min(total, taken + ThreadBuffers.bulk)
            if outgoing == nil {
                outgoing = ThreadBuffers.current.take(
                    isLarge: end - taken > RecordKey.contentLimit)
            }
            let head = first.extracting(min(taken, first.count)..<min(end, first.count))
            let tail = second.extracting(max(0, taken - first.count)..<max(0, end - first.count))
            guard encrypt(head, tail) else { return fail(errno: 0) }
            taken = end
            push()
        }
        return isBroken ? closedResult : .bytes(taken)
    }

    private func encrypt(_ first: Span<UInt8>, _ second: Span<UInt8>) -> Bool {
        if let records { return records.send(first, second, to: recordOutput()) }
        guard let session else { return false }
        if !first.isEmpty && !second.isEmpty
            && first.count + second.count <= ThreadBuffers.jointSize
        {
            let joint = ThreadBuffers.current.joint
            joint.clear()
            joint.append(first)
            joint.append(second)
            return session.write(joint.bytes)
        }
        return (first.isEmpty || session.write(first)) && (second.isEmpty || session.write(second))
    }

    // MARK: Records

    /// Sends what is in `outgoing`, as far as the inner transport takes it.
    func push() {
        guard let outgoing, !isBlocked else { return }
        while !outgoing.isEmpty && !isBlocked {
            switch inner.write(outgoing.bytes, Span()) {
            case .bytes(let count):
                isBlocked = count < outgoing.count || inner.hasBacklog
                outgoing.consume(count)
            case .wouldBlock: isBlocked = true
            case .end: return breakOff(errno: 0)
            case .closed(let number): return breakOff(errno: number)
            }
        }
        if outgoing.isEmpty {
            releaseOutgoing()
        } else {
            shrinkBacklog(outgoing)
        }
    }

    private func breakOff(errno: Int32) {
        releaseOutgoing()
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
}
