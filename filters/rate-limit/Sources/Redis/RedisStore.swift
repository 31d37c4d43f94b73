internal import OpenSSLDigest
internal import WeirBase
internal import WeirFilter

/// Keeps counts in Redis, for a whole fleet of gateways.
final class RedisStore: LimitStore {
    let cluster: Cluster
    let timeout: Interval
    let rules: [LimitRule]
    let quotas: [ScriptQuota]
    let fallback: StoreFallback
    let health: StoreHealth
    let counters: StoreCounters
    private let workers: WorkerLocal<Worker>

    /// What one worker knows about Redis.
    final class Worker {
        var slots = RedisSlotMap()
        /// Whether Redis is a cluster, whose nodes share no step.
        var isCluster = false
        var breaker = StoreBreaker()
        /// How the keys of each rule begin.
        private let beginnings: [[UInt8]]
        private let hasher = SHA256Hasher()

        init(_ beginnings: [[UInt8]]) { self.beginnings = beginnings }

        /// The key of a demand as Redis knows it.
        func key(_ demands: Demands, at index: Int) -> [UInt8] {
            var key = beginnings[demands.items[index].rule]
            RedisKey.append(demands.key(at: index), to: &key, hasher)
            return key
        }
    }

    init(_ choice: RateLimit.RedisChoice, _ context: StoreContext) throws {
        rules = context.rules
        quotas = context.rules.map { rule in
            guard let quota = rule.quota else {
                preconditionFailure("Redis has to be told `\(rule.name)`'s quota")
            }
            return ScriptQuota(quota)
        }
        let prefix = choice.prefix ?? "weir:"
        guard prefix.utf8.count <= 64 else {
            throw ConfigurationError(
                at: ["redis", "prefix"], "expected at most 64 bytes, found \(prefix.utf8.count)")
        }
        let beginnings = context.rules.map { RedisKey.beginning(prefix, $0) }
        timeout = try StoreFallback.checked(choice.timeout, at: ["redis", "timeout"])
        cluster = try context.services.cluster(choice.cluster, at: ["redis", "cluster"])
        fallback = StoreFallback(choice.whenUnavailable, context)
        counters = StoreCounters(choice.cluster, context.services)
        health = StoreHealth(cluster: choice.cluster, choice.whenUnavailable, context.services)
        workers = WorkerLocal(context.services) { _ in Worker(beginnings) }
    }

    func cleanUp() { fallback.cleanUp() }

    func decide(_ demands: inout Demands, for stream: FilterStream) -> Bool { false }

    func ask(
        _ demands: Demands, for stream: FilterStream,
        _ done: @escaping @Sendable (StoreReply) -> Void
    ) {
        let worker = workers.with(stream) { $0 }
        guard worker.breaker.mayAsk(at: stream.now) else {
            counters.skipped.add(for: stream)
            return done(fallback.reply(to: demands, for: stream))
        }
        RedisAsk(self, worker, demands, stream, done).start()
    }
}

/// Keys as Redis knows them: `weir:NAME:DIGITS:9:127.0.0.1,`.
enum RedisKey {
    /// A longer key is kept as its SHA-256 digest, so that nobody can fill Redis, or make a command
    /// too long, by long values, and nobody finds one that shares another client's count.
    private static let mostBytes = 128

    /// For everybody the same, as a fleet has to agree. What is hashed with it is the operator's.
    private static let secret = KeyHash.Secret(first: 0, second: 0)

    /// The prefix and the limit, with a digest of all that makes it this limit and no other.
    static func beginning(_ prefix: String, _ rule: LimitRule) -> [UInt8] {
        let digest = KeyHash(ByteString(rule.identity).span, secret)
        var bytes = Array("\(prefix)\(rule.name):".utf8)
        bytes.append(hexadecimal: digest.low)
        bytes.append(UInt8(ascii: ":"))
        return bytes
    }

    /// The values of the key's parts, each behind its length.
    static func append(_ key: Span<UInt8>, to bytes: inout [UInt8], _ hasher: SHA256Hasher) {
        guard key.count <= mostBytes else {
            bytes.append(UInt8(ascii: "#"))
            bytes.append(contentsOf: hasher.digest(key).description.utf8)
            return
        }
        var offset = 0
        while offset + 4 <= key.count {
            let length = Int(key.halfWord(at: offset))
            offset += 4
            if offset + length > key.count {
                // The request has no such part.
                bytes.append(UInt8(ascii: "-"))
            } else {
                bytes.append(decimal: length)
                bytes.append(UInt8(ascii: ":"))
                bytes.append(copying: key.extracting(offset..<offset + length))
                offset += length
            }
            bytes.append(UInt8(ascii: ","))
        }
    }
}

extension [UInt8] {
    fileprivate mutating func append(hexadecimal number: UInt64) {
        for shift in stride(from: 60, through: 0, by: -4) {
            let digit = UInt8(number >> UInt64(shift) & 15)
            append(digit < 10 ? 48 + digit : 87 + digit)
        }
    }
}
