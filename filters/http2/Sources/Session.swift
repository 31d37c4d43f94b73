internal import WeirBase
internal import WeirFilter

/// One HTTP/2 connection, in what is the same for clients and servers: bytes in and out, the
/// streams, and the care for the connection itself.
class Session {
    let host: any ConnectionHost
    let settings: CodecSettings
    let native: NativeSession
    /// Every stream that the library or a receiver knows.
    private(set) var streams: [Stream] = []
    private var spare: [Stream] = []
    /// Streams that `settle` has to look at.
    private var queued: [Stream] = []
    private var settling: [Stream] = []
    /// The stream whose head is being received: heads never mix (RFC 9113, section 4.3).
    var headStream: Stream?
    /// Fields on their way out.
    let fields = FieldBlock()
    /// Fields on their way in, as HTTP/1 writes them.
    let scratch = ByteBuffer(capacity: 0)
    var guardian: FloodGuard
    var scanner: FrameScanner
    var care: ConnectionCare
    /// The time for which the connection's timer is set.
    var armed = MonotonicTime.never

    var isScheduled = false
    /// Whether `produce` stopped because the output was full.
    var isOutputFull = false
    /// Whether received bytes wait until the output is sent.
    var isInputHeld = false
    /// Whether the connection takes in no more and ends once everything is sent.
    var isEnding = false
    /// Whether the host has been told so.
    var hasAskedToEnd = false
    /// Why it ends; nil as long as it does not, or when it ends in order.
    var cause: StaticString?
    /// Whether the connection is gone.
    var isGone = false
    /// Whether the frame that was scanned last belongs to a head that goes on.
    var isHeadOpen = false
    /// Whether that frame is part of a head.
    var isHeadLast = false
    /// Whether settings have come whose consequences have not been sent yet.
    var hasNewSettings = false
    /// Whether `produce` is at work.
    var isProducing = false
    /// Whether the connection ends as soon as it carries no stream.
    var hasDrained = false
    /// Whether the peer sends nothing more.
    var isPeerGone = false
    var hasQueued: Bool { !queued.isEmpty }

    init(_ host: any ConnectionHost, _ settings: CodecSettings, _ native: NativeSession) {
        self.host = host
        self.settings = settings
        self.native = native
        guardian = FloodGuard(settings.flood, now: host.now)
        scanner = FrameScanner(prefaceCount: 0)
        care = ConnectionCare(settings, host.limits, now: host.now)
        native.report(to: self)
    }

    // MARK: For the sides to fill in

    /// How many bytes come before the peer's first frame.
    var prefaceCount: Int { 0 }
    /// The peer opens a stream; nil for one that is ours or of no interest.
    func openedByPeer(_ id: Int32) -> Stream? { nil }
    /// A frame has arrived that its stream does not allow, where the library would let it pass.
    func misplaced(_ frame: FrameScanner.Frame) -> GoAwayCode? { nil }
    /// A frame that ends a stream before its time has been written.
    func resetSent(_ id: UInt32) {}
    /// The peer's settings have changed.
    func settingsChanged() {}
    /// The peer takes no more streams beyond that one.
    func goAwayReceived(lastStream: Int32, _ code: UInt32) {}
    /// Whether the peer is made to wait when it leaves our answers unread.
    var holdsInput: Bool { false }
    /// What comes now is not the head of a new request.
    func trailersBegin() {}
    /// A field of the head that is being received.
    func fieldReceived(_ name: Span<UInt8>, _ value: Span<UInt8>) {
        headStream?.fieldReceived(name, value)
    }
    /// The frame that ends our message on a stream has been written.
    func endSent(_ stream: Stream) { stream.isEndSent = true }
    /// The streams have been looked at.
    func settled() {}
    /// Begins to end the connection in order.
    func drain() {}
    /// The peer has had its time to learn of the drain.
    func drainStep() {}
    /// A stream is over and forgotten.
    func streamEnded(_ stream: Stream) {}
    /// The last stream has ended.
    func becameIdle() { care.becameIdle(now: host.now) }

    var streamCount: Int { streams.count }
}

// MARK: - Streams

extension Session {
    /// A stream object for a new stream, or nil when there is no spare one.
    func takeSpare() -> Stream? { spare.popLast() }

    /// Takes a stream up.
    func insert(_ stream: Stream) {
        stream.slot = streams.count
        streams.append(stream)
        care.streamOpened()
    }

    /// Lets go of a stream that nobody knows any more.
    func remove(_ stream: Stream) {
        let slot = stream.slot
        guard slot >= 0 else { return }
        stream.slot = -1
        streams.swapAt(slot, streams.count - 1)
        streams.removeLast()
        if slot < streams.count { streams[slot].slot = slot }
        if headStream === stream { headStream = nil }
        streamEnded(stream)
        stream.reuse()
        if spare.count < 32 && !isGone { spare.append(stream) }
        if streams.isEmpty { becameIdle() }
    }

    /// Lets go of everything: the connection is gone.
    func removeAll() {
        let gone = streams
        streams = []
        spare = []
        queued = []
        headStream = nil
        for stream in gone {
            stream.slot = -1
            streamEnded(stream)
        }
    }

    /// Frees what an idle connection does not need.
    func shrink() {
        guard streams.isEmpty else { return }
        streams = []
        spare = []
        queued = []
        settling = []
        fields.shrink()
        native.becameIdle()
    }

    /// Has `settle` look at a stream.
    func queue(_ stream: Stream) {
        guard !stream.isQueued else { return }
        stream.isQueued = true
        queued.append(stream)
        schedule()
    }

    /// Has `settle` run soon even when the peer reads nothing, and `produce` is not called.
    func settleSoon() {
        guard armed > host.now else { return }
        armed = host.now
        host.wake(at: armed)
    }

    /// Looks at the streams of which something was noted; at most so many rounds, as what they do
    /// may queue them again.
    func settle() {
        for _ in 0..<8 where !queued.isEmpty {
            swap(&queued, &settling)
            for stream in settling {
                stream.isQueued = false
                stream.settle()
            }
            settling.removeAll(keepingCapacity: true)
        }
        if !queued.isEmpty { schedule() }
        settled()
    }

    /// Asks for `produce`.
    func schedule() {
        guard !isScheduled else { return }
        isScheduled = true
        host.schedule()
    }
}

// MARK: - What the library reports

extension Session {
    func headBegins(_ id: Int32, isRequest: Bool) {
        if isRequest {
            headStream = openedByPeer(id)
            return
        }
        headStream = native.stream(id)
        trailersBegin()
        scratch.clear()
        headStream?.headBegins()
    }

    /// Adds a received field to `map`, which is complete once it has adopted `scratch`.
    func parsed(_ name: Span<UInt8>, _ value: Span<UInt8>, into map: inout HeaderMap) {
        let start = scratch.count
        scratch.write(name)
        scratch.write(": ")
        scratch.write(value)
        scratch.write("\r\n")
        let valueStart = start + name.count + 2
        map.expectParsed(
            known: .named(name), name: start..<start + name.count,
            value: valueStart..<valueStart + value.count, isWhole: true)
    }

    func headEnded(_ id: Int32, isLast: Bool) {
        guard let stream = headStream, stream.id == id else { return }
        headStream = nil
        stream.headEnded(isLast: isLast)
    }

    func dataReceived(_ id: Int32, _ bytes: Span<UInt8>) {
        guard let stream = native.stream(id) else {
            native.consume(bytes.count, of: id)
            return schedule()
        }
        stream.received(bytes)
    }

    func messageEnded(_ id: Int32) { native.stream(id)?.ended() }

    func streamReset(_ id: Int32, _ code: UInt32) {
        let stream = native.stream(id)
        stream?.isResetByPeer = true
        if let stream, stream.isEndSent { return }
        failIf(guardian.peerReset(now: host.now))
    }

    func streamClosed(_ id: Int32, _ code: UInt32) {
        guard let stream = native.stream(id) else { return }
        stream.isClosed = true
        stream.closeCode = code
        queue(stream)
        if code == ErrorCode.none {
            guardian.completed()
            // Both messages have ended; the library says so before it hands out our last frame.
            if !stream.isReset && !stream.isResetByPeer { stream.isEndSent = true }
        } else if !stream.isReset && !stream.isResetByPeer {
            // The library has ended it, because of what the peer sent.
            failIf(guardian.badFrame(now: host.now))
        }
    }

    func dataSent(_ stream: Stream, isLast: Bool) {
        guardian.sentData()
        if isLast { endSent(stream) }
    }

    func settingsReceived(isAcknowledgement: Bool) {
        care.prefaceReceived()
        guard !isAcknowledgement else { return }
        hasNewSettings = true
        settingsChanged()
    }

    func pingAnswered() {
        if care.pingAnswered() { drainStep() }
    }
}
