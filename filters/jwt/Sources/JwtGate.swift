internal import Synchronization
internal import WeirBase
internal import WeirFilter

/// Lets requests with a good token in. Shared by all streams.
final class JwtGate: HTTPFilter, Sendable {
    /// What the operator has decided about requests.
    struct Policy: Sendable {
        var places: TokenPlaces
        var isOptional: Bool
        var strips: Bool
        var headers: ClaimHeaders
        var nameClaim: ClaimPath
        var sizeLimit: Int
        var realm: String
        var scopes: [String]
    }

    /// What is there once the factory is provisioned.
    final class Running: Sendable {
        let verifier: TokenVerifier
        let caches: WorkerLocal<TokenCache>
        let counters: TokenCounters

        init(
            verifier: TokenVerifier, caches: WorkerLocal<TokenCache>, counters: TokenCounters
        ) {
            self.verifier = verifier
            self.caches = caches
            self.counters = counters
        }
    }

    let policy: Policy
    let running = AtomicLazyReference<Running>()
    private let refusals: [TokenProblem: LocalResponse]
    /// Set on a stream that has waited for keys: it waits once.
    private let hasWaited = StreamKey<Bool>()

    init(_ policy: Policy) {
        self.policy = policy
        refusals = Dictionary(
            uniqueKeysWithValues: TokenProblem.allCases.map {
                ($0, $0.response(realm: policy.realm, scopes: policy.scopes))
            })
    }

    func requestHeaders(_ request: RequestHead, _ stream: FilterStream) -> Verdict {
        request.headers.removeSpoofed(policy.headers.names)
        guard let running = running.load() else { return refuse(.keysUnavailable, stream, nil) }
        if let token = cached(request, stream, running) {
            running.counters.cached.add(for: stream)
            return admit(token, request, stream)
        }
        return examine(request, stream, running)
    }

    /// The token of the request if it is the only one and was seen before: without a copy.
    private func cached(
        _ request: RequestHead, _ stream: FilterStream, _ running: Running
    ) -> VerifiedToken? {
        guard let header = policy.places.onlyHeader,
            let line = request.headers.index(of: header),
            request.headers.index(of: header, from: line + 1) == nil
        else { return nil }
        let cache = running.caches.with(stream) { $0 }
        let now = stream.unixNanoseconds
        let found = request.headers.withFirst(header) { value -> VerifiedToken? in
            guard let token = TokenPlaces.token(in: value, of: header) else { return nil }
            return cache.find(token, at: now)
        }
        return found ?? nil
    }

    private func admit(
        _ token: VerifiedToken, _ request: RequestHead, _ stream: FilterStream
    ) -> Verdict {
        if policy.strips { policy.places.remove(from: request) }
        for field in token.fields { request.headers.append(field.name, field.value.span) }
        stream.identify(token.client)
        return .continue
    }

    private func examine(
        _ request: RequestHead, _ stream: FilterStream, _ running: Running
    ) -> Verdict {
        let text: ByteString
        switch policy.places.find(in: request) {
        case .several: return refuse(.ambiguous, stream, running)
        case .none:
            guard policy.isOptional else { return refuse(.missing, stream, running) }
            running.counters.count(.missing, for: stream)
            return .continue
        case .one(let token): text = token
        }
        guard text.count <= policy.sizeLimit else { return refuse(.oversized, stream, running) }
        let cache = running.caches.with(stream) { $0 }
        let now = stream.unixNanoseconds
        // A token of a query or a cookie.
        if policy.places.onlyHeader == nil, let token = cache.find(text.span, at: now) {
            running.counters.cached.add(for: stream)
            return admit(token, request, stream)
        }
        switch running.verifier.verify(text, at: now) {
        case .good(let token):
            running.counters.valid.add(for: stream)
            cache.insert(token, at: now)
            return admit(token, request, stream)
        case .bad(let problem): return refuse(problem, stream, running)
        case .lacksKey(let problem, let issuer):
            return wait(for: issuer, problem, stream, running)
        }
    }

    /// Waits for keys that are being fetched, or will be now, once per request.
    private func wait(
        for issuer: TrustedIssuer, _ problem: TokenProblem, _ stream: FilterStream,
        _ running: Running
    ) -> Verdict {
        guard let remote = issuer.remote, let shelf = issuer.shelf,
            stream.values[hasWaited] == nil, let fetch = remote.errand()
        else { return refuse(problem, stream, running) }
        stream.values[hasWaited] = true
        stream.note("jwt.wait", [("issuer", issuer.name)])
        let tooMany = refusals[.keysUnavailable]
        return stream.pause { token in
            let token = token.shared()
            if !shelf.wait(token, for: fetch), let tooMany { token.respond(tooMany) }
        }
    }

    private func refuse(
        _ problem: TokenProblem, _ stream: FilterStream, _ running: Running?
    ) -> Verdict {
        running?.counters.count(problem, for: stream)
        stream.note("jwt.refuse", [("outcome", problem.rawValue)])
        return .respond(
            refusals[problem] ?? problem.response(realm: policy.realm, scopes: policy.scopes))
    }
}
