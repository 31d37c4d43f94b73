internal import COpenSSL

/// A cipher suite of TLS 1.3 (RFC 8446, appendix B.4) whose records are protected here.
@safe
struct RecordSuite: @unchecked Sendable {
    let cipher: OpaquePointer
    let digest: OpaquePointer
    let keySize: Int
    let digestSize: Int
    let blockSize: Int

    /// Algorithms are fetched once: asking for them by name costs more than using them.
    nonisolated(unsafe) private static let sha256 = unsafe EVP_MD_fetch(nil, "SHA256", nil)
    nonisolated(unsafe) private static let sha384 = unsafe EVP_MD_fetch(nil, "SHA384", nil)
    nonisolated(unsafe) private static let aes128 = unsafe EVP_CIPHER_fetch(
        nil, "AES-128-GCM", nil)
    nonisolated(unsafe) private static let aes256 = unsafe EVP_CIPHER_fetch(
        nil, "AES-256-GCM", nil)
    nonisolated(unsafe) private static let chacha = unsafe EVP_CIPHER_fetch(
        nil, "ChaCha20-Poly1305", nil)

    /// The suite of a registered number; nil for those that are left to OpenSSL.
    init?(_ number: UInt16) {
        let found: (cipher: OpaquePointer?, digest: OpaquePointer?, keySize: Int)
        switch number {
        case 0x1301: unsafe found = unsafe (Self.aes128, Self.sha256, 16)
        case 0x1302: unsafe found = unsafe (Self.aes256, Self.sha384, 32)
        case 0x1303: unsafe found = unsafe (Self.chacha, Self.sha256, 32)
        default: return nil
        }
        guard let cipher = unsafe found.cipher, let digest = unsafe found.digest else { return nil }
        unsafe self.cipher = unsafe cipher
        unsafe self.digest = unsafe digest
        keySize = unsafe found.keySize
        digestSize = number == 0x1302 ? 48 : 32
        blockSize = number == 0x1302 ? 128 : 64
    }

    /// HKDF-Expand-Label with an empty context (RFC 8446, section 7.1), for no more bytes than a
    /// digest has; nil when OpenSSL fails.
    func expand(_ secret: [UInt8], _ label: StaticString, _ count: Int) -> [UInt8]? {
        let text = "tls13 \(label)"
        var info: [UInt8] = [UInt8(count >> 8), UInt8(count & 255), UInt8(text.utf8.count)]
        info += text.utf8
        info += [0, 1]
        guard var output = authenticate(info, by: secret) else { return nil }
        defer { cleanse(&output) }
        return Array(output.prefix(count))
    }

    /// HMAC (RFC 2104) by a key that is no longer than a block. Nothing that the key could be found
    /// out from stays in memory.
    private func authenticate(_ message: [UInt8], by key: [UInt8]) -> [UInt8]? {
        guard var inner = hash(key, padded: 0x36, message) else { return nil }
        defer { cleanse(&inner) }
        return hash(key, padded: 0x5C, inner)
    }

    private func hash(_ key: [UInt8], padded byte: UInt8, _ message: [UInt8]) -> [UInt8]? {
        var block = [UInt8](repeating: byte, count: blockSize + message.count)
        defer { cleanse(&block) }
        for index in key.indices { block[index] ^= key[index] }
        for index in message.indices { block[blockSize + index] = message[index] }
        return hash(block)
    }

    private func hash(_ bytes: [UInt8]) -> [UInt8]? {
        var output = [UInt8](repeating: 0, count: digestSize)
        var count = UInt32(digestSize)
        guard unsafe EVP_Digest(bytes, bytes.count, &output, &count, digest, nil) == 1 else {
            return nil
        }
        return output
    }
}
