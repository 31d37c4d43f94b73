internal import WeirBase
internal import WeirFilter
internal import WeirHTTP
internal import WeirRuntime
internal import WeirUpstream

/// The request's way: from the downstream codec through the filters to the upstream.
extension Exchange {
    /// A piece of the request's body has arrived; returns how much of it was taken.
    func requestBody(_ bytes: Span<UInt8>) -> Int {
        progress = loop.now
        if let limit = route.bodyLimit, !requestRelay.isDiscarding,
            requestRelay.byteCount + Int64(bytes.count) > limit
        {
            respond(LocalResponse(status: 413, cause: "body_too_large"))
            return bytes.count
        }
        switch requestRelay.offer(bytes) {
        case .taken(let count):
            if count > 0 { hasSentBody = true }
            return count
        case .passed:
            advanceRequest()
            return bytes.count
        }
    }

    /// The request is complete.
    func requestEnded(_ trailers: borrowing HeaderMap) {
        requestCompleted = loop.now
        requestRelay.end(trailers)
        if run.request.headCursor > 0 || run.request.headForwarded { advanceRequest() }
    }

    /// Lets the rest of the request go nowhere. A client that was made to wait may go on: what it
    /// still sends, its end among it, has to be read.
    func discardRequest() {
        requestRelay.isDiscarding = true
        guard requestRelay.isSourceBlocked else { return }
        requestRelay.isSourceBlocked = false
        sink?.resumeRequest()
    }

    /// The upstream has agreed to switch protocols: both bodies are bytes without framing now.
    func requestBecomesTunnel() {
        guard let upstream else { return }
        requestRelay.restart(to: upstream)
    }

    /// Answers what is no proper request: no route, no filters.
    func refuse(_ local: LocalResponse) {
        stream.started = loop.now
        progress = loop.now
        begin(listener.refusal)
        respond(local)
        armTimer()
    }

    /// Takes the request as far as it goes.
    func advanceRequest() {
        while !isFinished && !isCutOff {
            switch run.request.advance(run) {
            case .forwardHead:
                dispatch()
            case .forwardChunk:
                guard requestRelay.pushChunk() else { return }
                hasSentBody = true
            case .forwardTrailers:
                requestRelay.pushTrailers()
            case .idle:
                guard !requestRelay.offerEnd() else { continue }
                return resumeRequestSource()
            case .paused:
                return armTimer()
            case .respond(let local, let link):
                return respond(local, from: link)
            case .cutOff(let cause, let manner):
                return cutOff(cause, manner)
            case .overflow:
                return respond(LocalResponse(status: 413, cause: "request_buffer_overflow"))
            }
        }
    }

    private func resumeRequestSource() {
        // A filter that collects the body needs it now, whatever the upstream would say.
        if run.request.holdingAt != nil && facts.expectsContinue { sendContinue() }
        let canTake = run.request.holdingAt != nil || requestRelay.sink != nil
        guard requestRelay.isSourceBlocked, canTake else { return }
        requestRelay.isSourceBlocked = false
        sink?.resumeRequest()
    }

    private func sendContinue() {
        facts.expectsContinue = false
        request.headers.remove(.expect)
        response.clear()
        response.status = 100
        sink?.sendInformational(response)
    }

    /// The filters have let the request's head pass: do what the route says.
    private func dispatch() {
        switch route.action {
        case .cluster(let index):
            ask(generation.clusters[index])
        case .weighted(let shares):
            let draw = Int(loop.random.next() % UInt64(max(1, shares.last?.upTo ?? 1)))
            let share = shares.first { draw < $0.upTo } ?? shares[0]
            ask(generation.clusters[share.cluster])
        case .redirect(let redirect):
            respond(redirect.response(for: stream))
        case .respond(let local):
            respond(local)
        }
    }

    private func ask(_ cluster: WorkerCluster) {
        self.cluster = cluster
        stream.outcome.cluster = cluster.name
        route.prepare(stream, forwarding: listener.forwarding)
        acquire()
    }

    private func acquire() {
        isAcquiring = true
        stream.outcome.attempts += 1
        if let cluster { prepareAttempt(of: cluster.name) }
        cluster?.acquire(self)
    }

    /// Whether the request can be sent once more after such a failure.
    private func canRetry(_ failure: UpstreamFailure) -> Bool {
        guard responseState == .none, !hasSentBody, retries < 2 else { return false }
        return switch failure.retry {
        case .never: false
        case .ifIdempotent: request.method.isIdempotent
        case .always: true
        }
    }

    // MARK: UpstreamReceiver, for the request

    func upstreamChosen(_ endpoint: String) {
        stream.outcome.endpoint = endpoint
        attempt?.endpoint = endpoint
    }

    func upstreamReady(_ upstream: any UpstreamStream) {
        isAcquiring = false
        self.upstream = upstream
        stream.outcome.endpoint = upstream.endpointName
        stream.outcome.connectTime = loop.now - stream.started
        startAttempt(at: upstream.endpointName)
        run.recorder?.sent(request)
        if request.method == .connect { return startTunnel(upstream) }
        upstream.sendHead(request, framing: upstreamFraming, upgrade: facts.wantsUpgrade)
        requestRelay.sink = upstream
        advanceRequest()
    }

    /// The client asked for a tunnel (RFC 9110, section 9.3.6). It leads to the route's cluster,
    /// wherever the client wanted to go; the answer that it stands is ours.
    private func startTunnel(_ upstream: any UpstreamStream) {
        upstream.startTunnel()
        requestRelay.sink = upstream
        response.clear()
        upstreamHead(framing: .untilClose, upgraded: true)
    }

    /// How the body goes upstream: as it came, unless filters may change its length.
    private var upstreamFraming: BodyFraming {
        if facts.length == 0 && !run.request.hasChunk { return .none }
        if !requestRelay.isFiltered && !run.request.hasChunk {
            return facts.length.map { .length($0) } ?? .chunked
        }
        if let count = run.settledLength(of: run.request) {
            return count == 0 && facts.length == 0 ? .none : .length(count)
        }
        return facts.length == 0 ? .none : .chunked
    }

    func upstreamFailed(_ failure: UpstreamFailure) {
        isAcquiring = false
        upstream = nil
        requestRelay.sink = nil
        endAttempt(failure.cause)
        if canRetry(failure) {
            retries += 1
            if let cluster {
                worker.shard.add(cluster.metrics + ClusterMetric.retries.rawValue)
            }
            return acquire()
        }
        respond(LocalResponse(status: failure.status, cause: failure.cause))
    }

    func upstreamWritable() {
        progress = loop.now
        advanceRequest()
    }
}
