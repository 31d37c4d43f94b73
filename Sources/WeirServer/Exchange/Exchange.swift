internal import WeirBase
internal import WeirFilter
internal import WeirHTTP
internal import WeirRuntime
internal import WeirUpstream

/// One request and its response on their way through the gateway.
///
/// It is where the two sides meet: a codec of the downstream connection feeds the request in and is
/// the response's sink; a connection of the upstream cluster is the request's sink and feeds the
/// response in. In between, both pass through the route's filters. Pooled per worker.
final class Exchange {
    /// How far the response has come.
    enum ResponseState {
        /// Nothing has been sent to the client.
        case none
        /// The head has been sent.
        case started
        /// The last byte has been handed to the sink.
        case ended
    }

    let worker: Worker
    let stream: FilterStream
    let run: ChainRun
    let requestRelay: MessageRelay
    let responseRelay: MessageRelay
    /// Puts heads together that come in parts.
    let assembler = RequestAssembler()

    /// The downstream side; nil once it has gone.
    var sink: (any ResponseSink)?
    var listener: ListenerPolicy!
    /// Who is asking, where that has to be known before the head is complete.
    var client: ClientFacts?
    var route: Route!
    var generation: WorkerGeneration!
    var facts = RequestFacts()

    var cluster: WorkerCluster?
    var upstream: (any UpstreamStream)?
    /// Whether the request waits for an upstream connection.
    var isAcquiring = false
    /// How often the request was sent to an upstream that had nothing to say.
    var retries = 0
    /// Whether any byte of the request's body has gone to an upstream.
    var hasSentBody = false

    /// What the filters have asked of clusters and wait for.
    var calls: [OutgoingCall] = []
    /// Who has asked to see the stream.
    var taps: [Tap] = []
    /// The present attempt at asking an endpoint, if a filter wants to know.
    var attempt: UpstreamAttempt?

    var responseState = ResponseState.none
    /// Whether there will be no answer, or no more of it; the sink is about to end the exchange.
    var isCutOff = false
    /// How long the upstream's body is; nil when it says so only at the end.
    var responseLength: Int64?
    var isTunnel = false
    /// Whether the request is a gRPC call.
    var isGRPC = false
    /// When the caller stops waiting.
    var callDeadline = MonotonicTime.never
    /// The rest of a body of our own that the client has not taken yet.
    var localBody = ByteString()
    var localOffset = 0
    var isFinished = true

    /// When a body last moved.
    var progress = MonotonicTime(nanoseconds: 0)
    /// When the request was complete.
    var requestCompleted = MonotonicTime.never
    lazy var timer = LoopTimer(self)
    lazy var pauseTimer = LoopTimer(self)
    /// Numbers pauses; a late resume of an earlier exchange finds another number.
    var pauseCount: UInt64 = 0
    /// What filters have put off, the end of a timed pause among it.
    var putOff: [(due: MonotonicTime, body: () -> Void)] = []

    init(worker: Worker) {
        self.worker = worker
        stream = FilterStream(
            driver: nil, cells: worker.shard, marker: worker.filterMarker)
        run = ChainRun(stream: stream, observer: worker.filterMetrics)
        requestRelay = MessageRelay(run.request)
        responseRelay = MessageRelay(run.response)
        stream.driver = self
        stream.workerIndex = worker.loop.index
    }

    var loop: EventLoop { worker.loop }
    var request: RequestHead { stream.request }
    var response: ResponseHead { stream.response }

    // MARK: Life

    /// Makes a pooled exchange ready for a request, whose head is parsed into `request` next.
    func prepare(sink: any ResponseSink, listener: ListenerPolicy) {
        self.sink = sink
        self.listener = listener
        generation = worker.generation
        isFinished = false
    }

    /// The request's head is complete: find its route and set out.
    func start(_ facts: RequestFacts) {
        self.facts = facts
        stream.started = loop.now
        progress = loop.now
        let route = listener.routes.match(request, captures: &stream.captures) ?? listener.fallback
        worker.shard.add(listener.metrics + ListenerMetric.requests)
        HopByHop.strip(&request.headers, keepingUpgrade: facts.wantsUpgrade)
        if request.headers.contains(.contentType) { noteGRPC() }
        begin(route)
        stream.requestHasBody = facts.length != 0
        if !worker.taps.isEmpty { startRecording() }
        if facts.length == 0 {
            requestRelay.isBodiless = true
            requestEnded(HeaderMap())
        }
        armTimer()
        if let limit = route.bodyLimit, let length = facts.length, length > limit {
            return respond(LocalResponse(status: 413, cause: "body_too_large"))
        }
        advanceRequest()
    }

    /// Takes the route's chain and place.
    func begin(_ route: Route) {
        self.route = route
        stream.place = route.place
        run.start(route.chain)
        requestRelay.start(route.chain)
        responseRelay.start(route.chain)
    }

    /// Both messages are over as far as they ever will be. The sink calls this once.
    func finish() {
        guard !isFinished else { return }
        isFinished = true
        timer.cancel()
        pauseTimer.cancel()
        releaseUpstream()
        cancelCalls()
        let wasStarted = route != nil
        if wasStarted {
            complete()
            if !taps.isEmpty { endRecording() }
            run.finish()
            // A filter may still have asked a cluster when it heard of the end, or put work off.
            cancelCalls()
            pauseTimer.cancel()
        }
        sink = nil
        reset()
        worker.recycle(self)
    }

    private func complete() {
        stream.outcome.requestBytes = requestRelay.byteCount
        stream.outcome.responseBytes += responseRelay.byteCount
        stream.outcome.duration = loop.now - stream.started
        worker.record(self)
    }

    private func reset() {
        stream.clear()
        requestRelay.reset()
        responseRelay.reset()
        listener = nil
        client = nil
        route = nil
        generation = nil
        cluster = nil
        upstream = nil
        isAcquiring = false
        if attempt != nil { attempt = nil }
        retries = 0
        hasSentBody = false
        responseState = .none
        isCutOff = false
        responseLength = nil
        isTunnel = false
        isGRPC = false
        callDeadline = .never
        if !localBody.isEmpty { localBody = ByteString() }
        localOffset = 0
        requestCompleted = .never
        if !putOff.isEmpty { putOff.removeAll() }
    }

    /// Lets go of the upstream, if there is one.
    func releaseUpstream() {
        if isAcquiring {
            isAcquiring = false
            cluster?.forget(self)
        }
        if let upstream {
            self.upstream = nil
            upstream.cancel()
        }
        if attempt != nil { endAttempt("cancelled") }
        requestRelay.sink = nil
    }

    /// The downstream side is gone: nobody waits for the response.
    func abort(cause: StaticString) {
        guard !isFinished else { return }
        if stream.outcome.cause.utf8CodeUnitCount == 0 { stream.outcome.cause = cause }
        finish()
    }
}
