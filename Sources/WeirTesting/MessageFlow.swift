internal import WeirBase

/// One message of an exchange: what is still to come from its source, and what its sink has taken.
final class MessageFlow {
    // The source.
    private(set) var hasBody = false
    private(set) var trailers: TestFields?
    private var pieces: [ByteString] = []
    private var nextPiece = 0
    private var trailersTaken = false
    /// When the next piece is there.
    private(set) var readyAt = MonotonicTime(nanoseconds: 0)
    /// Bytes of body that came from the source.
    private(set) var receivedBytes = 0

    // The sink.
    var headSent = false
    var sentBody: ByteString?
    var sentTrailers: TestFields?
    /// How often the sink still refuses the piece that is offered.
    var refusalsLeft = 0
    /// Whether it refused in this turn; it is asked again in the next.
    var wasRefused = false

    /// Whether the message has begun.
    var isStarted = false
    /// Whether all of it has gone on, or no more of it will.
    var isOver = false
    /// Since when a filter keeps it waiting.
    var pausedSince: MonotonicTime?

    /// A message that has not begun.
    init() {}

    /// Begins a message.
    init(
        body: ByteString?, trailers: TestFields?, split: Delivery.Split, delivery: Delivery,
        now: MonotonicTime
    ) {
        isStarted = true
        self.trailers = trailers
        // Trailers come after a body, if only an empty one.
        let body = trailers == nil ? body : body ?? ""
        hasBody = body != nil
        pieces = body.map { split.pieces($0) } ?? []
        readyAt = now + delivery.gap
        refusalsLeft = delivery.refusals
    }

    /// Whether there are pieces left.
    var hasMore: Bool { nextPiece < pieces.count }

    /// Whether the pieces are used up and trailers are left.
    var hasTrailersOnly: Bool { !hasMore && trailers != nil && !trailersTaken }

    /// Takes the next piece.
    func take(_ delivery: Delivery, now: MonotonicTime) -> (bytes: ByteString, isLast: Bool) {
        let bytes = pieces[nextPiece]
        nextPiece += 1
        receivedBytes += bytes.count
        readyAt = now + delivery.gap
        return (bytes, nextPiece == pieces.count)
    }

    /// Takes the trailers.
    func takeTrailers() -> TestFields {
        trailersTaken = true
        return trailers ?? [:]
    }

    /// The sink takes a piece.
    func send(_ bytes: ByteString, _ delivery: Delivery) {
        // A body that exists may be empty; one that does not is made by the first byte.
        if hasBody || !bytes.isEmpty { sentBody = (sentBody ?? "") }
        sentBody?.append(bytes)
        refusalsLeft = delivery.refusals
    }
}
