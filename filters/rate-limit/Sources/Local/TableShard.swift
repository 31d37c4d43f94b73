internal import WeirBase

/// A part of a limit's table: which keys have a debt, and how large. Touched under its lock alone.
///
/// Buckets of eight entries. A key lives in one of two buckets, so that few have to make way before
/// the table is full, and none is ever moved: no call takes longer than to look at sixteen entries,
/// and to allocate one page of memory the first time that it is needed.
struct TableShard: Sendable {
    /// One key's debt.
    private struct Entry {
        /// The key's hash, but for bits that say where it lives.
        var tag: UInt64 = 0
        var moreTag: UInt32 = 0
        /// When the debt is paid off: nanoseconds on the monotonic clock, and the part of one.
        var duePart: UInt32 = 0
        var due = Self.never

        /// The due time of an entry that has never been used.
        static let never = Int64.min
    }

    /// A key's place, and its debt at a time.
    struct Place {
        fileprivate let page: Int
        fileprivate let index: Int
        /// What the key owes now.
        let debt: Debt
        /// Whether the place is another key's, which still owes something.
        let isTaken: Bool
    }

    private static let width = 8
    private static let bucketsPerPage = 16

    private let bucketCount: Int
    private var pages: [[Entry]]
    /// How many entries have ever been used: keys that the shard knows, or could still know.
    private(set) var used = 0

    init(keys: Int) {
        bucketCount = Self.bucketCount(keys)
        let pageCount = (bucketCount + Self.bucketsPerPage - 1) / Self.bucketsPerPage
        pages = Array(repeating: [], count: pageCount)
    }

    /// A quarter more entries than keys: with two buckets to choose from, nearly no bucket is full
    /// before the shard is.
    private static func bucketCount(_ keys: Int) -> Int {
        max(2, (keys + keys / 4 + width - 1) / width)
    }

    /// The most memory that a shard for so many keys takes, in bytes.
    static func mostBytes(keys: Int) -> Int {
        let pages = (bucketCount(keys) + bucketsPerPage - 1) / bucketsPerPage
        let page = bucketsPerPage * width * MemoryLayout<Entry>.stride + 48
        return pages * (page + MemoryLayout<[Entry]>.stride)
    }

    /// How much memory the shard takes now, in bytes.
    var bytes: Int {
        pages.reduce(0) {
            $0 + MemoryLayout<[Entry]>.stride
                + ($1.isEmpty ? 0 : $1.capacity * MemoryLayout<Entry>.stride + 48)
        }
    }

    /// Finds a key, or a place for it: one that is free, or was never used, or whose key owes
    /// nothing any more, or else owes the least time.
    @inline(__always)
    func find(_ hash: KeyHash, at now: Int64) -> Place {
        let (first, second) = buckets(hash)
        var here = Bucket()
        if let place = look(for: hash, in: first, at: now, &here) { return place }
        var there = Bucket()
        if let place = look(for: hash, in: second, at: now, &there) { return place }
        let isFirst = here.free != there.free ? here.free > there.free : here.due <= there.due
        let bucket = isFirst ? first : second
        let best = isFirst ? here : there
        return Place(
            page: bucket / Self.bucketsPerPage,
            index: bucket % Self.bucketsPerPage * Self.width + best.index, debt: .none,
            isTaken: best.free == 0)
    }

    /// Writes down what a key owes at a time.
    @inline(__always)
    mutating func set(_ debt: Debt, of hash: KeyHash, at place: Place, _ now: Int64) {
        if pages[place.page].isEmpty {
            pages[place.page] = Array(
                repeating: Entry(), count: Self.bucketsPerPage * Self.width)
        }
        if pages[place.page][place.index].due == Entry.never { used += 1 }
        pages[place.page][place.index] = Entry(
            tag: hash.high, moreTag: UInt32(truncatingIfNeeded: hash.low &>> 32),
            duePart: debt.part, due: now &+ debt.nanoseconds)
    }

    /// What was seen of a bucket: how many entries may be had, and the best one of all.
    private struct Bucket {
        var free = 0
        var index = 0
        var due = Int64.max
    }

    @inline(__always)
    private func look(
        for hash: KeyHash, in bucket: Int, at now: Int64, _ seen: inout Bucket
    ) -> Place? {
        let page = bucket / Self.bucketsPerPage
        let entries = pages[page]
        if entries.isEmpty {
            // No page yet: all of it is free.
            seen = Bucket(free: Self.width, index: 0, due: Entry.never)
            return nil
        }
        let start = bucket % Self.bucketsPerPage * Self.width
        let moreTag = UInt32(truncatingIfNeeded: hash.low &>> 32)
        for index in 0..<Self.width {
            let entry = entries[start &+ index]
            if entry.tag == hash.high && entry.moreTag == moreTag && entry.due != Entry.never {
                let debt =
                    entry.due >= now
                    ? Debt(nanoseconds: entry.due &- now, part: entry.duePart) : .none
                return Place(page: page, index: start &+ index, debt: debt, isTaken: false)
            }
            if entry.due <= now { seen.free &+= 1 }
            if entry.due < seen.due {
                seen.due = entry.due
                seen.index = index
            }
        }
        return nil
    }

    /// The two buckets in which a key may live.
    @inline(__always)
    private func buckets(_ hash: KeyHash) -> (Int, Int) {
        let count = UInt64(bucketCount)
        let first = hash.high.multipliedFullWidth(by: count).high
        // The second is any other than the first.
        let step = (hash.low &<< 8).multipliedFullWidth(by: count &- 1).high
        let second = first &+ 1 &+ step
        return (Int(first), Int(second >= count ? second &- count : second))
    }
}
