/// An IPv4 or IPv6 address. IPv4 addresses mapped into IPv6 are kept as IPv4.
public struct IPAddress: Hashable, Sendable, CustomStringConvertible {
    /// Whether this is an IPv4 address.
    public let isV4: Bool
    let high: UInt64
    let low: UInt64

    /// Creates an IPv4 address from its 32 bits, most significant first.
    public init(v4 bits: UInt32) {
        isV4 = true
        high = 0
        low = UInt64(bits)
    }

    /// Creates an IPv6 address from its two halves; one that maps an IPv4 address becomes it.
    public init(v6 high: UInt64, _ low: UInt64) {
        isV4 = high == 0 && low >> 32 == 0xFFFF
        self.high = high
        self.low = isV4 ? low & 0xFFFF_FFFF : low
    }

    /// The IPv4 bits, or nil for IPv6.
    public var v4Bits: UInt32? { isV4 ? UInt32(truncatingIfNeeded: low) : nil }

    /// The two halves of the address as IPv6, an IPv4 address mapped.
    public var v6Halves: (high: UInt64, low: UInt64) { (high, isV4 ? low | 0xFFFF_0000_0000 : low) }

    /// Whether the address is a loopback one.
    public var isLoopback: Bool { isV4 ? low >> 24 == 127 : (high == 0 && low == 1) }

    /// Reads dotted IPv4 or IPv6 text (RFC 4291, section 2.2), without a zone; nil for other text.
    public init?(_ text: Span<UInt8>) {
        if text.firstIndex(of: UInt8(ascii: ":")) == nil {
            guard let bits = Self.v4(text) else { return nil }
            self.init(v4: bits)
        } else {
            guard let (high, low) = Self.v6(text) else { return nil }
            self.init(v6: high, low)
        }
    }

    /// Reads dotted IPv4 or IPv6 text; nil for other text.
    public init?(_ text: String) {
        let bytes = ByteString(text)
        guard let address = IPAddress(bytes.span) else { return nil }
        self = address
    }

    private static func v4(_ text: Span<UInt8>) -> UInt32? {
        var bits: UInt32 = 0
        var part = 0
        var digits = 0
        var parts = 1
        for index in 0..<text.count {
            if text[index] == UInt8(ascii: ".") {
                guard digits > 0 && parts < 4 else { return nil }
                bits = bits << 8 | UInt32(part)
                part = 0
                digits = 0
                parts += 1
            } else {
                // A leading zero would be octal to some readers: refuse what is ambiguous.
                guard text[index].isDigit, digits == 0 || part > 0 else { return nil }
                part = part * 10 + Int(text[index] - 48)
                digits += 1
                guard part <= 255 else { return nil }
            }
        }
        guard parts == 4 && digits > 0 else { return nil }
        return bits << 8 | UInt32(part)
    }

    private static func v6(_ text: Span<UInt8>) -> (UInt64, UInt64)? {
        var groups: [UInt16] = []
        var gap: Int?
        var index = 0
        if text.count >= 2, text[0] == UInt8(ascii: ":") {
            guard text[1] == UInt8(ascii: ":") else { return nil }
            gap = 0
            index = 2
        }
        while index < text.count {
            let end = text.firstIndex(of: UInt8(ascii: ":"), from: index) ?? text.count
            let piece = text.extracting(index..<end)
            if end == text.count, piece.firstIndex(of: UInt8(ascii: ".")) != nil {
                guard let bits = v4(piece) else { return nil }
                groups.append(UInt16(bits >> 16))
                groups.append(UInt16(truncatingIfNeeded: bits))
                index = text.count
                break
            }
            guard piece.count >= 1 && piece.count <= 4 else { return nil }
            var group: UInt16 = 0
            for position in 0..<piece.count {
                guard let digit = piece[position].hexValue else { return nil }
                group = group << 4 | UInt16(digit)
            }
            groups.append(group)
            guard groups.count <= 8 else { return nil }
            index = end
            if index < text.count {
                index += 1
                guard index < text.count else { return nil }
                if text[index] == UInt8(ascii: ":") {
                    guard gap == nil else { return nil }
                    gap = groups.count
                    index += 1
                }
            }
        }
        if let gap {
            guard groups.count < 8 else { return nil }
            groups.insert(contentsOf: Array(repeating: 0, count: 8 - groups.count), at: gap)
        }
        guard groups.count == 8 else { return nil }
        let halves = groups.map(UInt64.init)
        return (
            halves[0] << 48 | halves[1] << 32 | halves[2] << 16 | halves[3],
            halves[4] << 48 | halves[5] << 32 | halves[6] << 16 | halves[7]
        )
    }

    /// Appends the address's text to `bytes` (RFC 5952 for IPv6).
    public func write(to bytes: inout [UInt8]) {
        if isV4 {
            for shift in stride(from: 24, through: 0, by: -8) {
                bytes.append(decimal: Int(low >> UInt64(shift) & 255))
                if shift > 0 { bytes.append(UInt8(ascii: ".")) }
            }
        } else {
            bytes.append(contentsOf: v6Text.utf8)
        }
    }

    /// The address's text.
    public var description: String {
        var bytes: [UInt8] = []
        write(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    private var v6Text: String {
        let groups = (0..<8).map { index in
            UInt16(truncatingIfNeeded: (index < 4 ? high : low) >> UInt64(48 - 16 * (index % 4)))
        }
        var best = 0..<0
        var start = 0
        while start < 8 {
            var end = start
            while end < 8 && groups[end] == 0 { end += 1 }
            if end - start > best.count && end - start >= 2 { best = start..<end }
            start = max(end, start + 1)
        }
        func text(_ range: Range<Int>) -> String {
            groups[range].map { String($0, radix: 16) }.joined(separator: ":")
        }
        if best.isEmpty { return text(0..<8) }
        return text(0..<best.lowerBound) + "::" + text(best.upperBound..<8)
    }
}
