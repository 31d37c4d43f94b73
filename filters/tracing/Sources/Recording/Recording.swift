internal import WeirBase
internal import WeirFilter

/// What is recorded of one sampled request. Touched on the request's loop alone.
final class Recording {
    static let key = StreamKey<Recording>()

    /// Where the request stands in its trace.
    let place: TracePlace
    private var server: FinishedSpan
    private var attempts: [FinishedSpan] = []
    /// The attempt that has begun and not ended; its span is the last one.
    private var openAttempt: Int?
    /// What has to be added to a time of the loop's clock for the time of day.
    private let clockOffset: Int64
    /// The method, as spans tell it.
    private let method: String
    /// What a gRPC call names; nil for any other request.
    private let call: GRPCName?

    init(
        _ request: RequestHead, _ stream: FilterStream, place: TracePlace, caller: Caller,
        isContinued: Bool, query: Tracing.Query, traceState: String
    ) {
        self.place = place
        clockOffset = stream.unixNanoseconds - stream.now.nanoseconds
        method = ServerSpan.method(of: request)
        call = GRPCName(request)
        let route = stream.place.route
        var flags: UInt8 = TraceParent.sampled
        if place.isRandom { flags |= TraceParent.random }
        server = FinishedSpan(
            traceHigh: place.traceHigh, traceLow: place.traceLow, id: place.span,
            parent: isContinued ? caller.span : 0, hasRemoteParent: isContinued,
            traceState: traceState, flags: flags,
            name: route.isEmpty ? method : "\(method) \(route)", kind: .server,
            start: stream.started.nanoseconds + clockOffset)
        server.attributes = ServerSpan.attributes(of: request, stream, method: method, query)
        if let call { server.attributes += call.attributes }
        if caller.hasTrace && !isContinued {
            server.links = [
                FinishedSpan.Link(
                    traceHigh: caller.traceHigh, traceLow: caller.traceLow, span: caller.span,
                    isSampled: caller.decision == .sampled || caller.decision == .debug)
            ]
        }
    }

    /// Adds a fact about the request.
    func add(_ attribute: SpanAttribute) { server.attributes.append(attribute) }

    // MARK: Attempts

    /// Begins the span of an attempt; returns the place that its endpoint is told.
    func begin(_ attempt: UpstreamAttempt, id: UInt64) -> TracePlace {
        attempts.append(
            FinishedSpan(
                traceHigh: place.traceHigh, traceLow: place.traceLow, id: id, parent: place.span,
                traceState: server.traceState, flags: server.flags, name: method, kind: .client,
                start: attempt.started.nanoseconds + clockOffset))
        openAttempt = attempt.number
        var place = place
        place.span = id
        return place
    }

    /// Ends the span of an attempt; of one that never began, too.
    func end(_ attempt: UpstreamAttempt, _ stream: FilterStream) {
        if openAttempt != attempt.number {
            _ = begin(attempt, id: Tracer.identifier(stream.random))
        }
        openAttempt = nil
        let last = attempts.count - 1
        attempts[last].end = stream.now.nanoseconds + clockOffset
        attempts[last].attributes = ClientSpan.attributes(of: attempt, method: method)
        if let call { attempts[last].attributes += call.attributes }
        attempts[last].isError = ClientSpan.isError(attempt)
    }

    // MARK: The end

    /// All spans, complete: the server's first.
    func finish(_ stream: FilterStream) -> [FinishedSpan] {
        if openAttempt != nil { closeAbandoned(stream) }
        let outcome = stream.outcome
        server.end = server.start + max(outcome.duration.nanoseconds, 0)
        ServerSpan.addOutcome(outcome, isCall: call != nil, to: &server)
        if call != nil, outcome.grpcStatus >= 0, !attempts.isEmpty {
            let last = attempts.count - 1
            attempts[last].attributes.append(
                SpanAttribute("rpc.grpc.status_code", outcome.grpcStatus))
            if outcome.grpcStatus > 0 { attempts[last].isError = true }
        }
        server.events = stream.events.map { event in
            FinishedSpan.Event(
                time: event.time.nanoseconds + clockOffset, name: event.name,
                attributes: event.attributes.map { SpanAttribute($0.name, $0.value) })
        }
        return [server] + attempts
    }

    /// An attempt whose end nobody told of ends with the request.
    private func closeAbandoned(_ stream: FilterStream) {
        attempts[attempts.count - 1].end = stream.now.nanoseconds + clockOffset
        openAttempt = nil
    }
}
