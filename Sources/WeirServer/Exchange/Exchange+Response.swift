internal import WeirBase
internal import WeirFilter
internal import WeirHTTP
internal import WeirRuntime
internal import WeirUpstream

/// The response's way: from the upstream through the filters to the downstream codec.
extension Exchange: UpstreamReceiver {
    var upstreamResponse: ResponseHead { response }
    var upstreamMethod: Method { request.method }

    func upstreamInformational() {
        if response.status == 100 {
            // The client waits for this one only if it said so.
            guard facts.expectsContinue else { return }
            facts.expectsContinue = false
        }
        guard request.version >= .http11 else { return }
        HopByHop.strip(&response.headers)
        sink?.sendInformational(response)
    }

    func upstreamHead(framing: BodyFraming, upgraded: Bool) {
        stream.outcome.upstreamHeadTime = loop.now - stream.started
        progress = loop.now
        attempt?.status = response.status
        isTunnel = upgraded
        responseLength =
            switch framing {
            case .none: 0
            case .length(let count): count
            case .chunked, .untilClose: nil
            }
        if !upgraded {
            HopByHop.strip(&response.headers)
        }
        if isGRPC { noteGRPCStatus(response.headers) }
        ForwardingFields.add(to: response, policy: listener.forwarding)
        responseRelay.isBodiless = responseLength == 0
        stream.responseHasBody = responseLength != 0
        run.startResponse()
        advanceResponse()
    }

    func upstreamBody(_ bytes: Span<UInt8>) -> Int {
        switch responseRelay.offer(bytes) {
        case .taken(let count):
            if count > 0 { progress = loop.now }
            return count
        case .passed:
            progress = loop.now
            advanceResponse()
            return bytes.count
        }
    }

    func upstreamEnd(_ trailers: borrowing HeaderMap) {
        upstream = nil
        // An upstream that has answered takes no more of the request.
        requestRelay.sink = nil
        discardRequest()
        if isGRPC && !trailers.isEmpty { noteGRPCStatus(trailers) }
        endAttempt()
        responseRelay.end(trailers)
        advanceResponse()
    }

    /// Takes the response as far as it goes.
    func advanceResponse() {
        while !isFinished && !isCutOff && responseState != .ended {
            switch run.response.advance(run) {
            case .forwardHead:
                sendHead()
            case .forwardChunk:
                guard responseRelay.pushChunk() else { return }
                // A filter may let a piece go on in parts, which take their time.
                progress = loop.now
            case .forwardTrailers:
                responseRelay.pushTrailers()
            case .idle:
                guard !responseRelay.offerEnd() else { continue }
                if responseRelay.isComplete { return ended() }
                return resumeResponseSource()
            case .paused:
                return armTimer()
            case .respond(let local, let link):
                return replaceResponse(local, from: link)
            case .cutOff(let cause, let manner):
                return cutOff(cause, manner)
            case .overflow:
                return replaceResponse(
                    LocalResponse(status: 502, cause: "response_buffer_overflow"))
            }
            if responseRelay.isComplete { return ended() }
        }
    }

    private func resumeResponseSource() {
        guard responseRelay.isSourceBlocked else { return sendLocalBody() }
        responseRelay.isSourceBlocked = false
        upstream?.resumeResponse()
        sendLocalBody()
    }

    private func sendHead() {
        responseState = .started
        stream.outcome.status = response.status
        run.recorder?.responded(response)
        var length = responseLength
        if let settled = run.settledLength(of: run.response) {
            length = settled
        } else if responseRelay.isFiltered && !isTunnel && length != 0 {
            length = nil
        }
        let hasUnreadRequest = !requestRelay.hasEnded && upstream == nil && !isTunnel
        responseRelay.sink = sink
        armTimer()
        sink?.sendHead(
            response, length: length, upgraded: isTunnel, mustClose: hasUnreadRequest)
    }

    private func ended() {
        guard responseState != .ended else { return }
        responseState = .ended
        // The sink has the last byte; whatever the upstream still wants to say is too late.
        if upstream != nil { releaseUpstream() }
        discardRequest()
    }

    // MARK: The downstream side

    /// The client takes bytes again.
    func downstreamWritable() {
        progress = loop.now
        if responseState == .started {
            advanceResponse()
        }
    }

    // MARK: Answers of our own

    /// Answers the client from here, or from the filter at `link`.
    func respond(_ local: LocalResponse, from link: Int = -1) {
        guard responseState == .none else {
            return cutOff(local.cause)
        }
        run.request.abandon()
        run.recorder?.answered(local, by: link, of: run.chain)
        prepareLocal(local)
        run.startResponse(from: link)
        advanceResponse()
    }

    /// Ends the exchange without an answer, or without the rest of one that has begun. What is left
    /// of both messages visits nobody.
    func cutOff(_ cause: StaticString, _ manner: CutOff = .close) {
        // The sink ends the exchange at the end of the turn; until then a timer may pass.
        guard !isCutOff else { return }
        isCutOff = true
        run.request.abandon()
        run.response.abandon()
        stream.outcome.cause = cause
        run.recorder?.cutOff(cause)
        worker.countCutOff(cause)
        releaseUpstream()
        requestRelay.isDiscarding = true
        sink?.cutOff(manner)
    }

    /// A filter replaces the response on its way back.
    private func replaceResponse(_ local: LocalResponse, from link: Int = -1) {
        guard responseState == .none else { return respond(local) }
        run.request.abandon()
        run.recorder?.answered(local, by: link, of: run.chain)
        prepareLocal(local)
        run.replaceResponse(from: link)
        advanceResponse()
    }

    private func prepareLocal(_ local: LocalResponse) {
        releaseUpstream()
        discardRequest()
        responseRelay.reset()
        stream.outcome.cause = local.cause
        worker.count(cause: local.cause)
        response.clear()
        response.status = local.status
        for (name, value) in local.headers { response.headers.append(name, value.span) }
        if let name = listener.forwarding.causeHeader {
            response.headers.set(name, local.cause.span)
        }
        if isGRPC { writeGRPCAnswer(local) }
        localBody = isGRPC ? ByteString() : local.body
        localOffset = 0
        responseLength = Int64(localBody.count)
        responseRelay.isBodiless = localBody.isEmpty
        stream.responseHasBody = !localBody.isEmpty
        if localBody.isEmpty { responseRelay.end(HeaderMap()) }
    }

    private func sendLocalBody() {
        // A filter that collects the body holds the head back meanwhile.
        while localOffset < localBody.count
            && (responseState == .started || run.response.holdingAt != nil)
        {
            let body = localBody
            switch responseRelay.offer(body.span.extracting(localOffset..<body.count)) {
            case .taken(0):
                return
            case .taken(let count):
                localOffset += count
            case .passed:
                localOffset = localBody.count
            }
            if localOffset == localBody.count { responseRelay.end(HeaderMap()) }
            advanceResponse()
        }
    }
}
