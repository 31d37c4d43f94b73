/// Byte-wise helpers for protocol text.
extension UInt8 {
    /// The byte with `A`–`Z` folded to `a`–`z`.
    @inlinable public var lowercased: UInt8 {
        self &- 65 < 26 ? self | 0x20 : self
    }

    /// Whether the byte may stand in a token (RFC 9110, section 5.6.2).
    @inlinable public var isToken: Bool {
        // One bit per byte value: 0 to 63 in the first word, 64 to 127 in the second.
        let row: UInt64 = self & 0x40 == 0 ? 0x03FF_6CFA_0000_0000 : 0x57FF_FFFF_C7FF_FFFE
        return self < 0x80 && row &>> UInt64(self) & 1 != 0
    }

    /// Whether the byte may stand in a field value: anything but control bytes other than the tab
    /// (RFC 9110, section 5.5).
    @inlinable public var isAllowedInValue: Bool {
        self >= 0x20 ? self != 0x7F : self == 0x09
    }

    /// Whether the byte is a decimal digit.
    @inlinable public var isDigit: Bool { self &- 48 < 10 }

    /// The value of a hexadecimal digit, or nil.
    @inlinable public var hexValue: UInt8? {
        switch self {
        case 0x30...0x39: self &- 0x30
        case 0x41...0x46: self &- 0x37
        case 0x61...0x66: self &- 0x57
        default: nil
        }
    }
}

extension Span where Element == UInt8 {
    /// Whether the bytes are the same.
    public func equals(_ other: Span<UInt8>) -> Bool {
        guard count == other.count else { return false }
        if count >= 8 {
            var index = 0
            while index &+ 8 < count {
                if word(at: index) != other.word(at: index) { return false }
                index &+= 8
            }
            // The last word may overlap the one before it.
            return word(at: count &- 8) == other.word(at: count &- 8)
        }
        if count >= 4 {
            return halfWord(at: 0) == other.halfWord(at: 0)
                && halfWord(at: count &- 4) == other.halfWord(at: count &- 4)
        }
        for index in 0..<count where self[index] != other[index] { return false }
        return true
    }

    /// Whether the bytes are the same but for the case of ASCII letters.
    public func equalsIgnoringCase(_ other: Span<UInt8>) -> Bool {
        guard count == other.count else { return false }
        if count >= 8 {
            var index = 0
            while index &+ 8 < count {
                if !word(at: index).equalsIgnoringCase(other.word(at: index)) { return false }
                index &+= 8
            }
            return word(at: count &- 8).equalsIgnoringCase(other.word(at: count &- 8))
        }
        if count >= 4 {
            return halfWord(at: 0).equalsIgnoringCase(other.halfWord(at: 0))
                && halfWord(at: count &- 4).equalsIgnoringCase(other.halfWord(at: count &- 4))
        }
        for index in 0..<count where self[index].lowercased != other[index].lowercased {
            return false
        }
        return true
    }

    /// Whether the bytes are those of the lower-case `literal`, but for the case of ASCII letters.
    public func equalsIgnoringCase(_ literal: StaticString) -> Bool {
        equalsIgnoringCase(literal.span)
    }

    /// Whether the bytes are exactly those of `literal`.
    public func equals(_ literal: StaticString) -> Bool { equals(literal.span) }

    /// The position of the first `byte` at or after `start`, or nil.
    public func firstIndex(of byte: UInt8, from start: Int = 0) -> Int? {
        var index = start
        let wanted = UInt64.bytes(byte)
        while index &+ 8 <= count {
            let found = (word(at: index) ^ wanted).zeroBytes
            if found != 0 { return index &+ found.firstMarkedByte }
            index &+= 8
        }
        while index < count {
            if self[index] == byte { return index }
            index &+= 1
        }
        return nil
    }

    /// The position of the first byte at or after `start` that no field value may hold, or `count`.
    @inlinable
    public func firstForbiddenInValue(from start: Int) -> Int {
        var index = start
        while index &+ 8 <= count {
            let word = word(at: index)
            let marked = word.bytesBelow(0x20) | (word ^ .bytes(0x7F)).zeroBytes
            if marked == 0 {
                index &+= 8
                continue
            }
            index &+= marked.firstMarkedByte
            if self[index] != 0x09 { return index }
            index &+= 1
        }
        while index < count, self[index].isAllowedInValue { index &+= 1 }
        return index
    }

    /// The bytes without spaces and tabs at either end.
    public var trimmed: Span<UInt8> {
        @_lifetime(copy self) get {
            var start = 0
            var end = count
            while start < end, self[start] == 0x20 || self[start] == 0x09 { start += 1 }
            while end > start, self[end - 1] == 0x20 || self[end - 1] == 0x09 { end -= 1 }
            return extracting(start..<end)
        }
    }

    /// Whether the bytes begin with those of `prefix`, but for the case of ASCII letters.
    public func startsIgnoringCase(_ prefix: StaticString) -> Bool {
        let wanted = prefix.span
        return count >= wanted.count && extracting(0..<wanted.count).equalsIgnoringCase(wanted)
    }

    /// The bytes as a decimal number without sign, or nil when they are anything else or overflow.
    public var decimal: Int? {
        guard count > 0 && count <= 18 else { return nil }
        var value = 0
        for index in 0..<count {
            let byte = self[index]
            guard byte.isDigit else { return nil }
            value = value &* 10 &+ Int(byte &- 48)
        }
        return value
    }

    /// The bytes read as UTF-8.
    public var string: String { ByteString(self).description }
}
