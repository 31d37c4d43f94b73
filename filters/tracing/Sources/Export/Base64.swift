internal import WeirBase

/// Base64 (RFC 4648, section 4), as gRPC sends binary metadata: with or without padding.
enum Base64 {
    /// The bytes; nil for text that is none.
    static func decoded(_ text: ByteString) -> ByteString? {
        var result = ByteString()
        var bits: UInt32 = 0
        var digits = 0
        var padding = 0
        for byte in text.storage {
            if byte == UInt8(ascii: "=") {
                padding += 1
                continue
            }
            guard padding == 0, let digit = digit(byte) else { return nil }
            bits = bits << 6 | digit
            digits += 1
            if digits % 4 != 1 {
                // Of a group of four, each digit but the first completes a byte.
                let surplus = UInt32(6 - 2 * ((digits + 3) % 4))
                result.append(UInt8(truncatingIfNeeded: bits >> surplus))
            }
        }
        guard digits % 4 != 1, padding == 0 || (digits + padding) % 4 == 0, padding <= 2 else {
            return nil
        }
        return result
    }

    private static func digit(_ byte: UInt8) -> UInt32? {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(byte - UInt8(ascii: "A"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(byte - UInt8(ascii: "a") + 26)
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0") + 52)
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
