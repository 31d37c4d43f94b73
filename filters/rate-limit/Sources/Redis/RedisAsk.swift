internal import WeirBase
internal import WeirFilter

/// One request's question to Redis, on the stream's loop: one command for all of its limits, or
/// with Redis Cluster one for each slot in which their keys live.
final class RedisAsk {
    private let store: RedisStore
    private let worker: RedisStore.Worker
    private let demands: Demands
    private let stream: FilterStream
    private let done: @Sendable (StoreReply) -> Void
    private let asked: MonotonicTime
    private var parts: [Part] = []
    private var open = 0
    private var outcomes: [LimitOutcome]
    private var isOver = false
    /// Why there is no decision, once that is certain.
    private var problem: String?

    /// Demands that are decided in one step.
    private struct Part {
        let indices: [Int]
        /// Nil for a question that was sent before Redis was known to be a cluster.
        let slot: Int?
        var hops = 0
        /// The node that was asked last; nil for any.
        var node: SocketAddress?
        /// What the script said, and whether it took anything.
        var debts: [ScriptQuota.Debt] = []
        var isTaken = false
    }

    /// More detours than these mean that the nodes do not agree.
    private static let mostHops = 5

    init(
        _ store: RedisStore, _ worker: RedisStore.Worker, _ demands: Demands,
        _ stream: FilterStream, _ done: @escaping @Sendable (StoreReply) -> Void
    ) {
        self.store = store
        self.worker = worker
        self.demands = demands
        self.stream = stream
        self.done = done
        asked = stream.now
        outcomes = [LimitOutcome](repeating: LimitOutcome(), count: demands.items.count)
    }

    func start() {
        if worker.isCluster { return startBySlot() }
        parts = [Part(indices: Array(demands.items.indices), slot: nil)]
        open = 1
        send(0)
    }

    /// Asks again, as Redis has turned out to be a cluster.
    private func restartBySlot() {
        worker.isCluster = true
        startBySlot()
    }

    /// One command for each slot.
    private func startBySlot() {
        var bySlot: [(slot: Int, indices: [Int])] = []
        for index in demands.items.indices {
            let slot = RedisSlot.of(worker.key(demands, at: index).span)
            if let known = bySlot.firstIndex(where: { $0.slot == slot }) {
                bySlot[known].indices.append(index)
            } else {
                bySlot.append((slot, [index]))
            }
        }
        parts = bySlot.map { Part(indices: $0.indices, slot: $0.slot, node: worker.slots[$0.slot]) }
        open = parts.count
        for position in parts.indices where !isOver { send(position) }
    }

    // MARK: Commands

    private func send(_ position: Int, inFull: Bool = false, isAsking: Bool = false) {
        parts[position].hops += 1
        let left = asked + store.timeout - stream.now
        guard left > .zero else { return failed("call_timeout") }
        guard parts[position].hops <= Self.mostHops else { return failed("too many detours") }
        let part = parts[position]
        let body = command(part, inFull: inFull, isAsking: isAsking)
        let request = CallRequest(
            .post, "/", body: body, timeout: left, responseLimit: 64 * 1024, endpoint: part.node)
        store.cluster.call(request, for: stream) { [self] result in
            if isOver { return }
            switch result {
            case .success(let response):
                let bytes = response.body
                answered(position, RedisReply(bytes.span, isAsking: isAsking), inFull: inFull)
            case .failure(let failure): unanswered(position, failure, inFull: inFull)
            }
        }
    }

    private func command(_ part: Part, inFull: Bool, isAsking: Bool) -> ByteString {
        var command = RedisCommand(capacity: 128 + 256 * part.indices.count)
        if isAsking {
            command.begin(words: 1)
            command.add("ASKING")
        }
        LimitScript.begin(&command, keys: part.indices.count, inFull: inFull)
        for index in part.indices { command.add(worker.key(demands, at: index).span) }
        for index in part.indices { addArguments(of: demands.items[index], to: &command) }
        return ByteString(command.bytes)
    }

    private func addArguments(
        of demand: Demand, isReturned: Bool = false, to command: inout RedisCommand
    ) {
        let quota = store.quotas[demand.rule]
        let debt = quota.debt(of: demand.cost)
        let sign = isReturned ? -1 : 1
        command.add(sign * debt.whole)
        command.add(sign * debt.part)
        command.add(quota.burst.whole)
        command.add(quota.burst.part)
        command.add(quota.denominator)
        command.add(isReturned || store.rules[demand.rule].isShadow ? 1 : 0)
    }

    // MARK: Replies

    private func answered(_ position: Int, _ reply: RedisReply, inFull: Bool) {
        switch reply {
        case .numbers(let numbers): take(position, numbers)
        case .unknownScript where !inFull: send(position, inFull: true)
        // There is no decision any more, and this part has taken nothing.
        case _ where problem != nil: failed("")
        case .moved(let slot, let node):
            worker.slots[slot] = node
            // Nothing was taken: this node does not have the keys.
            if parts[position].slot == nil { return restartBySlot() }
            parts[position].node = node
            send(position, inFull: inFull)
        case .ask(let node):
            parts[position].node = node
            // That node may not know the script.
            send(position, inFull: true, isAsking: true)
        // Another request may have found out meanwhile that Redis is a cluster.
        case .crossSlot where parts[position].slot == nil: restartBySlot()
        case .unknownScript: failed("NOSCRIPT")
        case .crossSlot: failed("CROSSSLOT")
        case .failed(let word): failed(word)
        }
    }

    /// A node that is gone may have been replaced: the others know by whom.
    private func unanswered(_ position: Int, _ failure: CallFailure, inFull: Bool) {
        let cause = failure.cause.description
        guard problem == nil, let slot = parts[position].slot, parts[position].node != nil,
            cause == "connect_failed" || cause == "no_endpoint"
        else { return failed(cause) }
        worker.slots[slot] = nil
        parts[position].node = nil
        send(position, inFull: inFull)
    }

    private func take(_ position: Int, _ numbers: [Int]) {
        let indices = parts[position].indices
        guard numbers.count == 3 * indices.count else { return failed("reply") }
        var isTaken = true
        for (place, index) in indices.enumerated() {
            let demand = demands.items[index]
            let debt = ScriptQuota.Debt(whole: numbers[3 * place + 1], part: numbers[3 * place + 2])
            guard numbers[3 * place] <= 1, store.quotas[demand.rule].isPossible(debt) else {
                return failed("reply")
            }
            let isAllowed = numbers[3 * place] == 1
            outcomes[index] = store.quotas[demand.rule].outcome(
                isAllowed: isAllowed, debt, cost: demand.cost)
            parts[position].debts.append(debt)
            if !isAllowed && !store.rules[demand.rule].isShadow { isTaken = false }
        }
        parts[position].isTaken = isTaken
        open -= 1
        if open == 0 { finish() }
    }

    // MARK: The end

    /// All parts have been answered.
    private func finish() {
        if problem != nil { return giveUp() }
        isOver = true
        worker.breaker.succeeded(store.health)
        store.counters.answered(for: stream, in: stream.now - asked)
        if parts.count > 1 && parts.contains(where: { !$0.isTaken }) { giveBack() }
        done(StoreReply(decision: .outcomes(outcomes)))
    }

    /// A part has no answer. A request that is refused for it waits for the other parts' all the
    /// same, as long as the store may take: what they take has to be given back.
    private func failed(_ problem: String) {
        open -= 1
        if self.problem == nil { self.problem = problem }
        if open == 0 || !store.fallback.refuses { giveUp() }
    }

    private func giveUp() {
        isOver = true
        let problem = problem ?? ""
        worker.breaker.failed(at: stream.now, problem, store.health)
        store.counters.failed(problem, for: stream)
        // Whoever is refused has not used what was taken in other slots.
        if parts.count > 1 && store.fallback.refuses { giveBack() }
        done(store.fallback.reply(to: demands, for: stream))
    }

    /// Returns what was taken in some slots for a request that another one refuses. Nobody waits
    /// for it; as long as it is on its way, Redis counts a request too many, never one too few.
    private func giveBack() {
        for part in parts where part.isTaken {
            let indices = part.indices.filter { outcomes[$0].isAllowed }
            if indices.isEmpty { continue }
            var command = RedisCommand(capacity: 128 + 256 * indices.count)
            LimitScript.begin(&command, keys: indices.count, inFull: false)
            for index in indices { command.add(worker.key(demands, at: index).span) }
            for index in indices {
                addArguments(of: demands.items[index], isReturned: true, to: &command)
            }
            let request = CallRequest(
                .post, "/", body: ByteString(command.bytes), timeout: .seconds(1),
                responseLimit: 64 * 1024, endpoint: part.node)
            store.cluster.call(request) { _ in }
            for (place, index) in part.indices.enumerated() where outcomes[index].isAllowed {
                let demand = demands.items[index]
                outcomes[index] = store.quotas[demand.rule].outcome(
                    isAllowed: true, part.debts[place], cost: demand.cost, isReturned: true)
            }
        }
    }
}
