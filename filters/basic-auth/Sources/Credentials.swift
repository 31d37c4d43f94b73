internal import WeirBase

/// A name with its password, as a client sends them (RFC 7617).
struct Credentials {
    let user: ByteString
    let password: ByteString

    /// No name and password that anybody types are longer.
    static let longest = 2048

    /// Reads what follows the word `Basic`: a name, a colon and a password in Base64. Nil for
    /// anything else, and when there are control characters (section 2).
    init?(_ text: Span<UInt8>) {
        guard text.count <= Self.longest, let bytes = Self.decoded(text),
            let colon = bytes.firstIndex(of: UInt8(ascii: ":")),
            bytes.allSatisfy({ $0 >= 0x20 && $0 != 0x7F })
        else { return nil }
        user = ByteString(Array(bytes[..<colon]))
        password = ByteString(Array(bytes[(colon + 1)...]))
    }

    /// The bytes behind Base64 (RFC 4648, section 4) with its padding; nil for other text.
    private static func decoded(_ text: Span<UInt8>) -> [UInt8]? {
        guard text.count > 0, text.count % 4 == 0 else { return nil }
        var count = text.count
        while count > text.count - 2, text[count - 1] == UInt8(ascii: "=") { count -= 1 }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count)
        var bits: UInt32 = 0
        var bitCount = 0
        for index in 0..<count {
            guard let digit = digit(text[index]) else { return nil }
            bits = bits << 6 | digit
            bitCount += 6
            if bitCount >= 8 {
                bitCount -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(bitCount)))
            }
        }
        // Bits that are left over are zero, so that there is one way to write each text.
        return bits & (1 << UInt32(bitCount) - 1) == 0 ? bytes : nil
    }

    private static func digit(_ byte: UInt8) -> UInt32? {
        switch byte {
        case 0x41...0x5A: UInt32(byte - 0x41)
        case 0x61...0x7A: UInt32(byte - 0x61 + 26)
        case 0x30...0x39: UInt32(byte - 0x30 + 52)
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
