internal import Synchronization
internal import WeirBase
internal import WeirFilter

/// Asks the store about every stream and answers those that are over a limit. Shared by all
/// streams.
final class RateLimiter: HTTPFilter, Sendable {
    let rules: [LimitRule]
    let status: Int
    let showsQuotas: Bool
    private let runtime = AtomicLazyReference<Runtime>()

    init(rules: [LimitRule], status: Int, showsQuotas: Bool) {
        self.rules = rules
        self.status = status
        self.showsQuotas = showsQuotas
    }

    /// What is there once the filter is provisioned.
    private final class Runtime: Sendable {
        let store: any LimitStore
        let demands: WorkerLocal<Demands>
        let counters: [RuleCounters]

        init(store: any LimitStore, demands: WorkerLocal<Demands>, counters: [RuleCounters]) {
            self.store = store
            self.demands = demands
            self.counters = counters
        }
    }

    func start(_ store: any LimitStore, _ services: any GatewayServices) {
        let wantsQuotas = showsQuotas
        _ = runtime.storeIfNil(
            Runtime(
                store: store,
                demands: WorkerLocal(services) { _ in Demands(wantsQuotas: wantsQuotas) },
                counters: rules.map { RuleCounters($0, services) }))
    }

    func stop() { runtime.load()?.store.cleanUp() }

    func requestHeaders(_ request: RequestHead, _ stream: FilterStream) -> Verdict {
        admit(request, stream, for: nil)
    }

    /// Decides about a stream, and tells its own filter, if it has one, what the client may know.
    func admit(
        _ request: RequestHead, _ stream: FilterStream, for teller: RateLimitStream?
    ) -> Verdict {
        guard let runtime = runtime.load() else {
            return .respond(LocalResponse(status: 503, cause: "rate_limit_unavailable"))
        }
        return runtime.demands.with(stream) { demands in
            demands.clear()
            for position in rules.indices {
                let rule = rules[position]
                if let condition = rule.condition, !condition.holds(stream) { continue }
                if !demands.add(rule, at: position, request, stream) {
                    runtime.counters[position].unkeyed.add(for: stream)
                }
            }
            if demands.lacksKey {
                return .respond(LocalResponse(status: status, cause: "rate_limit_key_missing"))
            }
            if demands.items.isEmpty { return .continue }
            guard runtime.store.decide(&demands, for: stream) else {
                return ask(runtime, demands, stream, for: teller)
            }
            count(demands.items, runtime.counters, stream)
            if showsQuotas { teller?.words.quotas = fields(demands.items) }
            return isRefused(demands.items) ? .respond(refusal(demands.items)) : .continue
        }
    }

    /// Lets the stream wait for what the store says.
    private func ask(
        _ runtime: Runtime, _ demands: Demands, _ stream: FilterStream,
        for teller: RateLimitStream?
    ) -> Verdict {
        let items = demands.items
        let note = teller?.waitForNote()
        return stream.pause { token in
            let token = token.shared()
            runtime.store.ask(demands, for: stream) { [self] reply in
                var words = RateLimitStream.Words(more: reply.responseFields)
                switch reply.decision {
                case .admit:
                    note?.write(words)
                    token.resume()
                case .respond(let answer):
                    token.respond(answer)
                case .outcomes(let outcomes):
                    var items = items
                    for index in items.indices { items[index].outcome = outcomes[index] }
                    count(items, runtime.counters, nil)
                    if isRefused(items) {
                        token.respond(refusal(items, words.more))
                    } else {
                        if showsQuotas { words.quotas = fields(items) }
                        note?.write(words)
                        token.resume()
                    }
                }
            }
        }
    }

    private func isRefused(_ items: [Demand]) -> Bool {
        for item in items where !item.outcome.isAllowed && !rules[item.rule].isShadow {
            return true
        }
        return false
    }

    /// Counts what was decided: what was taken, and which limits were in the way.
    private func count(_ items: [Demand], _ counters: [RuleCounters], _ stream: FilterStream?) {
        let isRefused = isRefused(items)
        for item in items {
            let counters = counters[item.rule]
            if !item.outcome.isAllowed {
                add(rules[item.rule].isShadow ? counters.shadow : counters.limited, stream)
            } else if !isRefused {
                add(counters.allowed, stream)
            }
            if item.outcome.hasEvicted { add(counters.evictions, stream) }
        }
    }

    private func add(_ counter: Counter, _ stream: FilterStream?) {
        if let stream { counter.add(for: stream) } else { counter.add() }
    }

    /// The answer to a request that is over a limit.
    private func refusal(
        _ items: [Demand], _ more: [(HeaderName, ByteString)] = []
    ) -> LocalResponse {
        var wait = Interval.zero
        for item in items where !item.outcome.isAllowed && !rules[item.rule].isShadow {
            wait = max(wait, item.outcome.retryAfter)
        }
        let retry = QuotaFields.retryAfter(wait)
        return LocalResponse(
            status: status, cause: "rate_limited",
            headers: [retry] + (showsQuotas ? fields(items) : []) + more)
    }

    private func fields(_ items: [Demand]) -> [(HeaderName, ByteString)] {
        QuotaFields.fields(items, rules)
    }

    func explain(_ stream: FilterStream) -> [String] {
        rules.enumerated().map { position, rule in
            var demands = Demands(wantsQuotas: false)
            let isAsked = demands.add(rule, at: position, stream.request, stream)
            var line = "limit \(rule.name)" + (rule.isShadow ? " (shadow)" : "")
            if let quota = rule.quota {
                line += ": \(quota)"
            }
            if let condition = rule.condition, !condition.holds(stream) {
                let unmet = condition.unmet(stream).joined(separator: ", ")
                return line + ", does not hold: " + unmet
            }
            guard isAsked else { return line + ", not counted: a part of the key is missing" }
            let values = zip(rule.parts, demands.values(at: 0)).map { part, value in
                "\(part.attribute)=\(value?.description ?? "(none)")"
            }
            line += ", key " + (values.isEmpty ? "(all requests)" : values.joined(separator: " "))
            return line + ", cost \(demands.items[0].cost)"
        }
    }
}

/// What became of the requests under one rule.
struct RuleCounters: Sendable {
    let allowed: Counter
    let limited: Counter
    let shadow: Counter
    let unkeyed: Counter
    let evictions: Counter

    init(_ rule: LimitRule, _ services: any GatewayServices) {
        func counter(_ outcome: String) -> Counter {
            services.counter(
                "weir_rate_limit_requests_total", "Requests by limit, and what became of them.",
                labels: [("limit", rule.name), ("outcome", outcome)])
        }
        allowed = counter("allowed")
        limited = counter("limited")
        shadow = counter("shadow")
        unkeyed = counter("unkeyed")
        evictions = services.counter(
            "weir_rate_limit_evictions_total",
            "Keys that were forgotten before they owed nothing, for want of room.",
            labels: [("limit", rule.name)])
    }
}
