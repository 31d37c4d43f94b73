/// Bytes looked at eight at a time. The compiler makes one load of each word.
extension Span where Element == UInt8 {
    /// The eight bytes from `index`, the first one lowest.
    @inline(__always)
    func word(at index: Int) -> UInt64 {
        // With this the eight checks below fall away.
        precondition(index >= 0 && index <= count &- 8)
        var word = UInt64(self[index])
        word |= UInt64(self[index &+ 1]) << 8
        word |= UInt64(self[index &+ 2]) << 16
        word |= UInt64(self[index &+ 3]) << 24
        word |= UInt64(self[index &+ 4]) << 32
        word |= UInt64(self[index &+ 5]) << 40
        word |= UInt64(self[index &+ 6]) << 48
        word |= UInt64(self[index &+ 7]) << 56
        return word
    }

    /// The bytes of `start..<end`, the first one lowest and zeros above; of more than eight bytes
    /// the first eight.
    @inline(__always)
    func head(_ start: Int, _ end: Int) -> UInt64 {
        let length = end &- start
        if length >= 8 { return word(at: start) }
        if length <= 0 { return 0 }
        let mask = ~UInt64(0) >> UInt64(64 &- 8 &* length)
        if start <= count &- 8 { return word(at: start) & mask }
        if count >= 8 {
            return word(at: count &- 8) >> UInt64(8 &* (start &- count &+ 8)) & mask
        }
        var word: UInt64 = 0
        for offset in 0..<length {
            word |= UInt64(self[start &+ offset]) << UInt64(8 &* offset)
        }
        return word
    }

    /// A hash of the bytes of `start..<end`.
    ///
    /// It has no secret: tables are filled from configuration alone, so an outsider can choose
    /// what is looked up but not what collides.
    @inline(__always)
    func hash(_ start: Int, _ end: Int) -> UInt64 {
        var hash = UInt64(truncatingIfNeeded: end &- start)
        var position = start
        repeat {
            hash = (hash ^ head(position, end)) &* 0x9E37_79B9_7F4A_7C15
            hash ^= hash >> 32
            position &+= 8
        } while position < end
        return hash
    }

    /// Where the first slash from `start` on is, or `count`.
    @inline(__always)
    func segmentEnd(from start: Int) -> Int {
        var position = start
        while position <= count &- 8 {
            // A byte of `other` is zero where there is a slash; the lowest such byte is marked.
            let other = word(at: position) ^ 0x2F2F_2F2F_2F2F_2F2F
            let marks = (other &- 0x0101_0101_0101_0101) & ~other & 0x8080_8080_8080_8080
            if marks != 0 { return position &+ marks.trailingZeroBitCount >> 3 }
            position &+= 8
        }
        while position < count, self[position] != UInt8(ascii: "/") { position &+= 1 }
        return position
    }

    /// Whether the bytes from `start` are those of `other` from `otherStart`, for `length` bytes
    /// of which the first eight are known to be the same.
    @inline(__always)
    func sameAfterHead(
        _ start: Int, _ other: Span<UInt8>, _ otherStart: Int, length: Int
    ) -> Bool {
        var offset = 8
        while offset < length {
            // The last word overlaps the one before.
            let from = Swift.min(offset, length &- 8)
            if word(at: start &+ from) != other.word(at: otherStart &+ from) { return false }
            offset &+= 8
        }
        return true
    }
}
