internal import WeirBase

extension Span where Element == UInt8 {
    /// The word that `digits` lower-case hexadecimal digits from `start` on spell; nil when there
    /// are fewer or one is something else.
    func hexadecimal(at start: Int, digits: Int) -> UInt64? {
        guard start + digits <= count else { return nil }
        var word: UInt64 = 0
        for index in start..<start + digits {
            let byte = self[index]
            if byte.isDigit {
                word = word << 4 | UInt64(byte &- 0x30)
            } else if byte &- 0x61 < 6 {
                word = word << 4 | UInt64(byte &- 0x57)
            } else {
                return nil
            }
        }
        return word
    }
}

extension InlineArray where Element == UInt8 {
    /// Writes a word as `digits` lower-case hexadecimal digits from `start` on.
    mutating func write(hexadecimal word: UInt64, digits: Int, at start: Int) {
        var rest = word
        var index = start + digits
        while index > start {
            index -= 1
            let digit = UInt8(truncatingIfNeeded: rest & 15)
            self[index] = digit < 10 ? 0x30 &+ digit : 0x57 &+ digit
            rest >>= 4
        }
    }
}
