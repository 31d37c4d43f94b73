package import WeirBase

/// Watches the filters of one stream at work, for a tap. Used on the stream's loop.
package final class StreamRecorder {
    private var record = StreamRecord()
    private let redaction: Redaction
    private let clock: () -> Int64
    private let started: Int64
    /// The head before the call under way.
    private var before: HeadPicture?
    private var bytesBefore = 0
    private var identitiesBefore = 0
    /// The step to which pieces of a body belong, by position of the filter and direction.
    private var bodySteps: [Int: Int] = [:]
    /// The pause of the request, and that of the response.
    private var requestPause: OpenPause?
    private var responsePause: OpenPause?

    /// How many steps are kept; chains are shorter, but a filter may be asked again and again.
    package static let mostSteps = 200

    private struct OpenPause {
        let step: Int
        let since: Int64
        /// What it leads to when nobody ends it otherwise.
        let ending: PauseEnd
    }

    /// Starts with the stream's request as it came. `clock` gives nanoseconds.
    package init(_ stream: FilterStream, redaction: Redaction, clock: @escaping () -> Int64) {
        self.redaction = redaction
        self.clock = clock
        started = clock()
        record.unixNanoseconds = stream.unixNanoseconds
        record.worker = stream.workerIndex
        record.listener = stream.place.listener
        record.route = stream.place.route
        record.client = stream.clientAddress.map { "\($0)" } ?? ""
        record.peer = stream.peerAddress.map { "\($0)" } ?? ""
        record.security = stream.security?.version ?? ""
        record.request = HeadPicture(stream.request).recorded(redaction)
    }

    // MARK: Calls of filters

    /// Calls a filter and records what comes of it; the time is that of the filter alone.
    func watch(
        _ link: FilterChain.Link, at position: Int, _ phase: Phases, _ run: ChainRun,
        _ call: () -> Verdict
    ) -> (verdict: Verdict, nanoseconds: Int64) {
        let stream = run.stream
        before = Self.picture(phase, stream)
        let chunk = phase.isRequest ? run.request.chunk : run.response.chunk
        bytesBefore = phase.isBody ? chunk.bytes.count : 0
        identitiesBefore = stream.identities.count
        let start = clock()
        let verdict = call()
        let end = clock()
        let index = step(link, at: position, phase, start)
        guard index >= 0 else { return (verdict, end - start) }
        record.steps[index].calls += 1
        record.steps[index].nanoseconds += end - start
        record.steps[index].identities += stream.identities.dropFirst(identitiesBefore)
            .map(recorded)
        if let before, let after = Self.picture(phase, stream) {
            note(before.changes(to: after, redaction), at: index)
        }
        if phase.isBody {
            // What is kept comes once more, and counts then.
            let kept = chunk.keptCount(after: verdict)
            record.steps[index].bytesIn += max(0, bytesBefore - kept)
            record.steps[index].bytesOut += chunk.bytes.count - kept
        }
        note(verdict, at: index, isRequest: phase.isRequest, end)
        return (verdict, end - start)
    }

    /// The filter that was called last has left the trailers so.
    func noteTrailers(_ before: HeaderMap, _ after: HeaderMap) {
        guard !record.steps.isEmpty, record.omittedSteps == 0 else { return }
        let changes = HeadPicture(trailers: before).changes(
            to: HeadPicture(trailers: after), redaction)
        note(changes, at: record.steps.count - 1)
    }

    private static func picture(_ phase: Phases, _ stream: FilterStream) -> HeadPicture? {
        switch phase {
        case .requestHeaders: HeadPicture(stream.request)
        case .responseHeaders: HeadPicture(stream.response)
        default: nil
        }
    }

    /// The step of a call; -1 when there is no room for one.
    private func step(
        _ link: FilterChain.Link, at position: Int, _ phase: Phases, _ start: Int64
    ) -> Int {
        let key = position * 2 + (phase.isRequest ? 0 : 1)
        if phase.isBody, let known = bodySteps[key] { return known }
        guard record.steps.count < Self.mostSteps else {
            record.omittedSteps += 1
            return -1
        }
        record.steps.append(
            RecordedStep(
                filter: link.name, position: position, phase: phase,
                start: Interval(nanoseconds: start - started)))
        if phase.isBody { bodySteps[key] = record.steps.count - 1 }
        return record.steps.count - 1
    }

    private func note(_ changes: [RecordedChange], at index: Int) {
        let room = HeadPicture.mostChanges - record.steps[index].changes.count
        record.steps[index].changes += changes.prefix(room)
        record.steps[index].omittedChanges += max(0, changes.count - room)
    }

    private func note(_ verdict: Verdict, at index: Int, isRequest: Bool, _ now: Int64) {
        let kind: VerdictKind
        switch verdict {
        case .continue: return
        case .respond(let local):
            kind = .respond
            record.steps[index].detail = "\(local.status) \(local.cause)"
        case .pause(let ticket):
            kind = .pause
            let ending: PauseEnd =
                ticket.answer != nil ? .responded : ticket.cut != nil ? .cutOff : .resumed
            let pause = OpenPause(step: index, since: now, ending: ending)
            if isRequest { requestPause = pause } else { responsePause = pause }
            record.steps[index].pauses += 1
            record.steps[index].pauseEnd = nil
        case .buffer(let limit):
            kind = .buffer
            record.steps[index].detail = "up to \(limit) bytes"
        case .cutOff(let cause, let manner):
            kind = .cutOff
            record.steps[index].detail = "\(manner) \(cause)"
        }
        record.steps[index].verdict = kind
    }

    private func recorded(_ identity: ClientIdentity) -> RecordedIdentity {
        RecordedIdentity(
            name: Redaction.cut(identity.name), source: identity.source.description)
    }

    // MARK: What becomes of the stream

    /// A pause of the request or of the response has ended in order.
    package func pauseEnded(isRequest: Bool, _ outcome: PauseOutcome) {
        let open = isRequest ? requestPause : responsePause
        let end: PauseEnd =
            switch outcome {
            case .resume: open?.ending ?? .resumed
            case .askAgain: .askedAgain
            case .respond: .responded
            case .dropped: .dropped
            }
        close(open, end)
        if isRequest { requestPause = nil } else { responsePause = nil }
    }

    private func close(_ open: OpenPause?, _ end: PauseEnd?) {
        guard let open else { return }
        record.steps[open.step].waited.nanoseconds += clock() - open.since
        record.steps[open.step].pauseEnd = end
    }

    /// The gateway answers by itself, or for the filter at `link` of the chain.
    package func answered(_ local: LocalResponse, by link: Int, of chain: FilterChain) {
        abandonPauses()
        let filter = chain.links.indices.contains(link) ? chain.links[link].name : nil
        record.answer = RecordedAnswer(
            status: local.status, cause: local.cause.description, filter: filter)
    }

    /// The stream ends without an answer, or without the rest of one.
    package func cutOff(_ cause: StaticString) {
        abandonPauses()
        record.answer = RecordedAnswer(status: 0, cause: cause.description, filter: nil)
    }

    private func abandonPauses() {
        close(requestPause, .abandoned)
        close(responsePause, .abandoned)
        requestPause = nil
        responsePause = nil
    }

    /// The request goes to an endpoint.
    package func sent(_ request: RequestHead) {
        record.sent = HeadPicture(request).recorded(redaction)
    }

    /// The response's head goes to the client.
    package func responded(_ response: ResponseHead) {
        record.response = HeadPicture(response).recorded(redaction)
    }

    /// All that is known of the stream, before the run is finished.
    package func record(of run: ChainRun, hasEnded: Bool) -> StreamRecord {
        if hasEnded { abandonPauses() }
        var record = self.record
        for open in [requestPause, responsePause].compactMap({ $0 }) {
            record.steps[open.step].waited.nanoseconds += clock() - open.since
        }
        record.hasEnded = hasEnded
        record.outcome = run.stream.outcome
        record.identities = run.stream.identities.map(recorded)
        record.filters = run.chain.links.enumerated().map { index, link in
            RecordedFilter(
                name: link.name, phases: link.phases, isReached: index < run.request.headCursor)
        }
        return record
    }
}

extension Phases {
    /// Whether it is a phase of the request.
    package var isRequest: Bool {
        !isDisjoint(with: [.requestHeaders, .requestBody, .requestTrailers])
    }

    /// Whether it is a phase of a body.
    package var isBody: Bool { !isDisjoint(with: [.requestBody, .responseBody]) }
}
