/// Byte-wise helpers for protocol text.
extension UInt8 {
    /// The byte with `A`–`Z` folded to `a`–`z`.
    @inlinable public var lowercased: UInt8 {
        self &- 65 < 26 ? self | 0x20 : self
    }

    /// Whether the byte may stand in a token (RFC 9110, section 5.6.2).
    @inlinable public var isToken: Bool {
        switch self {
        case 0x30...0x39, 0x41...0x5A, 0x5E...0x7A, 0x7C, 0x7E: true
        case 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2D, 0x2E: true
        default: false
        }
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
        for index in 0..<count where self[index] != other[index] {
            return false
        }
        return true
    }

    /// Whether the bytes are the same but for the case of ASCII letters.
    public func equalsIgnoringCase(_ other: Span<UInt8>) -> Bool {
        guard count == other.count else { return false }
        for index in 0..<count {
            let mine = self[index]
            let theirs = other[index]
            if mine != theirs && mine.lowercased != theirs.lowercased { return false }
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
        while index < count {
            if self[index] == byte { return index }
            index += 1
        }
        return nil
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
