internal import Synchronization
internal import WeirBase
package import WeirFilter

/// Makes filters whose every call is noted.
package final class WatchedFactory: FilterFactory {
    /// Takes none: what it makes is made in code.
    package struct Configuration: Decodable, Sendable {}

    package static let name = "watched"
    package static let documentation = FilterDocumentation(
        summary: "Notes the calls of another filter.", status: .alpha,
        securityPosture: .requiresTrustedDownstreamAndUpstream, phases: [], fields: [])

    /// What was made last, as long as somebody uses it.
    private struct Made: @unchecked Sendable {
        weak var inner: (any HTTPFilter)?
        weak var watched: WatchedFilter?
    }

    private let inner: any FilterFactory
    private let filter: String
    private let link: Int
    private let journal: Journal
    private let last = Mutex(Made())

    package init(_ configuration: Configuration) throws {
        throw ConfigurationError("made by tests, not from configuration")
    }

    /// Watches the filters of a factory that stands at a place of a chain.
    package init(
        _ inner: any FilterFactory, named filter: String, at link: Int, in journal: Journal
    ) {
        self.inner = inner
        self.filter = filter
        self.link = link
        self.journal = journal
    }

    package var phases: Phases { inner.phases }

    package func provision(_ services: any GatewayServices) throws {
        try inner.provision(services)
    }

    package func cleanUp() { inner.cleanUp() }

    package func explain(_ stream: FilterStream) -> [String] { inner.explain(stream) }

    /// A filter that is the same for every stream stays so.
    package func makeFilter() -> any HTTPFilter {
        let made = inner.makeFilter()
        let before = last.withLock { $0 }
        if let watched = before.watched, before.inner === made { return watched }
        let watched = WatchedFilter(made, named: filter, at: link, in: journal)
        let now = Made(inner: made, watched: watched)
        last.withLock { $0 = now }
        return watched
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
