internal import WeirBase

/// Idle buffers of one size, the last given on top.
final class BufferStock {
    private var buffers: [ByteBuffer] = []
    private let limit: Int
    /// The fewest that were in stock since the last trim.
    private var low = 0

    init(limit: Int) {
        self.limit = limit
        buffers.reserveCapacity(limit)
    }

    var count: Int { buffers.count }

    func take() -> ByteBuffer? {
        guard let buffer = buffers.popLast() else { return nil }
        let left = buffers.count
        if left < low { low = left }
        return buffer
    }

    /// Keeps a buffer if there is room for it, and returns how many there are.
    func give(_ buffer: ByteBuffer) -> Int {
        buffer.clear()
        let count = buffers.count
        if count >= limit { return count }
        buffers.append(buffer)
        return count + 1
    }

    /// Frees half of those that were idle since the last trim, but for `keep`; returns how many.
    func trim(keep: Int) -> Int {
        let surplus = min(max(buffers.count - keep, 0), (low + 1) / 2)
        buffers.removeFirst(surplus)
        low = buffers.count
        return surplus
    }
}
