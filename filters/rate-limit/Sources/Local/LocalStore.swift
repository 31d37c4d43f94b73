internal import Synchronization
internal import WeirBase
internal import WeirFilter

/// Keeps counts in this process, exactly: whatever the number of workers, no key is ever admitted
/// more than its quota.
final class LocalStore: LimitStore {
    /// What a decision needs of a rule. Its table's parts are here and below once more, because all
    /// workers would count references to the table at the same place.
    private struct Rule {
        let quota: Quota
        let isShadow: Bool
        let secret: KeyHash.Secret
        let firstShard: Int
        let shardMask: UInt64
    }

    private let rules: [Rule]
    private let shards: [LimitTable.Shard]
    private let tables: [LimitTable]
    /// The rules in the order in which their tables are locked.
    private let order: [Int]

    init(_ context: StoreContext) {
        tables = context.rules.map { rule in
            context.services.shared("rate-limit/local/\(rule.identity)/\(context.maxKeys)") {
                LimitTable(keys: context.maxKeys)
            }
        }
        var shards: [LimitTable.Shard] = []
        rules = zip(context.rules, tables).map { rule, table in
            guard let quota = rule.quota else {
                preconditionFailure("the local store needs to know `\(rule.name)`'s quota")
            }
            defer { shards += table.shards }
            return Rule(
                quota: quota, isShadow: rule.isShadow, secret: table.secret,
                firstShard: shards.count, shardMask: UInt64(table.shards.count - 1))
        }
        self.shards = shards
        order = tables.indices.sorted { [tables] in tables[$0].order < tables[$1].order }
        for (rule, table) in zip(context.rules, tables) {
            table.hold()
            context.services.gauge(
                "weir_rate_limit_keys",
                "Keys in the local table, those included that owe nothing any more.",
                labels: [("limit", rule.name)]
            ) { table.usedShare }
        }
    }

    /// The table of a rule.
    func table(of rule: Int) -> LimitTable { tables[rule] }

    func cleanUp() {
        for table in tables { table.release() }
    }

    func decide(_ demands: inout Demands, for stream: FilterStream) -> Bool {
        decide(&demands, at: stream.now.nanoseconds)
        return true
    }

    /// Decides at a time on the monotonic clock.
    func decide(_ demands: inout Demands, at now: Int64) {
        if demands.items.count == 1 {
            let demand = demands.items[0]
            let rule = rules[demand.rule]
            let hash = KeyHash(demands.key(at: 0), rule.secret)
            let wantsQuotas = demands.wantsQuotas
            let outcome = withShard(rule, hash) { shard in
                let trial = Trial(rule.quota, demand.cost, hash, now, shard)
                if trial.isAllowed { trial.take(in: &shard) }
                return trial.outcome(wantsQuotas)
            }
            demands.set(outcome, at: 0)
        } else {
            _ = settle(from: 0, &demands, now)
        }
    }

    /// Works with the shard in which a key lives, alone.
    @inline(__always)
    private func withShard<Result>(
        _ rule: Rule, _ hash: KeyHash, _ body: (inout TableShard) -> Result
    ) -> Result {
        let index = rule.firstShard &+ Int(truncatingIfNeeded: hash.low & rule.shardMask)
        return shards[index].content.withLock { body(&$0) }
    }

    /// Looks at the demands from the table at `position` on, each under its lock while the later
    /// ones are looked at, and takes them all or none. Whether they were taken.
    ///
    /// Tables are always locked in the same order, so that two requests never wait for each other.
    private func settle(from position: Int, _ demands: inout Demands, _ now: Int64) -> Bool {
        guard position < order.count else {
            return demands.items.allSatisfy { $0.outcome.isAllowed || rules[$0.rule].isShadow }
        }
        let rule = rules[order[position]]
        guard let index = demands.items.firstIndex(where: { $0.rule == order[position] }) else {
            return settle(from: position + 1, &demands, now)
        }
        let hash = KeyHash(demands.key(at: index), rule.secret)
        let cost = demands.items[index].cost
        return withShard(rule, hash) { shard in
            var trial = Trial(rule.quota, cost, hash, now, shard)
            demands.set(LimitOutcome(isAllowed: trial.isAllowed), at: index)
            let isTaken = settle(from: position + 1, &demands, now)
            if isTaken && trial.isAllowed {
                trial.take(in: &shard)
            } else {
                trial.leave()
            }
            demands.set(trial.outcome(demands.wantsQuotas), at: index)
            return isTaken
        }
    }
}

/// A look at whether a demand can be met, made while its shard is locked.
private struct Trial {
    private let quota: Quota
    private let hash: KeyHash
    private let now: Int64
    private let place: TableShard.Place
    /// What the key would owe.
    private let wanted: Debt
    let isAllowed: Bool
    private var isTaken: Bool

    @inline(__always)
    init(_ quota: Quota, _ cost: Int, _ hash: KeyHash, _ now: Int64, _ shard: borrowing TableShard)
    {
        self.quota = quota
        self.hash = hash
        self.now = now
        place = shard.find(hash, at: now)
        wanted = quota.sum(place.debt, quota.debt(of: cost))
        isAllowed = !(quota.capacity < wanted)
        isTaken = isAllowed
    }

    @inline(__always)
    func take(in shard: inout TableShard) { shard.set(wanted, of: hash, at: place, now) }

    /// Another rule refuses the request.
    mutating func leave() { isTaken = false }

    @inline(__always)
    func outcome(_ wantsQuotas: Bool) -> LimitOutcome {
        var outcome = LimitOutcome(isAllowed: isAllowed)
        outcome.hasEvicted = isTaken && place.isTaken
        if !wantsQuotas && isAllowed { return outcome }
        let debt = isTaken ? wanted : place.debt
        outcome.remaining = quota.remaining(beside: debt)
        outcome.reset = debt.roundedUp
        if !isAllowed {
            outcome.retryAfter = Interval(
                nanoseconds: wanted.roundedUp.nanoseconds - quota.capacity.nanoseconds)
        }
        return outcome
    }
}
