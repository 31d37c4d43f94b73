internal import WeirBase
internal import WeirFilter

/// Makes filters whose every call is noted.
struct WatchedFactory: FilterFactory {
    struct Configuration: Decodable, Sendable {}

    static let name = "watched"
    static let documentation = FilterDocumentation(
        summary: "Notes the calls of another filter.", status: .alpha,
        securityPosture: .requiresTrustedDownstreamAndUpstream, phases: [], fields: [])

    private let inner: any FilterFactory
    private let filter: String
    private let link: Int
    private let journal: Journal

    init(_ configuration: Configuration) throws {
        throw ConfigurationError("made by tests, not from configuration")
    }

    init(_ inner: any FilterFactory, named filter: String, at link: Int, in journal: Journal) {
        self.inner = inner
        self.filter = filter
        self.link = link
        self.journal = journal
    }

    var phases: Phases { inner.phases }

    func makeFilter() -> any HTTPFilter {
        WatchedFilter(inner.makeFilter(), named: filter, at: link, in: journal)
    }
}

/// Passes every call on and notes it with the verdict.
private final class WatchedFilter: HTTPFilter {
    private let inner: any HTTPFilter
    private let filter: String
    private let link: Int
    private let journal: Journal

    init(_ inner: any HTTPFilter, named filter: String, at link: Int, in journal: Journal) {
        self.inner = inner
        self.filter = filter
        self.link = link
        self.journal = journal
    }

    private func note(_ phase: Phases, _ verdict: Verdict) -> Verdict {
        note(phase, TestVerdict(verdict), 0, false)
        return verdict
    }

    private func note(
        _ phase: Phases, _ verdict: Verdict, _ byteCount: Int, _ isLast: Bool, _ chunk: BodyChunk
    ) {
        note(
            phase, TestVerdict(verdict), byteCount, isLast,
            keeps: chunk.keepsSome(after: verdict))
    }

    private func note(
        _ phase: Phases, _ verdict: TestVerdict?, _ byteCount: Int, _ isLast: Bool,
        keeps: Bool = false
    ) {
        journal.note(
            .call(
                FilterEvent.Call(
                    link: link, filter: filter, phase: phase, byteCount: byteCount, isLast: isLast,
                    verdict: verdict, keeps: keeps)))
    }

    func requestHeaders(_ request: RequestHead, _ stream: FilterStream) -> Verdict {
        note(.requestHeaders, inner.requestHeaders(request, stream))
    }

    func requestBody(_ chunk: BodyChunk, isLast: Bool, _ stream: FilterStream) -> Verdict {
        let count = chunk.bytes.count
        let verdict = inner.requestBody(chunk, isLast: isLast, stream)
        note(.requestBody, verdict, count, isLast, chunk)
        return verdict
    }

    func requestTrailers(_ trailers: inout HeaderMap, _ stream: FilterStream) -> Verdict {
        note(.requestTrailers, inner.requestTrailers(&trailers, stream))
    }

    func responseHeaders(_ response: ResponseHead, _ stream: FilterStream) -> Verdict {
        note(.responseHeaders, inner.responseHeaders(response, stream))
    }

    func responseBody(_ chunk: BodyChunk, isLast: Bool, _ stream: FilterStream) -> Verdict {
        let count = chunk.bytes.count
        let verdict = inner.responseBody(chunk, isLast: isLast, stream)
        note(.responseBody, verdict, count, isLast, chunk)
        return verdict
    }

    func responseTrailers(_ trailers: inout HeaderMap, _ stream: FilterStream) -> Verdict {
        note(.responseTrailers, inner.responseTrailers(&trailers, stream))
    }

    func attemptStarted(
        _ attempt: UpstreamAttempt, _ request: RequestHead, _ stream: FilterStream
    ) { inner.attemptStarted(attempt, request, stream) }

    func attemptEnded(_ attempt: UpstreamAttempt, _ stream: FilterStream) {
        inner.attemptEnded(attempt, stream)
    }

    func streamComplete(_ stream: FilterStream) {
        inner.streamComplete(stream)
        note(.streamComplete, nil, 0, false)
    }
}
