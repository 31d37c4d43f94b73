internal import WeirBase

/// One stream of a connection, in what is the same for clients and servers: the message that we
/// send waits here for the peer's window, the one that we receive for its receiver.
///
/// Reused by its connection for one stream after the other. Calls from the library only note what
/// has happened where a receiver may not be told; `settle` tells it.
class Stream {
    let session: Session
    /// The stream's number; 0 before it has one.
    var id: Int32 = 0
    /// Its place among the session's streams.
    var slot = -1
    /// Whether it waits for `settle`.
    var isQueued = false
    /// Whether the library has let go of it.
    var isClosed = false
    /// How it was closed.
    var closeCode: UInt32 = 0
    /// Whether the peer has ended it before its time.
    var isResetByPeer = false
    /// Whether we have ended it before its time.
    var isReset = false

    // MARK: What we send

    /// Bytes of our message's body that the peer has not taken yet.
    private var outgoing: ByteBuffer?
    /// Whether our message has been given to its end.
    var isEnded = false
    /// Whether the frame that ends our message has been written.
    var isEndSent = false
    /// Whether the library waits for `resume`.
    private var isDeferred = false
    /// Whether the message's source was refused bytes and waits to be told that there is room.
    var isSourceRefused = false
    /// Fields that follow the body; made when first needed.
    private var trailers: FieldBlock?

    // MARK: What we receive

    /// Bytes of the peer's message that its receiver has not taken yet; the stream's window bounds
    /// them.
    private var incoming: ByteBuffer?
    /// Whether the peer's message has come to its end.
    var isPeerEnded = false
    /// Whether its receiver has been told.
    var isEndDelivered = false
    /// Whether the receiver wants to be offered the waiting bytes again.
    private var isReceiverReady = false
    /// Fields that came after the body.
    var receivedTrailers = HeaderMap()
    /// Whether the present head is the trailers'.
    var isInTrailers = false

    init(_ session: Session) { self.session = session }

    /// Makes the stream ready for another number.
    func reuse() {
        id = 0
        isClosed = false
        closeCode = 0
        isResetByPeer = false
        isReset = false
        isEnded = false
        isEndSent = false
        isDeferred = false
        isSourceRefused = false
        isPeerEnded = false
        isEndDelivered = false
        isReceiverReady = false
        isInTrailers = false
        if !receivedTrailers.isEmpty { receivedTrailers.clear() }
        trailers?.clear()
        outgoing = kept(outgoing)
        incoming = kept(incoming)
    }

    /// A buffer that has grown large is not worth keeping for what comes next.
    private func kept(_ buffer: ByteBuffer?) -> ByteBuffer? {
        guard let buffer, buffer.capacity <= 16 * 1024 else { return nil }
        buffer.clear()
        return buffer
    }

    // MARK: For the sides to fill in

    /// A field of a head or of trailers has arrived.
    func fieldReceived(_ name: Span<UInt8>, _ value: Span<UInt8>) {}

    /// A head, or trailers, begin.
    func headBegins() {}

    /// The head, or the trailers, are complete.
    func headEnded(isLast: Bool) {}

    /// Offers bytes to the receiver; how many of them it took.
    func offer(_ bytes: Span<UInt8>) -> Int { bytes.count }

    /// Whether bytes may be offered to the receiver now.
    var canOffer: Bool { true }

    /// Tells the receiver that the peer's message is complete.
    func deliverEnd() {}

    /// Tells the source of our message that there is room for more of it.
    func tellWritable() {}

    /// Tells the receiver that the stream is over, once.
    func deliverClose() {}

    // MARK: Sending

    /// Takes what there is room for.
    func take(_ bytes: Span<UInt8>) -> Int {
        let bound = session.settings.streamBuffer
        let buffer = outgoing ?? ByteBuffer(capacity: min(bound, max(2048, bytes.count)))
        if outgoing == nil { outgoing = buffer }
        let count = min(bytes.count, bound - buffer.count)
        if count > 0 { buffer.write(bytes.extracting(0..<count)) }
        if count < bytes.count { isSourceRefused = true }
        resume()
        return count
    }

    /// Ends our message, with these fields after its body if there are any.
    func end(_ fields: borrowing HeaderMap, except skipped: KnownHeaders) {
        guard !isEnded else { return }
        isEnded = true
        if !fields.isEmpty {
            let block = trailers ?? FieldBlock()
            if trailers == nil { trailers = block }
            for index in 0..<fields.count where !fields.isAny(of: skipped, at: index) {
                block.add(fields.name(at: index), fields.value(at: index))
            }
        }
        resume()
    }

    private func resume() {
        if isDeferred {
            isDeferred = false
            session.native.resume(id)
        }
        session.schedule()
    }

    /// How much of the body can be sent now, and whether that is the rest; nil to be asked again
    /// after `resume`.
    func payload(atMost count: Int) -> (count: Int, isLast: Bool)? {
        let waiting = outgoing?.count ?? 0
        if waiting == 0 && !isEnded {
            isDeferred = true
            return nil
        }
        return (min(waiting, count), isEnded && waiting <= count)
    }

    /// Writes as much of the body as `payload` announced.
    func writePayload(_ count: Int, to output: ByteBuffer) {
        guard let outgoing, count > 0 else { return }
        output.write(outgoing.bytes.extracting(0..<count))
        outgoing.consume(count)
        if isSourceRefused && hasRoomAgain { session.queue(self) }
    }

    /// Whether it is worth telling the source: half of the buffer is free.
    private var hasRoomAgain: Bool {
        (outgoing?.count ?? 0) <= session.settings.streamBuffer / 2
    }

    /// Sends the trailers, if there are any, and returns whether there are.
    func submitTrailers() -> Bool {
        guard let trailers, trailers.count > 0 else { return false }
        session.native.submitTrailers(id, trailers)
        return true
    }

    // MARK: Receiving

    /// Bytes of the peer's message have arrived.
    func received(_ bytes: Span<UInt8>) {
        var taken = 0
        if isReset {
            taken = bytes.count
        } else if incoming?.isEmpty ?? true, canOffer {
            taken = offer(bytes)
        }
        if taken > 0 { consume(taken) }
        guard taken < bytes.count else { return }
        let buffer = incoming ?? ByteBuffer(capacity: max(2048, bytes.count - taken))
        if incoming == nil { incoming = buffer }
        buffer.write(bytes.extracting(taken...))
    }

    /// The peer's message is complete.
    func ended() {
        isPeerEnded = true
        guard incoming?.isEmpty ?? true, canOffer else { return }
        finishReceiving()
    }

    private func finishReceiving() {
        guard !isEndDelivered else { return }
        isEndDelivered = true
        deliverEnd()
    }

    /// The receiver can take more.
    func receiverIsReady() {
        guard !isReceiverReady, !(incoming?.isEmpty ?? true) || isPeerEnded && !isEndDelivered
        else { return }
        isReceiverReady = true
        session.queue(self)
    }

    private func consume(_ count: Int) {
        // Nothing more comes on a stream that has ended, so only the connection's window matters.
        session.native.consume(count, of: isPeerEnded || isClosed || id == 0 ? nil : id)
        session.schedule()
    }

    func offerAgain() {
        guard isReceiverReady, canOffer else { return }
        isReceiverReady = false
        if let incoming, !incoming.isEmpty {
            let taken = offer(incoming.bytes)
            incoming.consume(taken)
            if taken > 0 { consume(taken) }
            guard incoming.isEmpty else { return }
        }
        if isPeerEnded { finishReceiving() }
    }

    /// Whether received bytes still wait for the receiver.
    var hasIncoming: Bool { !(incoming?.isEmpty ?? true) }

    /// Drops what waits for the receiver, so that the connection's window opens again.
    func discardIncoming() {
        guard let incoming, !incoming.isEmpty else { return }
        let count = incoming.count
        incoming.clear()
        consume(count)
    }
    // MARK: Settling

    /// Does what could not be done inside a call from the library or from the receiver.
    func settle() {
        if isOver {
            discardIncoming()
            deliverClose()
            if isClosed { session.remove(self) }
            return
        }
        offerAgain()
        if isSourceRefused && hasRoomAgain && !isOver {
            isSourceRefused = false
            tellWritable()
        }
    }

    /// Whether nothing more will come of the stream.
    var isOver: Bool { isClosed || isReset }

    /// Ends the stream before its time.
    func reset(_ code: UInt32) {
        guard !isOver else { return }
        isReset = true
        if id > 0 { session.native.submitReset(id, code) }
        session.queue(self)
    }
}
