internal import WeirBase
internal import WeirFilter

/// Finds or begins the trace of every request and records those that are sampled. Shared by all
/// streams: what is recorded is kept with the stream.
final class Tracer: HTTPFilter, Sendable {
    /// How the filter was configured.
    struct Rules: Sendable {
        var propagation: Propagation
        var sampler: Sampler
        /// Whether the trace of the caller goes on.
        var trustsParent: Bool
        var force: ForceRule?
        /// Whether baggage is passed on.
        var forwardsBaggage: Bool
        /// The members of baggage that become attributes.
        var baggageAttributes: [ByteString]
        var query: Tracing.Query
    }

    private let rules: Rules
    /// Where finished spans go; nil when traces are passed on only.
    private let exporter: Exporter?

    init(_ rules: Rules, exporter: Exporter?) {
        self.rules = rules
        self.exporter = exporter
    }

    func requestHeaders(_ request: RequestHead, _ stream: FilterStream) -> Verdict {
        let caller = rules.propagation.read(request.headers)
        let isContinued = rules.trustsParent && caller.hasTrace
        let isForced = rules.force?.takes(request, stream) ?? false
        let place = place(of: caller, isContinued, isForced, stream.random)
        stream.trace = place.context
        // A `traceparent` that stays as it is keeps its `tracestate` (section 3.4).
        if place.span != caller.span || rules.propagation.formats.count > 1 {
            rules.propagation.tidyState(of: caller, isContinued: isContinued, &request.headers)
            if place.isSampled, exporter != nil {
                record(request, stream, place, caller, isContinued)
            }
            rules.propagation.write(place, to: &request.headers)
        }
        if request.headers.contains(.baggage) {
            if rules.forwardsBaggage {
                Baggage.tidy(&request.headers)
            } else {
                request.headers.remove(.baggage)
            }
        }
        return .continue
    }

    func attemptStarted(
        _ attempt: UpstreamAttempt, _ request: RequestHead, _ stream: FilterStream
    ) {
        guard let recording = recording(of: stream) else { return }
        let place = recording.begin(attempt, id: Self.identifier(stream.random))
        rules.propagation.write(place, to: &request.headers)
    }

    func attemptEnded(_ attempt: UpstreamAttempt, _ stream: FilterStream) {
        recording(of: stream)?.end(attempt, stream)
    }

    func streamComplete(_ stream: FilterStream) {
        guard let recording = recording(of: stream), let exporter else { return }
        exporter.take(recording.finish(stream), from: stream)
    }

    /// Nil at once for a request that is not recorded.
    private func recording(of stream: FilterStream) -> Recording? {
        guard exporter != nil, stream.recordsEvents else { return nil }
        return stream.values[Recording.key]
    }

    private func record(
        _ request: RequestHead, _ stream: FilterStream, _ place: TracePlace, _ caller: Caller,
        _ isContinued: Bool
    ) {
        // Without `w3c` the field is left as it came, and may be another trace's.
        let isOurs = isContinued && caller.ownsTraceState
        let state =
            isOurs ? request.headers.withFirst(HeaderName(.tracestate)) { $0.string } ?? "" : ""
        let recording = Recording(
            request, stream, place: place, caller: caller, isContinued: isContinued,
            query: rules.query, traceState: state)
        for name in rules.baggageAttributes {
            guard let value = Baggage.value(name, in: request.headers) else { continue }
            recording.add(SpanAttribute("baggage.\(name)", value))
        }
        stream.values[Recording.key] = recording
        stream.recordsEvents = true
        stream.followsAttempts = true
    }

    /// The request's place: in its caller's trace, or at the beginning of another.
    private func place(
        of caller: Caller, _ isContinued: Bool, _ isForced: Bool, _ random: any RandomSource
    ) -> TracePlace {
        var place = TracePlace(
            traceHigh: caller.traceHigh, traceLow: caller.traceLow, span: caller.span,
            isSampled: isForced, isRandom: caller.isRandom, isDebug: false)
        if !isContinued {
            place.traceHigh = Self.identifier(random)
            place.traceLow = Self.identifier(random)
            place.isRandom = true
        }
        // Without spans of our own, the caller's stays the parent of whatever comes behind us.
        if !isContinued || exporter != nil || isForced { place.span = Self.identifier(random) }
        switch rules.trustsParent ? caller.decision : .none {
        case .none:
            if !isForced { place.isSampled = rules.sampler.samples(traceLow: place.traceLow) }
        case .unsampled: break
        case .sampled: place.isSampled = true
        case .debug:
            place.isSampled = true
            place.isDebug = true
        }
        return place
    }

    /// An identifier that is not zero.
    static func identifier(_ random: any RandomSource) -> UInt64 {
        while true {
            let word = random.next()
            if word != 0 { return word }
        }
    }
}

/// Who may have any request recorded.
struct ForceRule: Sendable {
    let header: HeaderName
    let addresses: [IPNetwork]

    /// Whether the request asks for it and may; the field ends here in any case, so that nobody
    /// behind the gateway takes it from an outsider.
    func takes(_ request: RequestHead, _ stream: FilterStream) -> Bool {
        let asks = request.headers.withFirst(header) {
            $0.equals("1") || $0.equalsIgnoringCase("true")
        }
        guard let asks else { return false }
        request.headers.remove(header)
        guard asks, let client = stream.clientAddress else { return false }
        return addresses.contains { $0.contains(client) }
    }
}
