internal import COpenSSL
internal import WeirBase

/// A hash function, and the message authentication code made of it.
enum Digest: Sendable {
    case sha256, sha384, sha512

    /// Functions are fetched once: asking for them by name costs more than using them.
    nonisolated(unsafe) private static let fetched256 = unsafe EVP_MD_fetch(nil, "SHA256", nil)
    nonisolated(unsafe) private static let fetched384 = unsafe EVP_MD_fetch(nil, "SHA384", nil)
    nonisolated(unsafe) private static let fetched512 = unsafe EVP_MD_fetch(nil, "SHA512", nil)

    /// How many bytes come out.
    var size: Int {
        switch self {
        case .sha256: 32
        case .sha384: 48
        case .sha512: 64
        }
    }

    /// OpenSSL's object for it; lives as long as the process.
    var function: OpaquePointer? {
        switch self {
        case .sha256: unsafe Self.fetched256
        case .sha384: unsafe Self.fetched384
        case .sha512: unsafe Self.fetched512
        }
    }

    /// Whether `code` authenticates `message` (RFC 7518, section 3.2); compared in constant time,
    /// because each byte told would help to forge the next.
    func authenticates(_ message: Span<UInt8>, by code: Span<UInt8>, key: [UInt8]) -> Bool {
        guard code.count == size, let function = unsafe function else { return false }
        var expected = [UInt8](repeating: 0, count: size)
        var count = UInt32(size)
        let isMade = unsafe message.withUnsafeBufferPointer { message in
            unsafe HMAC(
                function, key, Int32(key.count), message.baseAddress, message.count, &expected,
                &count) != nil
        }
        guard isMade, Int(count) == size else { return false }
        return unsafe code.withUnsafeBytes {
            unsafe CRYPTO_memcmp($0.baseAddress, expected, size) == 0
        }
    }
}
