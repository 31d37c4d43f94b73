internal import Synchronization
internal import WeirBase

/// The counts of one limit, for the whole process: shared by all workers, by all filters that have
/// the same limit, and by a configuration with the one that replaces it.
final class LimitTable: Sendable {
    /// A part with a lock of its own. Padded, so that two workers at two shards do not share a
    /// cache line.
    final class Shard: Sendable {
        private let before = InlineArray<8, UInt64>(repeating: 0)
        let content: Mutex<TableShard>
        private let after = InlineArray<8, UInt64>(repeating: 0)

        init(keys: Int) { content = Mutex(TableShard(keys: keys)) }
    }

    private static let next = Atomic<Int>(0)

    /// In which order tables are locked by a request that needs several.
    let order: Int
    private let secret: KeyHash.Secret
    private let shards: [Shard]
    private let mask: UInt64
    private let holders = Atomic<Int>(0)

    init(keys: Int, secret: KeyHash.Secret = .random()) {
        self.secret = secret
        order = Self.next.wrappingAdd(1, ordering: .relaxed).newValue
        let count = Self.shardCount(keys)
        mask = UInt64(count - 1)
        let share = (keys + count - 1) / count
        shards = (0..<count).map { _ in Shard(keys: share) }
    }

    /// 64, fewer for so few keys that a shard would be nearly empty.
    private static func shardCount(_ keys: Int) -> Int {
        var count = 64
        while count > 1 && keys / count < 64 { count /= 2 }
        return count
    }

    /// The most memory that a table for so many keys takes, in bytes, apart from its objects.
    static func mostBytes(keys: Int) -> Int {
        let count = shardCount(keys)
        return count * (TableShard.mostBytes(keys: (keys + count - 1) / count) + 256)
    }

    @inline(__always)
    func hash(_ key: Span<UInt8>) -> KeyHash { KeyHash(key, secret) }

    /// Works with the shard in which a key lives, alone.
    @inline(__always)
    func withShard<Result>(of hash: KeyHash, _ body: (inout TableShard) -> Result) -> Result {
        let index = Int(truncatingIfNeeded: hash.low & mask)
        return shards[index].content.withLock { body(&$0) }
    }

    /// How much memory the table's pages take now, in bytes.
    var bytes: Int { shards.reduce(0) { $0 + $1.content.withLock { $0.bytes } } }

    /// How many entries are in use.
    var used: Int { shards.reduce(0) { $0 + $1.content.withLock { $0.used } } }

    /// A filter begins to use the table.
    func hold() { holders.add(1, ordering: .relaxed) }

    /// A filter that began to use the table does so no more.
    func release() { holders.subtract(1, ordering: .relaxed) }

    /// What each of the filters that use the table adds to a sum, so that it comes to `used`.
    var usedShare: Double { Double(used) / Double(max(1, holders.load(ordering: .relaxed))) }
}
