internal import WeirBase
internal import WeirFilter

/// Asks about requests and does as the service says. Shared by all streams.
final class AuthGate: HTTPFilter, Sendable {
    private let plan: AuthPlan
    private let cluster: Cluster
    private let tally: Tally
    private let cache: WorkerLocal<DecisionCache>?
    private let lateAnswer: LocalResponse
    private let errorAnswer: LocalResponse

    /// What a consent has to change in the response. Of each gate its own: another one in the same
    /// chain has a consent too.
    private let consent = StreamKey<Consent>()
    /// Set while the body of a request is awaited about which the service will be asked.
    private let awaitsBody = StreamKey<Bool>()

    init(plan: AuthPlan, cluster: Cluster, tally: Tally, cache: WorkerLocal<DecisionCache>?) {
        self.plan = plan
        self.cluster = cluster
        self.tally = tally
        self.cache = cache
        // A gRPC client may try again; the others have the status.
        lateAnswer = LocalResponse(
            status: plan.statusOnError, cause: "external_auth_timeout", grpcStatus: 14)
        errorAnswer = LocalResponse(
            status: plan.statusOnError, cause: "external_auth_error", grpcStatus: 14)
    }

    func requestHeaders(_ request: RequestHead, _ stream: FilterStream) -> Verdict {
        if let condition = plan.condition, !condition.holds(stream) {
            // The upstream believes these fields, whoever was asked.
            request.headers.removeSpoofed(plan.upstreamHeaders)
            return .continue
        }
        if let limit = plan.bodyLimit {
            stream.values[awaitsBody] = true
            return .buffer(upTo: limit)
        }
        return decide(stream, body: nil)
    }

    func requestBody(_ chunk: BodyChunk, isLast: Bool, _ stream: FilterStream) -> Verdict {
        // The bodies of requests that `when` leaves out come by as well.
        guard stream.values[awaitsBody] != nil else { return .continue }
        stream.values[awaitsBody] = nil
        return decide(stream, body: chunk.bytes)
    }

    func responseHeaders(_ response: ResponseHead, _ stream: FilterStream) -> Verdict {
        if let consent = stream.values[consent] {
            for edit in consent.responseEdits { edit.apply(to: &response.headers) }
        }
        return .continue
    }

    // MARK: Deciding

    private func decide(_ stream: FilterStream, body: ByteString?) -> Verdict {
        let key = plan.cache.flatMap { DecisionCache.key($0.key, of: stream) }
        if let key, let known = cache?.with(stream, { $0.decision(for: key, at: stream.now) }) {
            tally.cached(stream)
            stream.request.headers.removeSpoofed(plan.upstreamHeaders)
            return enact(known, on: stream).map { .respond($0) } ?? .continue
        }
        guard let question = plan.service.question(stream, body: body) else {
            // That is the request's doing, a method that can't be passed on. `on-error` is about
            // the service: no client may bring its `allow` about.
            tally.unaskable(stream)
            return .respond(errorAnswer)
        }
        // The service sees what the client sent: one of these fields may be what it goes by.
        stream.request.headers.removeSpoofed(plan.upstreamHeaders)
        return stream.pause { token in
            let token = token.shared()
            cluster.call(question, for: stream) { [self] result in
                let answer = plan.service.answer(result)
                tally.count(answer.decision, stream)
                if let key { remember(answer, for: key, stream) }
                if let response = enact(answer.decision, on: stream) {
                    token.respond(response)
                } else {
                    token.resume()
                }
            }
        }
    }

    private func remember(_ answer: Answer, for key: ByteString, _ stream: FilterStream) {
        guard let limit = plan.cache?.lifetime, !answer.decision.isPersonal else { return }
        let lifetime = min(limit, answer.lifetime ?? limit)
        guard lifetime > .zero else { return }
        cache?.with(stream) {
            $0.insert(answer.decision, for: key, until: stream.now + lifetime)
        }
    }

    /// Changes the request as decided; the answer to the client when it may not go on.
    private func enact(_ decision: Decision, on stream: FilterStream) -> LocalResponse? {
        switch decision {
        case .allow(let consent):
            admit(stream, consent)
            return nil
        case .deny(let refusal): return refusal.response
        case .timedOut: return plan.admitsOnError ? nil : lateAnswer
        case .failed: return plan.admitsOnError ? nil : errorAnswer
        }
    }

    private func admit(_ stream: FilterStream, _ consent: Consent) {
        let request = stream.request
        for name in consent.removedFields { request.headers.remove(name) }
        for edit in consent.requestEdits { edit.apply(to: &request.headers) }
        if let query = consent.query { request.query = query.applied(to: request.query) }
        if let identity = consent.identity { stream.identify(identity) }
        if !consent.responseEdits.isEmpty { stream.values[self.consent] = consent }
    }
}
