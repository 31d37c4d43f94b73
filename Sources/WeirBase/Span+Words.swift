/// Eight bytes at a time: the wide loads that make scanning and comparing cheap.
///
/// Every load is checked against the span's bounds; what makes it unsafe in name is only that the
/// bytes are read as another type, one for which every bit pattern is a value.
extension Span where Element == UInt8 {
    /// The eight bytes from `offset` on, the first of them in the lowest bits.
    @inlinable
    public func word(at offset: Int) -> UInt64 {
        let loaded = unsafe bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)
        return UInt64(littleEndian: loaded)
    }

    /// The four bytes from `offset` on, the first of them in the lowest bits.
    @inlinable
    public func halfWord(at offset: Int) -> UInt64 {
        let loaded = unsafe bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self)
        return UInt64(UInt32(littleEndian: loaded))
    }
}

extension UInt64 {
    /// A word of eight times that byte.
    @inlinable
    public static func bytes(_ byte: UInt8) -> UInt64 { 0x0101_0101_0101_0101 &* UInt64(byte) }

    /// The top bit of each byte that is zero, exact up to the first such byte and nonzero only when
    /// there is one.
    @inlinable public var zeroBytes: UInt64 {
        (self &- .bytes(1)) & ~self & .bytes(0x80)
    }

    /// The top bit of each byte that is less than `bound` (at most 128), exact up to the first such
    /// byte and nonzero only when there is one.
    @inlinable
    public func bytesBelow(_ bound: UInt8) -> UInt64 {
        (self &- .bytes(bound)) & ~self & .bytes(0x80)
    }

    /// The word with `A`–`Z` folded to `a`–`z` in each byte.
    @inlinable public var lowercasedBytes: UInt64 {
        let low = self & .bytes(0x7F)
        let fromA = low &+ .bytes(0x80 - 0x41)
        let pastZ = low &+ .bytes(0x7F - 0x5A)
        let upper = (fromA ^ pastZ) & ~self & .bytes(0x80)
        return self | upper &>> 2
    }

    /// Whether the bytes are the same but for the case of ASCII letters.
    @inlinable
    func equalsIgnoringCase(_ other: UInt64) -> Bool {
        self == other || lowercasedBytes == other.lowercasedBytes
    }

    /// The top bit of each byte that is a letter, a digit or `-`; exact for every byte.
    @inlinable public var nameBytes: UInt64 {
        let low = self & .bytes(0x7F)
        let folded = low | .bytes(0x20)
        let letters = (folded &+ .bytes(0x80 - 0x61)) ^ (folded &+ .bytes(0x7F - 0x7A))
        let digits = (low &+ .bytes(0x80 - 0x30)) ^ (low &+ .bytes(0x7F - 0x39))
        let others = (low ^ .bytes(0x2D)) &+ .bytes(0x7F)
        return (letters | digits | ~others) & ~self & .bytes(0x80)
    }

    /// Which byte the lowest set bit belongs to, counted from the first.
    @inlinable public var firstMarkedByte: Int { trailingZeroBitCount &>> 3 }
}
