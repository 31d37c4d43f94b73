internal import COpenSSL

/// Computes SHA-256 (FIPS 180-4), one digest after the other without allocating. One thread at a
/// time may use it.
@safe public final class SHA256Hasher {
    /// Fetched once: fetching takes a lock.
    nonisolated(unsafe) private static let algorithm = unsafe EVP_MD_fetch(nil, "SHA256", nil)

    private let context: OpaquePointer

    /// Creates one. OpenSSL without SHA-256, or without memory, is a broken installation.
    public init() {
        guard let context = unsafe EVP_MD_CTX_new(),
            unsafe EVP_DigestInit_ex2(context, Self.algorithm, nil) == 1
        else { preconditionFailure("OpenSSL offers no SHA-256") }
        unsafe self.context = context
    }

    deinit { unsafe EVP_MD_CTX_free(context) }

    /// Adds bytes to those of the digest under way.
    public func update(_ bytes: Span<UInt8>) {
        unsafe bytes.withUnsafeBufferPointer { bytes in
            check(unsafe EVP_DigestUpdate(context, bytes.baseAddress, bytes.count))
        }
    }

    /// The digest of all bytes since the last one.
    public func finish() -> SHA256Digest {
        var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        unsafe withUnsafeMutableBytes(of: &words) { room in
            check(
                unsafe EVP_DigestFinal_ex(
                    context, room.baseAddress?.assumingMemoryBound(to: UInt8.self), nil))
        }
        // No algorithm: the one that is there is used again.
        check(unsafe EVP_DigestInit_ex2(context, nil, nil))
        return SHA256Digest(
            (words.0.bigEndian, words.1.bigEndian, words.2.bigEndian, words.3.bigEndian))
    }

    /// The digest of `bytes`.
    public func digest(_ bytes: Span<UInt8>) -> SHA256Digest {
        update(bytes)
        return finish()
    }

    /// A digest that is wrong would let strangers in.
    private func check(_ result: Int32) {
        precondition(result == 1, "OpenSSL failed to compute SHA-256")
    }
}
