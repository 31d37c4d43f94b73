package import WeirBase
package import WeirFilter
internal import WeirHTTP
package import WeirRuntime

/// One end of a connection: the transport, and the bytes on their way in and out of it.
///
/// Both sides of the proxy use it. Nothing is copied on its way through: a received body is offered
/// to the other side in place, and what that side cannot take stays in this wire's input, which
/// then is not read further. That is all the back-pressure there is.
package final class Wire {
    package let transport: any Transport
    private let loop: EventLoop

    /// Received bytes; nil while there are none, so that an idle connection holds no memory.
    package private(set) var input: ByteBuffer?
    /// Bytes to send before anything else.
    private var output: ByteBuffer?

    /// Whether a read may find something: set by the loop's edge, cleared by a short read.
    package var isReadable = false
    /// Whether the peer has ended or broken the connection, as far as the loop knows.
    package var isHungUp = false
    /// Whether a write fell short; cleared by the loop's edge.
    package private(set) var isBlocked = false
    /// Whether the transport is unusable.
    package private(set) var isBroken = false

    /// What connection filters want to be kept until the connection has ended.
    package var held: [AnyObject] = []

    private var outgoing = BodyFraming.none
    private var chunkRemaining = 0

    package init(_ transport: any Transport, loop: EventLoop) {
        self.transport = transport
        self.loop = loop
    }

    /// Takes note of what the loop says of the socket; writing on is up to the owner.
    package func note(_ readiness: Readiness) {
        if !readiness.isDisjoint(with: [.readable, .hangup, .error]) { isReadable = true }
        if !readiness.isDisjoint(with: [.hangup, .error]) { isHungUp = true }
    }

    // MARK: Receiving

    /// Reads once. `bulk` asks for a large buffer, for bodies that will not fit a standard one.
    package func fill(bulk: Bool) -> IOResult {
        if bulk { releaseInput() }
        let buffer = input ?? (bulk ? loop.buffers.takeLarge() : loop.buffers.take())
        input = buffer
        if buffer.room == 0 { buffer.compact() }
        let room = buffer.room
        guard room > 0 else { return .wouldBlock }
        let result = transport.read(into: buffer)
        switch result {
        case .bytes(let count):
            if count < room && !isHungUp && !transport.hasMore { isReadable = false }
        case .wouldBlock, .end:
            isReadable = false
        case .closed:
            isReadable = false
            isBroken = true
        }
        return result
    }

    /// Makes room for a head that is larger than the buffer, up to `limit` bytes.
    package func growInput(limit: Int) {
        guard let input, input.count == input.capacity, input.capacity < limit else { return }
        input.reserve(min(input.capacity, limit - input.capacity))
    }

    /// Gives the input back when it holds nothing.
    package func releaseInput() {
        guard let buffer = input, buffer.isEmpty else { return }
        loop.buffers.give(buffer)
        input = nil
    }

    /// Forgets what was received.
    package func discardInput() {
        input?.clear()
        releaseInput()
    }

    // MARK: Sending

    /// The buffer to which a head is written; call `flush` afterwards.
    package var head: ByteBuffer {
        if let output { return output }
        let fresh = loop.buffers.take()
        output = fresh
        return fresh
    }

    /// Says how the body that follows is framed.
    package func startBody(_ framing: BodyFraming) {
        outgoing = framing
        chunkRemaining = 0
    }

    /// Sends as much of a piece of body as the peer takes; the rest has to be offered again.
    ///
    /// Small pieces are gathered until `flush`.
    package func sendBody(_ bytes: Span<UInt8>) -> Int {
        if isBroken || isBlocked || bytes.isEmpty { return 0 }
        guard outgoing == .chunked else { return send(bytes) }
        var taken = 0
        // A chunk that was begun when fewer bytes were there ends before the others get their own.
        while taken < bytes.count && !isBroken && !isBlocked {
            if chunkRemaining == 0 {
                chunkRemaining = bytes.count - taken
                HeadWriter.chunkHead(chunkRemaining, to: head)
            }
            let end = min(bytes.count, taken + chunkRemaining)
            let count = send(bytes.extracting(taken..<end))
            taken += count
            chunkRemaining -= count
            if chunkRemaining == 0 { HeadWriter.chunkEnd(to: head) }
        }
        return taken
    }

    /// Ends the body.
    package func sendEnd(_ trailers: borrowing HeaderMap) {
        if outgoing == .chunked && !isBroken { HeadWriter.lastChunk(trailers: trailers, to: head) }
        outgoing = .none
    }

    /// Sends what was gathered; false while some of it waits for the peer.
    @discardableResult
    package func flush() -> Bool {
        guard let output else { return true }
        if isBlocked { return false }
        while !output.isEmpty && !isBroken && !isBlocked {
            guard case .bytes(let count) = write(output.bytes, Span()) else { break }
            output.consume(count)
        }
        return settle(output)
    }

    /// The loop says that the peer takes bytes again.
    package func becameWritable() {
        transport.flush()
        isBlocked = transport.hasBacklog
    }

    /// Whether everything has been handed to the system.
    package var isFlushed: Bool { output == nil && !isBlocked }

    /// Ends the connection and lets the buffers go.
    package func close() {
        transport.close()
        isBroken = true
        held = []
        if let output {
            loop.buffers.give(output)
            self.output = nil
        }
        discardInput()
    }

    private static let gathered = 4096

    private func send(_ bytes: Span<UInt8>) -> Int {
        if bytes.count <= Self.gathered && (output?.count ?? 0) <= Self.gathered {
            head.write(bytes)
            return bytes.count
        }
        var taken = 0
        while taken < bytes.count && !isBroken && !isBlocked {
            let rest = bytes.extracting(taken..<bytes.count)
            let gathered = output?.count ?? 0
            let result: IOResult
            if let output {
                result = write(output.bytes, rest)
            } else {
                result = write(Span(), rest)
            }
            guard case .bytes(let count) = result else { break }
            output?.consume(min(count, gathered))
            taken += max(0, count - gathered)
        }
        if let output { _ = settle(output) }
        return taken
    }

    private func write(_ first: Span<UInt8>, _ second: Span<UInt8>) -> IOResult {
        let result = transport.write(first, second)
        switch result {
        case .bytes(let count):
            // A short write means that the peer takes no more: no need to ask again.
            if count < first.count + second.count || transport.hasBacklog { isBlocked = true }
        case .wouldBlock: isBlocked = true
        case .end, .closed: isBroken = true
        }
        return result
    }

    private func settle(_ output: ByteBuffer) -> Bool {
        guard output.isEmpty else { return isBroken }
        loop.buffers.give(output)
        self.output = nil
        return true
    }
}
