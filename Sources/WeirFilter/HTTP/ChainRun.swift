internal import WeirBase

/// One stream's filters and how far its two messages have come through them. Reused.
package final class ChainRun {
    package let stream: FilterStream
    package let request = FilterPass(isRequest: true)
    package let response = FilterPass(isRequest: false)
    private let observer: (any FilterObserver)?
    private var filters: [any HTTPFilter] = []
    private var takesTimes = false
    /// Who records the stream, for a tap; nil for most.
    package private(set) var recorder: StreamRecorder?
    /// Whether anybody wants more of a call than its verdict: one question for all of them.
    private var isWatched = false
    /// Whether a response has visited filters, so that another one replaces it.
    private var hasResponse = false

    /// The filters of the stream under way.
    package var chain: FilterChain { stream.chain }

    package init(stream: FilterStream, observer: (any FilterObserver)? = nil) {
        self.stream = stream
        self.observer = observer
    }

    /// Starts a stream: its request's head is ready for the first filter.
    package func start(_ chain: FilterChain) {
        precondition(filters.isEmpty, "the stream before this one was not finished")
        stream.chain = chain
        if let shared = chain.shared {
            filters = shared.filters
        } else {
            for link in chain.links { filters.append(link.factory.makeFilter()) }
        }
        takesTimes = observer?.wantsTimes() ?? false
        isWatched = takesTimes
        request.start(linkCount: chain.links.count)
    }

    /// Records the stream that has been started, until it is finished.
    package func record(with recorder: StreamRecorder) {
        self.recorder = recorder
        isWatched = true
    }

    /// Starts the response, which visits the filters that saw the request.
    ///
    /// `responder` is the filter that made it, if one did; it has had its say. When a response is
    /// on its way already, this one replaces it.
    package func startResponse(from responder: Int = -1) {
        if hasResponse { return replaceResponse(from: responder) }
        hasResponse = true
        response.start(linkCount: min(request.headCursor, filters.count), excluding: responder)
    }

    /// Starts a response that replaces one whose head has not been forwarded.
    ///
    /// It visits the filters that have not seen the head of the first one, but neither `responder`,
    /// the filter that made it, if one did, nor the filter that made the first one.
    package func replaceResponse(from responder: Int = -1) {
        let unvisited = response.unvisitedCount
        // Only a filter that answered the request can be among the unvisited; the first response
        // was then the upstream's or the gateway's, because a request is answered once.
        let isUnvisited = responder >= 0 && responder < unvisited
        response.start(
            linkCount: unvisited, excluding: isUnvisited ? responder : response.excluded)
    }

    /// Ends the stream: every filter hears of it once, and the filters are let go.
    package func finish() {
        if chain.phases.contains(.streamComplete) {
            for index in filters.indices
            where chain.links[index].phases.contains(.streamComplete) {
                enter(index)
                filters[index].streamComplete(stream)
                stream.marker?.leave()
            }
        }
        // An array that the chain has is let go of; one of the run's own is kept for the next.
        if chain.shared != nil { filters = [] } else { filters.removeAll(keepingCapacity: true) }
        stream.chain = .empty
        hasResponse = false
        if recorder != nil { recorder = nil }
        request.finish()
        response.finish()
    }

    /// Whether request bodies pass by the filters untouched.
    package var bypassesRequestBody: Bool {
        bypasses(request, [.requestBody, .requestTrailers])
    }

    /// Whether response bodies pass by the filters untouched.
    package var bypassesResponseBody: Bool {
        bypasses(response, [.responseBody, .responseTrailers])
    }

    /// How long the body is that follows a message's head, when all of it is there and no filter is
    /// left that could change it; nil when it may still change.
    package func settledLength(of pass: FilterPass) -> Int64? {
        guard pass.hasChunk && pass.chunkIsLast && !pass.hasTrailers else { return nil }
        guard !pass.bodyAwaitsFilters(chain) else { return nil }
        return Int64(pass.chunk.bytes.count)
    }

    private func bypasses(_ pass: FilterPass, _ bodyPhases: Phases) -> Bool {
        pass.headForwarded && !pass.hasChunk && chain.phases.isDisjoint(with: bodyPhases)
    }

    // MARK: Calling one filter

    // Somebody watches one stream in many. All others get by without a closure.

    func callHeaders(_ link: Int, isRequest: Bool) -> Verdict {
        enter(link)
        defer { stream.marker?.leave() }
        guard isWatched else { return headers(link, isRequest) }
        return watched(link, isRequest ? .requestHeaders : .responseHeaders) {
            headers(link, isRequest)
        }
    }

    @inline(__always)
    private func headers(_ link: Int, _ isRequest: Bool) -> Verdict {
        isRequest
            ? filters[link].requestHeaders(stream.request, stream)
            : filters[link].responseHeaders(stream.response, stream)
    }

    func callBody(_ link: Int, _ chunk: BodyChunk, isLast: Bool, isRequest: Bool) -> Verdict {
        enter(link)
        defer { stream.marker?.leave() }
        guard isWatched else { return body(link, chunk, isLast, isRequest) }
        return watched(link, isRequest ? .requestBody : .responseBody) {
            body(link, chunk, isLast, isRequest)
        }
    }

    @inline(__always)
    private func body(
        _ link: Int, _ chunk: BodyChunk, _ isLast: Bool, _ isRequest: Bool
    ) -> Verdict {
        isRequest
            ? filters[link].requestBody(chunk, isLast: isLast, stream)
            : filters[link].responseBody(chunk, isLast: isLast, stream)
    }

    func callTrailers(_ link: Int, _ fields: inout HeaderMap, isRequest: Bool) -> Verdict {
        enter(link)
        defer { stream.marker?.leave() }
        guard isWatched else { return trailers(link, &fields, isRequest) }
        let before = fields
        let verdict = watched(link, isRequest ? .requestTrailers : .responseTrailers) {
            trailers(link, &fields, isRequest)
        }
        recorder?.noteTrailers(before, fields)
        return verdict
    }

    @inline(__always)
    private func trailers(_ link: Int, _ fields: inout HeaderMap, _ isRequest: Bool) -> Verdict {
        isRequest
            ? filters[link].requestTrailers(&fields, stream)
            : filters[link].responseTrailers(&fields, stream)
    }

    /// The filter at `link` is about to be called: whoever watches the loop, and its own lines in
    /// the log, name it.
    @inline(__always)
    private func enter(_ link: Int) {
        stream.currentLink = link
        stream.marker?.enter(chain.counters[link])
    }

    /// Calls a filter and takes the time, for the metrics, for a record or for both.
    @inline(never)
    private func watched(_ link: Int, _ phase: Phases, _ call: () -> Verdict) -> Verdict {
        let place = chain.links[link]
        if let recorder {
            let (verdict, nanoseconds) = recorder.watch(place, at: link, phase, self, call)
            if takesTimes { observer?.observe(place, nanoseconds: nanoseconds) }
            return verdict
        }
        guard let observer else { return call() }
        let start = observer.clock()
        let verdict = call()
        observer.observe(place, nanoseconds: observer.clock() - start)
        return verdict
    }

    func count(_ link: Int, _ verdict: VerdictKind) {
        stream.cells?.add(chain.counters[link] + verdict.rawValue)
        if stream.recordsEvents && verdict != .continue {
            stream.note(
                "filter.verdict",
                [("filter", chain.links[link].name), ("verdict", verdict.label)])
        }
    }

    // MARK: Attempts

    /// Tells the filters that saw the request of an attempt that begins.
    package func attemptStarted(_ attempt: UpstreamAttempt) {
        forEachAttemptObserver { $0.attemptStarted(attempt, stream.request, stream) }
    }

    /// Tells the filters that saw the request of an attempt that is over.
    package func attemptEnded(_ attempt: UpstreamAttempt) {
        forEachAttemptObserver { $0.attemptEnded(attempt, stream) }
    }

    private func forEachAttemptObserver(_ body: (any HTTPFilter) -> Void) {
        for index in filters.indices
        where index < request.headCursor && chain.links[index].phases.contains(.attempts) {
            body(filters[index])
        }
    }
}
