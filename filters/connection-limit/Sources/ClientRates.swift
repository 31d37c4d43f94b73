internal import Synchronization

/// How fast each client connects, for as many clients as the bound says.
///
/// Buckets of eight entries, each with the time at which the client's token bucket is full again.
/// A client for whom there is no room takes the place of the one that is full soonest. The memory
/// is allocated bucket by bucket, so that no connection waits for more than one.
final class ClientRates: Sendable {
    private struct Entry {
        var client: ClientKey
        var full: Int64
    }

    private final class Shard: Sendable {
        let buckets: Mutex<[[Entry]]>

        init(_ count: Int) { buckets = Mutex(Array(repeating: [], count: count)) }
    }

    private static let width = 8
    private static let mostShards = 64

    let bound: RateBound
    private let shards: [Shard]
    private let bucketsPerShard: Int

    init(_ bound: RateBound) {
        self.bound = bound
        let buckets = (bound.maxClients + Self.width - 1) / Self.width
        let shardCount = min(buckets, Self.mostShards)
        bucketsPerShard = (buckets + shardCount - 1) / shardCount
        shards = (0..<shardCount).map { [bucketsPerShard] _ in Shard(bucketsPerShard) }
    }

    /// Takes a token of the client's; false when there is none.
    func take(_ client: ClientKey, at now: Int64) -> Bool {
        let hash = UInt(bitPattern: client.hashValue)
        let shard = shards[Int(truncatingIfNeeded: hash % UInt(shards.count))]
        let bucket = Int((hash / UInt(shards.count)) % UInt(bucketsPerShard))
        return shard.buckets.withLock { buckets in
            if let index = buckets[bucket].firstIndex(where: { $0.client == client }) {
                let full = max(now, buckets[bucket][index].full) + bound.refill
                guard full - now <= bound.capacity else { return false }
                buckets[bucket][index].full = full
                return true
            }
            let entry = Entry(client: client, full: now + bound.refill)
            if buckets[bucket].count < Self.width {
                if buckets[bucket].isEmpty { buckets[bucket].reserveCapacity(Self.width) }
                buckets[bucket].append(entry)
            } else if let index = buckets[bucket].indices.min(by: {
                buckets[bucket][$0].full < buckets[bucket][$1].full
            }) {
                buckets[bucket][index] = entry
            }
            return true
        }
    }

    /// How many clients are remembered.
    var count: Int {
        shards.reduce(0) { $0 + $1.buckets.withLock { $0.reduce(0) { $0 + $1.count } } }
    }
}
