package import WeirBase
package import WeirFilter
package import WeirRuntime

/// A connection that a codec of a module works on, on either side of the proxy: it reads, writes
/// and keeps the time for the codec.
package final class CodecConnection: EventHandler, TimerTarget, TurnJob {
    package let loop: EventLoop
    package let wire: Wire
    private let socket: StreamSocket
    /// The side's own part; let go of when the connection is closed.
    private var owner: (any CodecOwner)?
    package private(set) var codec: (any Codec)?
    package private(set) var isClosed = false
    /// Whether the connection ends once everything is sent, and why if not in order.
    package private(set) var isEnding = false
    private var endCause: StaticString?
    private var isScheduled = false
    private var mustProduce = false
    private var mustReceive = false
    /// Whether the codec has left bytes that it cannot take now.
    private var isStalled = false
    private lazy var timer = LoopTimer(self)
    /// Runs while the peer leaves unread what was sent.
    private lazy var stall = LoopTimer(self)
    private var isStallTimed = false

    package init(_ socket: StreamSocket, wire: Wire, loop: EventLoop) {
        self.socket = socket
        self.wire = wire
        self.loop = loop
    }

    /// Takes over the socket, which is watched, from whoever made the connection. Bytes that have
    /// been read already are in the wire's input.
    package func start(_ codec: any Codec, owner: any CodecOwner) {
        self.codec = codec
        self.owner = owner
        loop.rewatch(socket.descriptor, self)
        codec.start()
        pump()
    }

    // MARK: What the codec asks for

    fileprivate func schedule() {
        mustProduce = true
        runLater()
    }

    fileprivate func resumeReceiving() {
        mustReceive = true
        runLater()
    }

    fileprivate func wake(at time: MonotonicTime) {
        if time == .never { return timer.cancel() }
        timer.arm(on: loop, at: time)
    }

    fileprivate func end(_ cause: StaticString?) {
        guard !isEnding else { return }
        isEnding = true
        endCause = cause
        schedule()
    }

    private func runLater() {
        guard !isScheduled && !isClosed else { return }
        isScheduled = true
        loop.afterTurn(self)
    }

    // MARK: Events

    package func ready(_ readiness: Readiness) {
        wire.note(readiness)
        if readiness.contains(.writable) && wire.isBlocked {
            wire.becameWritable()
            if isStallTimed { timeStall(false) }
            schedule()
        }
        if wire.isReadable { pump() }
    }

    package func timerFired(_ timer: LoopTimer) {
        guard !isClosed else { return }
        if timer === stall { return close("write_idle") }
        codec?.wakeUp()
    }

    package func runAfterTurn() {
        isScheduled = false
        guard !isClosed else { return }
        if mustReceive {
            mustReceive = false
            isStalled = false
            pump()
        }
        if mustProduce && !isClosed { send() }
    }

    // MARK: Bytes

    private static let readsPerTurn = 16

    private func pump() {
        var reads = 0
        while !isClosed && !isEnding {
            if let input = wire.input, !input.isEmpty {
                guard !isStalled, let codec else { break }
                let taken = codec.receive(input.bytes)
                input.consume(taken)
                if !input.isEmpty {
                    isStalled = true
                    break
                }
            }
            guard wire.isReadable else { break }
            reads += 1
            if reads > Self.readsPerTurn {
                resumeReceiving()
                break
            }
            switch wire.fill(bulk: false) {
            case .bytes: continue
            case .wouldBlock: break
            case .end:
                codec?.inputEnded()
                if !isEnding { end(nil) }
            case .closed:
                close("connection_reset")
            }
        }
        wire.releaseInput()
    }

    /// Lets the codec write, and sends, until there is nothing more or the peer takes no more.
    private func send() {
        mustProduce = false
        var hasMore = true
        while hasMore && !wire.isBlocked && !wire.isBroken {
            hasMore = codec?.produce() ?? false
            wire.flush()
        }
        if hasMore && !wire.isBlocked { mustProduce = true }
        if wire.isBroken { return close("connection_reset") }
        if isEnding && wire.isFlushed { return close(endCause) }
        if wire.isBlocked != isStallTimed { timeStall(wire.isBlocked) }
    }

    /// Bounds the time for which the peer may take nothing: without it a peer that reads no more
    /// would keep the connection and what is on it for ever.
    private func timeStall(_ isBlocked: Bool) {
        isStallTimed = isBlocked
        guard isBlocked, let owner else { return stall.cancel() }
        stall.arm(on: loop, at: loop.now + owner.limits.writeTime)
    }

    /// Closes at once.
    package func close(_ cause: StaticString?) {
        guard !isClosed else { return }
        isClosed = true
        timer.cancel()
        if isStallTimed { stall.cancel() }
        loop.unwatch(socket.descriptor, closing: true)
        wire.close()
        let codec = self.codec.take()
        codec?.closed(cause)
        let owner = self.owner.take()
        owner?.connectionEnded(cause)
    }
}

/// One side's part of a codec's connection: whose it is, and what the codec is offered besides.
package protocol CodecOwner: ConnectionHost {
    var connection: CodecConnection { get }

    /// Called once, when the connection is closed, after the codec was told. A cause says why it
    /// did not end in order.
    func connectionEnded(_ cause: StaticString?)
}

extension CodecOwner {
    package var now: MonotonicTime { connection.loop.now }
    package var random: any RandomSource { connection.loop.random }
    package var security: ConnectionSecurity? { connection.wire.transport.security }
    package var output: ByteBuffer { connection.wire.head }
    package var outputBound: Int { 64 * 1024 }
    package func schedule() { connection.schedule() }
    package func resumeReceiving() { connection.resumeReceiving() }
    package func wake(at time: MonotonicTime) { connection.wake(at: time) }
    package func end(_ cause: StaticString?) { connection.end(cause) }
}
