internal import WeirBase

/// Signatures of elliptic curves: tokens carry two numbers of fixed length side by side (RFC 7518,
/// section 3.4), OpenSSL takes them in DER.
enum ECDSASignature {
    /// The DER form; nil unless both halves have `size` bytes and are not zero.
    static func der(_ signature: Span<UInt8>, halfSize size: Int) -> [UInt8]? {
        guard signature.count == 2 * size,
            let r = integer(signature.extracting(0..<size)),
            let s = integer(signature.extracting(size..<2 * size))
        else { return nil }
        let count = r.count + s.count
        let head: [UInt8] = count < 128 ? [0x30, UInt8(count)] : [0x30, 0x81, UInt8(count)]
        return head + r + s
    }

    private static func integer(_ bytes: Span<UInt8>) -> [UInt8]? {
        var start = 0
        while start < bytes.count, bytes[start] == 0 { start += 1 }
        // Zero is in no signature; libraries that took it accepted any message (CVE-2022-21449).
        guard start < bytes.count else { return nil }
        let padding: [UInt8] = bytes[start] >= 0x80 ? [0] : []
        var integer: [UInt8] = [0x02, UInt8(bytes.count - start + padding.count)] + padding
        integer.append(copying: bytes.extracting(start..<bytes.count))
        return integer
    }
}
