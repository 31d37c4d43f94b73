internal import Synchronization
internal import WeirBase

/// The counts of one limit, for the whole process: shared by all workers, by all filters that have
/// the same limit, and by a configuration with the one that replaces it.
final class LimitTable: Sendable {
    /// A part with a lock of its own. Padded, so that two workers at two shards do not share a
    /// cache line; the lock stands beside the count of references, which changes with it.
    final class Shard: Sendable {
        let content: Mutex<TableShard>
        private let padding = InlineArray<16, UInt64>(repeating: 0)

        init(keys: Int) { content = Mutex(TableShard(keys: keys)) }
    }

    private static let next = Atomic<Int>(0)

    /// In which order tables are locked by a request that needs several.
    let order: Int
    /// The secret of the hashes of its keys.
    let secret: KeyHash.Secret
    /// A power of two of shards; the hash's lowest bits say in which a key lives.
    let shards: [Shard]
    private let holders = Atomic<Int>(0)

    init(keys: Int, secret: KeyHash.Secret = .random()) {
        self.secret = secret
        order = Self.next.wrappingAdd(1, ordering: .relaxed).newValue
        let count = Self.shardCount(keys)
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
