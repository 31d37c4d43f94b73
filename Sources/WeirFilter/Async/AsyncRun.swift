internal import WeirBase

/// One stream's run of an asynchronous filter: it turns phases into what `handle` waits for, and
/// what `handle` does into verdicts.
///
/// In each phase the task goes on as far as it can; if it has decided by then, that is the verdict.
/// If not, the stream pauses, and the filter is asked again when the task has.
final class AsyncRun: HTTPFilter {
    /// How far the request has come.
    private enum Progress {
        case waiting
        /// `next` was called.
        case sentOn
        case finished(Result<Response, any Error>)
    }

    let phases: Phases
    private let filter: any AsyncFilter
    private var progress = Progress.waiting
    private var lane: StreamLane!
    private var tasks: [Task<Void, Never>] = []
    private let upstream = Wait<Response>()
    private var waits: [any CancellableWait] = []

    private var request: Request!
    private var answer: Response?
    private var requestCarriage: BodyCarriage!
    private var responseCarriage: BodyCarriage!
    /// Whether the stream is over, or was answered by somebody else: nobody waits for the task.
    private var isOver = false

    init(_ filter: any AsyncFilter) {
        self.filter = filter
        phases = filter.phases
    }

    // MARK: What the task does

    func next(_ request: Request) async throws -> Response {
        guard request === self.request else { throw AsyncFilterError.foreignRequest }
        guard case .waiting = progress else { throw AsyncFilterError.calledNextTwice }
        if isOver { throw CancellationError() }
        return try await upstream.value { wait in
            progress = .sentOn
            note(wait)
        }
    }

    /// Remembers what has to end with the stream.
    func note(_ wait: any CancellableWait) {
        if isOver { return wait.cancel() }
        waits.removeAll { !$0.isOpen && $0 !== wait }
        waits.append(wait)
    }

    private func handle() async {
        let result: Result<Response, any Error>
        do {
            result = .success(try await filter.handle(request, next: Next(self)))
        } catch {
            result = .failure(error)
        }
        progress = .finished(result)
    }

    /// Begins a task on the stream's lane.
    func begin(_ body: @escaping (AsyncRun) async -> Void) {
        let carried = Carried(run: self, body: body)
        tasks.append(Task(executorPreference: lane) { await carried.body(carried.run) })
    }

    /// The run is touched on its loop only, where the lane takes its tasks.
    private struct Carried: @unchecked Sendable {
        let run: AsyncRun
        let body: (AsyncRun) async -> Void
    }

    private struct Woken: @unchecked Sendable { weak var run: AsyncRun? }

    // MARK: Phases

    func requestHeaders(_ head: RequestHead, _ stream: FilterStream) -> Verdict {
        if request == nil { start(head, stream) } else { attend(responseCarriage) {} }
        return requestVerdict(stream)
    }

    private func start(_ head: RequestHead, _ stream: FilterStream) {
        guard let driver = stream.driver else {
            preconditionFailure("a stream without a driver cannot run tasks")
        }
        let woken = Woken(run: self)
        let row = stream.chain.counters[stream.currentLink]
        lane = StreamLane(driver.entrance, mark: stream.marker.map { ($0, row) }) {
            woken.run?.goOn()
        }
        let body = MessageBody(of: self, .requestBody, .requestTrailers)
        requestCarriage = BodyCarriage(body)
        request = Request(
            head, body: body,
            context: FilterContext(stream, run: self, filter: type(of: filter).name))
        attend(nil) { begin { await $0.handle() } }
    }

    private func requestVerdict(_ stream: FilterStream) -> Verdict {
        switch progress {
        case .finished(let result):
            isOver = true
            return .respond(ownAnswer(result, stream))
        case .sentOn:
            return requestCarriage.send(hasBody: stream.requestHasBody)
        case .waiting:
            return requestCarriage.collect() ?? requestCarriage.pause(stream)
        }
    }

    func responseHeaders(_ head: ResponseHead, _ stream: FilterStream) -> Verdict {
        guard !isOver else { return .continue }
        if answer == nil {
            // Somebody else has answered while the task was not done with the request.
            guard upstream.isOpen else {
                giveUp()
                return .continue
            }
            let body = MessageBody(of: self, .responseBody, .responseTrailers)
            responseCarriage = BodyCarriage(body)
            let answer = Response(head, body: body)
            self.answer = answer
            attend(requestCarriage) { upstream.finish(.success(answer)) }
        } else {
            attend(requestCarriage) {}
        }
        return responseVerdict(stream)
    }

    private func responseVerdict(_ stream: FilterStream) -> Verdict {
        guard case .finished(let result) = progress else {
            return responseCarriage.collect() ?? responseCarriage.pause(stream)
        }
        if case .success(let returned) = result, returned === answer {
            return responseCarriage.send(hasBody: stream.responseHasBody)
        }
        isOver = true
        return .respond(ownAnswer(result, stream))
    }

    func requestBody(_ chunk: BodyChunk, isLast: Bool, _ stream: FilterStream) -> Verdict {
        body(chunk, isLast, requestCarriage, beside: responseCarriage, stream) {
            requestVerdict(stream)
        }
    }

    func responseBody(_ chunk: BodyChunk, isLast: Bool, _ stream: FilterStream) -> Verdict {
        body(chunk, isLast, responseCarriage, beside: requestCarriage, stream) {
            responseVerdict(stream)
        }
    }

    /// A piece of a body: all of it for the task, or one that passes after the head was sent on.
    private func body(
        _ chunk: BodyChunk, _ isLast: Bool, _ carriage: BodyCarriage?,
        beside other: BodyCarriage?, _ stream: FilterStream, _ verdict: () -> Verdict
    ) -> Verdict {
        guard let carriage, carriage.isSent || !isOver else { return .continue }
        if !carriage.isSent {
            attend(other) { carriage.receive(chunk) }
            let verdict = verdict()
            guard carriage.isSent else { return verdict }
        }
        return carry(chunk, isLast, carriage, beside: other, stream) ?? carriage.pause(stream)
    }

    /// Takes a piece of a body that has been sent on through what the filter wants done with it;
    /// nil when that takes time.
    private func carry(
        _ chunk: BodyChunk, _ isLast: Bool, _ carriage: BodyCarriage,
        beside other: BodyCarriage?, _ stream: FilterStream
    ) -> Verdict? {
        do {
            if let transform = carriage.transform(begin) {
                attend(other) { transform.take(chunk, isLast: isLast) }
                if let failure = transform.failure { throw failure }
                guard transform.put(into: chunk, isLast: isLast) else { return nil }
            }
            try carriage.carry(chunk, isLast: isLast)
            return .continue
        } catch {
            return .respond(failure(error, stream))
        }
    }

    func requestTrailers(_ trailers: inout HeaderMap, _ stream: FilterStream) -> Verdict {
        edit(&trailers, requestCarriage, stream)
    }

    func responseTrailers(_ trailers: inout HeaderMap, _ stream: FilterStream) -> Verdict {
        edit(&trailers, responseCarriage, stream)
    }

    private func edit(
        _ trailers: inout HeaderMap, _ carriage: BodyCarriage?, _ stream: FilterStream
    ) -> Verdict {
        guard let carriage, carriage.isSent else { return .continue }
        do {
            try carriage.edit(&trailers)
            return .continue
        } catch {
            return .respond(failure(error, stream))
        }
    }

    func streamComplete(_ stream: FilterStream) {
        guard request != nil else { return }
        request.context.detach()
        request.body.detach()
        answer?.body.detach()
        if case .finished = progress, !hasOpenWaits {
            isOver = true
            return
        }
        request.detach()
        answer?.detach()
        giveUp()
    }

    private var hasOpenWaits: Bool {
        waits.contains { $0.isOpen } || requestCarriage?.hasOpenWaits == true
            || responseCarriage?.hasOpenWaits == true
    }

    /// Nobody waits for the task any more.
    private func giveUp() {
        isOver = true
        for task in tasks { task.cancel() }
        _ = lane.attend {
            for wait in waits { wait.cancel() }
            waits.removeAll()
            requestCarriage?.cancel()
            responseCarriage?.cancel()
        }
    }

    /// Does something for the phase under way and lets the task go on. The other message may have
    /// waited for what the task did then.
    private func attend(_ other: BodyCarriage?, _ body: () -> Void) {
        if lane.attend(body) { other?.askAgain() }
    }

    /// The task has gone on by itself: ask for the phases again that wait for it.
    private func goOn() {
        requestCarriage?.askAgain()
        responseCarriage?.askAgain()
    }

    // MARK: Answers

    private func ownAnswer(
        _ result: Result<Response, any Error>, _ stream: FilterStream
    ) -> LocalResponse {
        switch result {
        case .success(let response):
            response.local ?? failure(AsyncFilterError.foreignResponse, stream)
        case .failure(let error): failure(error, stream)
        }
    }

    private func failure(_ error: any Error, _ stream: FilterStream) -> LocalResponse {
        if let answer = error as? LocalResponse { return answer }
        stream.log(.error, "failed: \(error)")
        return Self.failed
    }

    private static let failed = LocalResponse(status: 500, cause: "filter_failed")
}
