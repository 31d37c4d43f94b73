internal import WeirBase

extension FilterPass {
    /// Takes the message as far as it goes and says what to do next.
    package func advance(_ run: ChainRun) -> Step {
        if pause != 0 { return .paused }
        if let answer {
            self.answer = nil
            return respond(answer, pausedLink, run)
        }
        if let cut = cutAfterPause {
            cutAfterPause = nil
            return cutOff(cut.cause, cut.manner, pausedLink, run)
        }
        if isAnswered { return .idle }
        while true {
            if isEmptyEnd && holdingAt == nil {
                // The filter that waited has seen it; what it left empty is still no body.
                isEmptyEnd = false
                hasChunk = !chunk.bytes.isEmpty || !kept.isEmpty
            }
            if let position = holdingAt {
                if let step = collect(upTo: position, run) { return step }
            } else if !headForwarded {
                if let step = advanceHead(run) { return step }
            } else if hasChunk {
                if let step = advanceChunk(upTo: linkCount, run) { return step }
                return .forwardChunk
            } else if hasTrailers {
                if let step = advanceTrailers(run) { return step }
                hasTrailers = false
                return .forwardTrailers
            } else {
                return .idle
            }
        }
    }

    private func advanceHead(_ run: ChainRun) -> Step? {
        let phase: Phases = isRequest ? .requestHeaders : .responseHeaders
        if run.chain.phases.contains(phase) {
            while headCursor < linkCount {
                let position = headCursor
                headCursor += 1
                guard let link = wanted(phase, at: position, run) else { continue }
                let verdict = run.callHeaders(link, isRequest: isRequest)
                if case .buffer(let limit) = verdict {
                    run.count(link, .buffer)
                    run.stream.openPause = 0
                    hasSeenMore = true
                    holdingAt = position
                    holdLimit = limit
                    return nil
                }
                if let step = stop(verdict, at: link, .head, run) { return step }
            }
        }
        headCursor = linkCount
        headForwarded = true
        return .forwardHead
    }

    /// Collects the body for the filter at `position`; nil when it has all of it and has seen it.
    private func collect(upTo position: Int, _ run: ChainRun) -> Step? {
        if isCollected { return showCollected(at: position, run) }
        guard hasChunk else { return .idle }
        if let step = advanceChunk(upTo: position, run) { return step }
        guard held.bytes.count + chunk.bytes.count <= holdLimit else {
            isAnswered = true
            return .overflow(link: link(at: position))
        }
        held.bytes.append(chunk.bytes)
        guard chunkIsLast else {
            chunkForwarded()
            return hasChunk ? nil : .idle
        }
        // The whole body becomes the one piece that goes on after the head.
        swap(&held, &chunk)
        held.bytes.clear()
        chunkCursor = position + 1
        return showCollected(at: position, run)
    }

    private func showCollected(at position: Int, _ run: ChainRun) -> Step? {
        holdingAt = nil
        isCollected = false
        let phase: Phases = isRequest ? .requestBody : .responseBody
        guard let link = wanted(phase, at: position, run) else { return nil }
        let verdict = callBody(link, isLast: true, run)
        if chunk.keptFrom >= 0 { keep(after: verdict, at: position) }
        return stop(verdict, at: link, .collected(position: position), run)
    }

    private func callBody(_ link: Int, isLast: Bool, _ run: ChainRun) -> Verdict {
        let verdict = run.callBody(link, chunk, isLast: isLast, isRequest: isRequest)
        if chunk.expectsTrailers {
            chunk.expectsTrailers = false
            if isLast && !hasTrailers { offerTrailers(HeaderMap()) }
        }
        return verdict
    }

    private func advanceChunk(upTo end: Int, _ run: ChainRun) -> Step? {
        let phase: Phases = isRequest ? .requestBody : .responseBody
        while true {
            // A filter that kept everything sees it again after its pause, before anybody else.
            if !kept.isEmpty && chunk.bytes.isEmpty { showKept() }
            guard chunkCursor < end else { return nil }
            let position = chunkCursor
            chunkCursor += 1
            guard let link = wanted(phase, at: position, run) else { continue }
            let verdict = callBody(link, isLast: chunkIsLast, run)
            if chunk.keptFrom >= 0 { keep(after: verdict, at: position) }
            if let step = stop(verdict, at: link, .body, run) { return step }
        }
    }

    /// Puts aside what the filter at `position` keeps of the piece.
    private func keep(after verdict: Verdict, at position: Int) {
        guard let bytes = chunk.takeKept(after: verdict) else { return }
        kept.append(Kept(position: position, bytes: bytes, isLast: chunkIsLast))
        chunkIsLast = false
    }

    private func advanceTrailers(_ run: ChainRun) -> Step? {
        let phase: Phases = isRequest ? .requestTrailers : .responseTrailers
        while trailersCursor < linkCount {
            let position = trailersCursor
            trailersCursor += 1
            guard let link = wanted(phase, at: position, run) else { continue }
            let verdict = run.callTrailers(link, &trailers, isRequest: isRequest)
            if let step = stop(verdict, at: link, .trailers, run) { return step }
        }
        return nil
    }

    /// What a verdict stops, or nil when the message goes on.
    private func stop(
        _ verdict: Verdict, at link: Int, _ part: Part, _ run: ChainRun
    ) -> Step? {
        // A ticket counts in the call in which it was made; kept for later it would wait for a
        // token that may be used up, and the stream would hang.
        let openPause = run.stream.openPause
        run.stream.openPause = 0
        defer { isAskedAgain = false }
        switch verdict {
        case .continue:
            run.count(link, .continue)
            return nil
        case .respond(let response):
            return respond(response, link, run)
        case .pause(let ticket):
            run.count(link, .pause)
            guard ticket.pause == openPause else { return end(with: Self.stalePause, link) }
            pause = ticket.pause
            let goesOnWaiting = isAskedAgain && pausedLink == link && waitsSince != nil
            if !goesOnWaiting { waitsSince = ticket.isTimed ? nil : run.stream.now }
            pausedLink = link
            pausedPart = part
            answerAfterPause = ticket.answer
            cutAfterPause = ticket.cut
            hasSeenMore = true
            return .paused
        case .cutOff(let cause, let manner):
            return cutOff(cause, manner, link, run)
        case .buffer:
            // Asked for too late: the head has gone on, so there is nothing to hold back.
            run.count(link, .buffer)
            return end(with: Self.lateBuffer, link)
        }
    }

    private func respond(_ response: LocalResponse, _ link: Int, _ run: ChainRun) -> Step {
        if response !== Self.droppedPause { run.count(link, .respond) }
        return end(with: response, link)
    }

    private func cutOff(
        _ cause: StaticString, _ manner: CutOff, _ link: Int, _ run: ChainRun
    ) -> Step {
        run.count(link, .cutOff)
        isAnswered = true
        return .cutOff(cause, manner)
    }

    private func end(with response: LocalResponse, _ link: Int) -> Step {
        isAnswered = true
        return .respond(response, link: link)
    }

    /// Whether the piece in flight has filters before it that look at bodies.
    func bodyAwaitsFilters(_ chain: FilterChain) -> Bool {
        let phase: Phases = isRequest ? .requestBody : .responseBody
        guard chunkCursor < linkCount else { return false }
        return (chunkCursor..<linkCount).contains { position in
            let link = link(at: position)
            return link != excluded && chain.links[link].phases.contains(phase)
        }
    }

    /// The link at a position of this pass, if its filter wants the phase.
    private func wanted(_ phase: Phases, at position: Int, _ run: ChainRun) -> Int? {
        let link = link(at: position)
        guard link != excluded, run.chain.links[link].phases.contains(phase) else { return nil }
        return link
    }

    private func link(at position: Int) -> Int {
        isRequest ? position : linkCount - 1 - position
    }
}

extension FilterPass {
    static let lateBuffer = LocalResponse(status: 500, cause: "filter_buffered_too_late")
    static let stalePause = LocalResponse(status: 500, cause: "filter_pause_stale")
    static let droppedPause = LocalResponse(status: 500, cause: "pause_dropped")
}
