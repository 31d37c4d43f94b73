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
        /// The body is longer than the filter at that position may buffer.
        case overflow(link: Int)
    }

    let isRequest: Bool
    private unowned let run: ChainRun
    /// Links to visit; for responses counted from the chain's end.
    private var linkCount = 0
    /// The link that is not visited because the response is its own.
    private var excluded = -1
    /// How many links the head has visited, the present one included.
    package private(set) var headCursor = 0
    package private(set) var headForwarded = false

    /// The piece of body in flight.
    package private(set) var chunk = BodyChunk()
    package private(set) var chunkIsLast = false
    package private(set) var hasChunk = false
    private var chunkCursor = 0

    /// Where the head waits for the whole body, and the bound.
    package private(set) var holdingAt: Int?
    private var holdLimit = 0
    private var held = BodyChunk()

    package var trailers = HeaderMap()
    package private(set) var hasTrailers = false
    private var trailersCursor = 0

    /// The pause that keeps the pass waiting; 0 for none.
    package private(set) var pause: UInt64 = 0


    init(_ run: ChainRun, isRequest: Bool) {
        self.run = run
        self.isRequest = isRequest
    }

    /// Starts a message that visits `linkCount` links.
    func start(linkCount: Int, excluding excluded: Int = -1) {
        self.linkCount = linkCount
        self.excluded = excluded
        headCursor = 0
        headForwarded = false
        chunkIsLast = false
        hasChunk = false
        chunkCursor = 0
        chunk.bytes.clear()
        holdingAt = nil
        held.bytes.clear()
        hasTrailers = false
        trailersCursor = 0
        trailers.clear()
        pause = 0
    }

    /// Whether a piece of body can be offered now.
    package var acceptsBody: Bool { !hasChunk && pause == 0 && (headForwarded || holdingAt != nil) }

    /// Puts in a piece of body; only while `acceptsBody`.
    package func offerBody(_ bytes: Span<UInt8>, isLast: Bool) {
        precondition(acceptsBody, "a piece of body is in flight already")
        chunk.bytes.replace(with: bytes)
        chunkIsLast = isLast
        hasChunk = true
        chunkCursor = 0
    }

    /// Puts in the trailers, after the last piece of body.
    package func offerTrailers(_ fields: HeaderMap) {
        trailers = fields
        hasTrailers = true
        trailersCursor = 0
    }

    /// The piece in flight has gone on.
    package func chunkForwarded() {
        hasChunk = false
        chunk.bytes.clear()
    }

    // MARK: Advancing

    /// Takes the message as far as it goes and says what to do next.
    package func advance() -> Step {
        if pause != 0 { return .paused }
        while true {
            if let position = holdingAt {
                if let step = collect(upTo: position) { return step }
            } else if !headForwarded {
                if let step = advanceHead() { return step }
            } else if hasChunk {
                if let step = advanceChunk(upTo: linkCount) { return step }
                return .forwardChunk
            } else if hasTrailers {
                if let step = advanceTrailers() { return step }
                hasTrailers = false
                return .forwardTrailers
            } else {
                return .idle
            }
        }
    }

    /// The pause with that number is over; whether it was the present one.
    package func endPause(_ number: UInt64) -> Bool {
        guard pause == number, number != 0 else { return false }
        pause = 0
        return true
    }

    private func advanceHead() -> Step? {
        let phase: Phases = isRequest ? .requestHeaders : .responseHeaders
        if run.chain.phases.contains(phase) {
            while headCursor < linkCount {
                let position = headCursor
                headCursor += 1
                guard let link = wanted(phase, at: position) else { continue }
                let verdict = run.callHeaders(link, isRequest: isRequest)
                if case .buffer(let limit) = verdict {
                    run.count(link, .buffer)
                    holdingAt = position
                    holdLimit = limit
                    return nil
                }
                if let step = stop(verdict, at: link) { return step }
            }
        }
        headCursor = linkCount
        headForwarded = true
        return .forwardHead
    }

    /// Collects the body for the filter at `position`; nil when it has all of it and has seen it.
    private func collect(upTo position: Int) -> Step? {
        guard hasChunk else { return .idle }
        if let step = advanceChunk(upTo: position) { return step }
        guard held.bytes.count + chunk.bytes.count <= holdLimit else {
            return .overflow(link: link(at: position))
        }
        held.bytes.append(chunk.bytes)
        guard chunkIsLast else {
            chunkForwarded()
            return .idle
        }
        // The whole body becomes the one piece that goes on after the head.
        swap(&held, &chunk)
        held.bytes.clear()
        holdingAt = nil
        chunkCursor = position + 1
        let link = link(at: position)
        return stop(run.callBody(link, chunk, isLast: true, isRequest: isRequest), at: link)
    }

    private func advanceChunk(upTo end: Int) -> Step? {
        let phase: Phases = isRequest ? .requestBody : .responseBody
        while chunkCursor < end {
            let position = chunkCursor
            chunkCursor += 1
            guard let link = wanted(phase, at: position) else { continue }
            let verdict = run.callBody(link, chunk, isLast: chunkIsLast, isRequest: isRequest)
            if let step = stop(verdict, at: link) { return step }
        }
        return nil
    }

    private func advanceTrailers() -> Step? {
        let phase: Phases = isRequest ? .requestTrailers : .responseTrailers
        while trailersCursor < linkCount {
            let position = trailersCursor
            trailersCursor += 1
            guard let link = wanted(phase, at: position) else { continue }
            let verdict = run.callTrailers(link, &trailers, isRequest: isRequest)
            if let step = stop(verdict, at: link) { return step }
        }
        return nil
    }

    /// What a verdict stops, or nil when the message goes on.
    private func stop(_ verdict: Verdict, at link: Int) -> Step? {
        switch verdict {
        case .continue:
            run.count(link, .continue)
            return nil
        case .respond(let response):
            run.count(link, .respond)
            return .respond(response, link: link)
        case .pause(let ticket):
            run.count(link, .pause)
            pause = ticket.pause
            return .paused
        case .buffer:
            // Asked for too late: the head has gone on, so there is nothing to hold back.
            run.count(link, .buffer)
            return .respond(Self.lateBuffer, link: link)
        }
    }

    private static let lateBuffer = LocalResponse(status: 500, cause: "filter_buffered_too_late")

    /// The link at a position of this pass, if its filter wants the phase.
    private func wanted(_ phase: Phases, at position: Int) -> Int? {
        let link = link(at: position)
        guard link != excluded, run.chain.links[link].phases.contains(phase) else { return nil }
        return link
    }

    private func link(at position: Int) -> Int {
        isRequest ? position : linkCount - 1 - position
    }
}
