package import WeirBase

/// One message on its way through a chain, in one direction.
///
/// The owner puts in what it received (`offerHead`, `offerBody`, `offerTrailers`) and calls
/// `advance` until it says `.idle` or `.paused`. A pass holds at most one piece of body at
/// a time, plus what a filter asked to buffer: that is the back-pressure.
package final class FilterPass {
    /// What the owner has to do next.
    package enum Step {
        /// Everything offered has gone on; offer more.
        case idle
        /// A filter waits; its token brings the stream back.
        case paused
        /// Send the head on.
        case forwardHead
        /// Send `chunk` on, then call `chunkForwarded()`; the last one when `chunkIsLast`.
        case forwardChunk
        /// Send the trailers on; the message ends with them.
        case forwardTrailers
        /// A filter answers the client; it is the link at that position.
        case respond(LocalResponse, link: Int)
        /// A filter ends the stream without an answer.
        case cutOff(StaticString, CutOff)
        /// The body is longer than the filter at that position may buffer.
        case overflow(link: Int)
    }

    package let isRequest: Bool
    /// Links to visit; for responses counted from the chain's end.
    var linkCount = 0
    /// The link that is not visited because the response is its own.
    var excluded = -1
    /// How many links the head has visited, the present one included.
    package internal(set) var headCursor = 0
    package internal(set) var headForwarded = false

    /// The piece of body in flight.
    package internal(set) var chunk = BodyChunk()
    package internal(set) var chunkIsLast = false
    package internal(set) var hasChunk = false
    var chunkCursor = 0
    /// What filters kept of pieces; the last entry goes on first.
    var kept: [Kept] = []
    /// Whether the piece stands for the body of a message that has none.
    var isEmptyEnd = false

    /// Where the head waits for the whole body, and the bound.
    package internal(set) var holdingAt: Int?
    var holdLimit = 0
    var held = BodyChunk()

    package var trailers = HeaderMap()
    package internal(set) var hasTrailers = false
    var trailersCursor = 0

    /// The pause that keeps the pass waiting; 0 for none.
    package internal(set) var pause: UInt64 = 0
    package internal(set) var pausedLink = 0
    /// Since when the same filter keeps the same part waiting; nil when the pause ends by itself.
    package internal(set) var waitsSince: MonotonicTime?
    /// Whether the filter that waited is asked again.
    var isAskedAgain = false
    /// What waits.
    var pausedPart = Part.head
    /// Whether the filter that the head is held for has been shown the whole body, and is asked
    /// again.
    var isCollected = false
    /// What the pause leads to when it ends well; nil for the next filter.
    var answerAfterPause: LocalResponse?
    /// How the stream ends after the pause, if it does.
    var cutAfterPause: (cause: StaticString, manner: CutOff)?
    /// The answer with which a pause ended, not yet handed out.
    var answer: LocalResponse?
    /// Whether a filter has answered: nothing more of this message visits anybody.
    var isAnswered = false
    /// Whether anything but a head has come: body, trailers, a pause or a wait for the body.
    var hasSeenMore = false

    /// The rest of a piece that stays with the filter at a position.
    struct Kept {
        let position: Int
        let bytes: ByteString
        let isLast: Bool
    }

    /// The part of a message that a filter looks at.
    enum Part { case head, collected(position: Int), body, trailers }

    init(isRequest: Bool) { self.isRequest = isRequest }

    /// Starts a message that visits `linkCount` links.
    func start(linkCount: Int, excluding excluded: Int = -1) {
        self.linkCount = linkCount
        self.excluded = excluded
        headCursor = 0
        headForwarded = false
        pause = 0
        isAnswered = false
        if hasSeenMore { forgetMore() }
    }

    /// Forgets the message and lets its memory go, so that an idle connection holds none.
    func finish() {
        start(linkCount: 0)
    }

    /// Most messages are a head and nothing else for their filters; what comes after it is
    /// forgotten only when there was any.
    private func forgetMore() {
        hasSeenMore = false
        chunkIsLast = false
        hasChunk = false
        chunkCursor = 0
        holdingAt = nil
        isCollected = false
        isAskedAgain = false
        waitsSince = nil
        hasTrailers = false
        trailersCursor = 0
        isEmptyEnd = false
        chunk.bytes = ByteString()
        kept.removeAll()
        held.bytes = ByteString()
        trailers = HeaderMap()
        answerAfterPause = nil
        answer = nil
        cutAfterPause = nil
    }

    /// How many links the head has not visited.
    var unvisitedCount: Int { linkCount - headCursor }

    /// Whether a piece of body can be offered now.
    package var acceptsBody: Bool {
        !hasChunk && pause == 0 && !isAnswered && (headForwarded || holdingAt != nil)
    }

    /// Puts in a piece of body; only while `acceptsBody`.
    package func offerBody(_ bytes: Span<UInt8>, isLast: Bool) {
        precondition(acceptsBody, "a piece of body is in flight already")
        hasSeenMore = true
        chunk.bytes.replace(with: bytes)
        chunkIsLast = isLast
        hasChunk = true
        chunkCursor = 0
    }

    /// Says that the message has no body; only while the head is held for one.
    ///
    /// The filter that buffers is shown an empty body, which it may fill; others are shown none.
    package func offerNoBody() {
        guard let holdingAt else { preconditionFailure("no filter waits for a body") }
        precondition(acceptsBody, "a piece of body is in flight already")
        chunkIsLast = true
        hasChunk = true
        isEmptyEnd = true
        chunkCursor = holdingAt
    }

    /// Puts in the trailers, after the last piece of body.
    package func offerTrailers(_ fields: HeaderMap) {
        hasSeenMore = true
        trailers = fields
        hasTrailers = true
        trailersCursor = 0
    }

    /// The piece in flight has gone on; what a filter kept of it takes its place.
    package func chunkForwarded() {
        hasChunk = false
        chunk.bytes.clear()
        if !kept.isEmpty { showKept() }
    }

    /// Makes what a filter kept the piece in flight, for that filter to see first.
    func showKept() {
        let rest = kept.removeLast()
        chunk.bytes = rest.bytes
        chunkIsLast = rest.isLast
        hasChunk = true
        chunkCursor = rest.position
    }

    /// The pause with that number is over; whether it was the present one. Then `advance`.
    package func endPause(_ number: UInt64, _ outcome: PauseOutcome) -> Bool {
        guard pause == number, number != 0 else { return false }
        pause = 0
        hasSeenMore = true
        switch outcome {
        case .resume: answer = answerAfterPause
        case .askAgain:
            isAskedAgain = true
            stepBack()
        case .respond(let response): answer = response
        case .dropped: answer = Self.droppedPause
        }
        if answer != nil { cutAfterPause = nil }
        answerAfterPause = nil
        return true
    }

    /// Makes the filter that waited the next one to be called.
    private func stepBack() {
        switch pausedPart {
        case .head: headCursor -= 1
        case .collected(let position):
            takeBackKept(at: position)
            holdingAt = position
            isCollected = true
        case .body:
            chunkCursor -= 1
            takeBackKept(at: chunkCursor)
        case .trailers: trailersCursor -= 1
        }
    }

    /// Makes the piece whole again of which the filter at `position` has just kept some.
    private func takeBackKept(at position: Int) {
        guard let rest = kept.last, rest.position == position else { return }
        kept.removeLast()
        chunk.bytes.append(rest.bytes)
        chunkIsLast = rest.isLast
        hasChunk = true
    }

    /// The owner itself ends the message: nothing more of it visits anybody.
    package func abandon() {
        pause = 0
        answer = nil
        cutAfterPause = nil
        isAnswered = true
    }
}
