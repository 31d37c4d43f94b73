internal import WeirBase

/// Lower-case hexadecimal digits, eight at a time.
enum Hexadecimal {
    /// The value of the eight digits in `text`, the first of them in its lowest byte; nil when one
    /// is something else, an upper-case digit included.
    static func value(_ text: UInt64) -> UInt64? {
        let low = text & .bytes(0x0F)
        // `a` to `f` have this bit, `0` to `9` do not.
        let letters = text &>> 6 & .bytes(1)
        let wrongHigh = (text & .bytes(0xF0)) ^ (.bytes(0x30) &+ letters &* 0x30)
        // A digit is at most 9; a letter's low half is between 1 and 6.
        let above9 = (low &+ .bytes(6)) &>> 4 & ~letters
        let above6 = (low &+ .bytes(9)) &>> 4 & letters
        let below1 = ~(low &+ .bytes(15)) &>> 4 & letters
        guard wrongHigh | (above9 | above6 | below1) & .bytes(1) == 0 else { return nil }
        var value = (low &+ letters &* 9).byteSwapped
        value = (value | value &>> 4) & 0x00FF_00FF_00FF_00FF
        value = (value | value &>> 8) & 0x0000_FFFF_0000_FFFF
        return (value | value &>> 16) & 0xFFFF_FFFF
    }

    /// The eight digits of a number of 32 bits, the first of them in the lowest byte.
    static func text(_ value: UInt64) -> UInt64 {
        var nibbles = (value | value &<< 16) & 0x0000_FFFF_0000_FFFF
        nibbles = (nibbles | nibbles &<< 8) & 0x00FF_00FF_00FF_00FF
        nibbles = (nibbles | nibbles &<< 4) & .bytes(0x0F)
        let letters = (nibbles &+ .bytes(6)) &>> 4 & .bytes(1)
        return (nibbles &+ .bytes(0x30) &+ letters &* 0x27).byteSwapped
    }
}

extension Span where Element == UInt8 {
    /// The word that 16 lower-case hexadecimal digits from `start` on spell; nil when there are
    /// fewer or one is something else.
    func hexadecimal(at start: Int) -> UInt64? {
        guard start + 16 <= count, let high = Hexadecimal.value(word(at: start)),
            let low = Hexadecimal.value(word(at: start + 8))
        else { return nil }
        return high << 32 | low
    }

    /// The byte that two lower-case hexadecimal digits from `start` on spell; nil when there are
    /// fewer or one is something else.
    func hexadecimalByte(at start: Int) -> UInt8? {
        guard start + 2 <= count, self[start].lowercased == self[start],
            self[start + 1].lowercased == self[start + 1], let high = self[start].hexValue,
            let low = self[start + 1].hexValue
        else { return nil }
        return high << 4 | low
    }
}

extension InlineArray where Element == UInt8 {
    /// Writes a word as 16 lower-case hexadecimal digits from `start` on.
    mutating func write(hexadecimal word: UInt64, at start: Int) {
        let halves = (Hexadecimal.text(word >> 32), Hexadecimal.text(word & 0xFFFF_FFFF))
        for index in 0..<8 {
            let shift = UInt64(8 &* index)
            self[start + index] = UInt8(truncatingIfNeeded: halves.0 &>> shift)
            self[start + 8 + index] = UInt8(truncatingIfNeeded: halves.1 &>> shift)
        }
    }

    /// Writes a byte as two lower-case hexadecimal digits from `start` on.
    mutating func write(hexadecimalByte byte: UInt8, at start: Int) {
        let text = Hexadecimal.text(UInt64(byte))
        self[start] = UInt8(truncatingIfNeeded: text &>> 48)
        self[start + 1] = UInt8(truncatingIfNeeded: text &>> 56)
    }
}
