internal import WeirBase
internal import WeirFilter

extension TestExchange {
    /// Moves one message as far as it goes; whether anything happened.
    func pump(isRequest: Bool) -> Bool {
        let pass = isRequest ? engine.request : engine.response
        var progress = false
        while !isOver {
            // Looked up each time, because an answer puts another response in place of the first.
            let flow = isRequest ? request : response
            guard flow.isStarted && !flow.isOver && !flow.wasRefused else { break }
            if delivery.resetAt == steps {
                reset()
                return true
            }
            steps += 1
            precondition(steps < 10_000_000, "the engine goes round in circles")
            switch pass.advance(engine) {
            case .idle:
                guard feed(flow, pass, isRequest: isRequest) else { return progress }
            case .paused:
                if flow.pausedSince == nil { flow.pausedSince = loop.now }
                return progress
            case .forwardHead: forwardHead(flow, pass, isRequest: isRequest)
            case .forwardChunk:
                guard forwardChunk(flow, pass, isRequest: isRequest) else { return progress }
            case .forwardTrailers:
                flow.sentTrailers = TestFields(pass.trailers)
                end(flow, isRequest: isRequest)
            case .respond(let answer, let link):
                test.journal.note(.answered(link: link, isRequest: isRequest))
                respond(answer, from: link)
            case .cutOff(let cause, _):
                wasCutOff = true
                finish(cause: cause)
            case .overflow:
                respond(isRequest ? Self.requestTooLarge : Self.responseTooLarge, from: -1)
            }
            progress = true
        }
        return progress
    }

    private static let requestTooLarge = LocalResponse(
        status: 413, cause: "request_buffer_overflow")
    private static let responseTooLarge = LocalResponse(
        status: 502, cause: "response_buffer_overflow")

    /// Puts in the next thing that the source has; false when there is nothing now.
    private func feed(_ flow: MessageFlow, _ pass: FilterPass, isRequest: Bool) -> Bool {
        if !flow.hasBody {
            guard pass.holdingAt != nil, pass.acceptsBody else { return false }
            pass.offerNoBody()
            return true
        }
        if flow.hasMore {
            guard !isHeldBack(flow, isRequest: isRequest) else { return false }
            guard loop.now >= flow.readyAt, pass.acceptsBody else { return false }
            let (bytes, isLast) = flow.take(delivery, now: loop.now)
            if bypasses(pass) {
                // As in the server: nobody looks, so nothing is copied into the pass.
                flow.send(bytes, delivery)
                if isLast && flow.trailers == nil { end(flow, isRequest: isRequest) }
            } else {
                pass.offerBody(bytes.span, isLast: isLast)
                if isLast && flow.hasTrailersOnly {
                    pass.offerTrailers(flow.takeTrailers().headerMap)
                }
            }
            return true
        }
        guard flow.hasTrailersOnly else { return false }
        pass.offerTrailers(flow.takeTrailers().headerMap)
        return true
    }

    /// Whether the client leaves before the body comes.
    private func isHeldBack(_ flow: MessageFlow, isRequest: Bool) -> Bool {
        switch delivery.departure {
        case .requestHead: isRequest
        case .responseHead: !isRequest && !isAnswered
        case .request, nil: false
        }
    }

    /// Whether pieces go from the source to the sink because no filter wants them.
    private func bypasses(_ pass: FilterPass) -> Bool {
        let phases: Phases =
            pass.isRequest ? [.requestBody, .requestTrailers] : [.responseBody, .responseTrailers]
        return pass.headForwarded && !pass.hasChunk && engine.chain.phases.isDisjoint(with: phases)
    }

    private func forwardHead(_ flow: MessageFlow, _ pass: FilterPass, isRequest: Bool) {
        flow.headSent = true
        if isRequest {
            startAttempt()
            upstreamHead = engine.stream.sentRequest
        } else {
            clientHead = engine.stream.sentResponse
        }
        if !flow.hasBody && !pass.hasChunk { end(flow, isRequest: isRequest) }
        if isRequest && delivery.answersEarly { askUpstream() }
    }

    /// The sink takes the piece, or refuses it for now.
    private func forwardChunk(_ flow: MessageFlow, _ pass: FilterPass, isRequest: Bool) -> Bool {
        if pass.acceptsBody { violations.append("a second piece is accepted beside the first") }
        if flow.refusalsLeft > 0 {
            flow.refusalsLeft -= 1
            flow.wasRefused = true
            return false
        }
        flow.send(pass.chunk.bytes, delivery)
        let isLast = pass.chunkIsLast
        pass.chunkForwarded()
        if isLast && !pass.hasTrailers { end(flow, isRequest: isRequest) }
        return true
    }

    /// A message has gone on whole.
    private func end(_ flow: MessageFlow, isRequest: Bool) {
        flow.isOver = true
        if isRequest {
            isRequestComplete = true
            askUpstream()
        } else {
            isComplete = true
            finish(cause: "")
        }
    }

    /// A filter, or the gateway when `link` is negative, answers the client.
    private func respond(_ answer: LocalResponse, from link: Int) {
        cause = answer.cause
        guard !response.headSent else {
            // Too late for another head: all that is left is to cut the response off.
            return finish(cause: answer.cause)
        }
        request.isOver = true
        isAnswered = true
        engine.request.abandon()
        engine.stream.adopt(answer)
        response = MessageFlow(
            body: answer.body.isEmpty || asked.method == "HEAD" ? nil : answer.body, trailers: nil,
            split: delivery.response, delivery: delivery, now: loop.now)
        engine.stream.responseHasBody = response.hasBody
        engine.startResponse(from: link)
    }
}
