/// Many small maps from bytes to numbers in one block, looked up without a `String` or an
/// allocation.
///
/// Each map is open addressing over a power of two of slots; a map of one entry has one slot and
/// needs no hash. Short keys stand in the slot itself.
struct ByteTables: ~Copyable, Sendable {
    /// One of the maps.
    struct Table: Sendable {
        fileprivate let first: UInt32
        fileprivate let mask: UInt32

        /// The map that holds nothing.
        static let empty = Table(first: 0, mask: 0)

        /// Whether it holds nothing.
        @inline(__always) var isEmpty: Bool { first == 0 }
    }

    private struct Slot {
        /// The first eight bytes of the key.
        var head: UInt64
        /// Where the key lies in `text`, if it is longer than that.
        var start: UInt32
        var count: UInt32
        /// Negative in a free slot.
        var value: Int32

        static let free = Slot(head: 0, start: 0, count: 0, value: -1)
    }

    // The first slot belongs to no map, so that 0 can mean the empty one.
    private var slots = [Slot.free]
    private var text: [UInt8] = []

    /// The value of the bytes `start..<end` of `bytes`, or -1.
    @inline(__always)
    func find(_ table: Table, _ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Int {
        if table.isEmpty { return -1 }
        let head = bytes.head(start, end)
        let mask = Int(table.mask)
        if mask == 0 {
            let slot = slots[Int(table.first)]
            return holds(slot, head, bytes, start, end) ? Int(slot.value) : -1
        }
        var position = Int(truncatingIfNeeded: bytes.hash(start, end)) & mask
        while true {
            let slot = slots[Int(table.first) &+ position]
            if slot.value < 0 { return -1 }
            if holds(slot, head, bytes, start, end) { return Int(slot.value) }
            position = (position &+ 1) & mask
        }
    }

    @inline(__always)
    private func holds(
        _ slot: Slot, _ head: UInt64, _ bytes: Span<UInt8>, _ start: Int, _ end: Int
    ) -> Bool {
        let count = end &- start
        guard slot.head == head, Int(slot.count) == count else { return false }
        return count <= 8
            || bytes.sameAfterHead(start, text.span, Int(slot.start), length: count)
    }

    /// Adds a map of `entries`, whose keys differ and whose values are not negative.
    mutating func add(_ entries: [(key: [UInt8], value: Int)]) -> Table {
        if entries.isEmpty { return .empty }
        let size = entries.count == 1 ? 1 : (entries.count * 2 - 1).roundedUpToPowerOfTwo
        let table = Table(first: UInt32(slots.count), mask: UInt32(size - 1))
        slots.append(contentsOf: repeatElement(.free, count: size))
        for (key, value) in entries {
            var position = Int(truncatingIfNeeded: key.span.hash(0, key.count)) & (size - 1)
            while slots[Int(table.first) + position].value >= 0 {
                position = (position + 1) & (size - 1)
            }
            slots[Int(table.first) + position] = Slot(
                head: key.span.head(0, key.count), start: UInt32(text.count),
                count: UInt32(key.count), value: Int32(value))
            if key.count > 8 { text.append(contentsOf: key) }
        }
        return table
    }
}

extension Int {
    /// The least power of two that is not below.
    fileprivate var roundedUpToPowerOfTwo: Int {
        self <= 1 ? 1 : 1 << (Int.bitWidth - (self - 1).leadingZeroBitCount)
    }
}
