/// Signs bytes with a secret key: HMAC (RFC 2104) over SHA-256. One thread at a time may use it.
public final class SHA256Signer {
    private static let blockCount = 64

    private let hasher = SHA256Hasher()
    /// The key, padded, as it stands before the message and before the inner digest.
    private let inner: [UInt8]
    private let outer: [UInt8]
    /// Whether a signature is under way.
    private var hasBegun = false

    /// Prepares a key of any length; best one of at least 32 bytes (RFC 2104, section 3).
    public init(key: Span<UInt8>) {
        var block: [UInt8] = []
        if key.count > Self.blockCount {
            block = hasher.digest(key).bytes
        } else {
            for index in 0..<key.count { block.append(key[index]) }
        }
        block += [UInt8](repeating: 0, count: Self.blockCount - block.count)
        inner = block.map { $0 ^ 0x36 }
        outer = block.map { $0 ^ 0x5C }
    }

    /// Adds bytes to those of the signature under way.
    public func update(_ bytes: Span<UInt8>) {
        begin()
        hasher.update(bytes)
    }

    /// The signature of all bytes since the last one.
    public func finish() -> SHA256Digest {
        begin()
        hasBegun = false
        let digest = hasher.finish().bytes
        let outer = outer
        hasher.update(outer.span)
        return hasher.digest(digest.span)
    }

    private func begin() {
        let inner = inner
        if !hasBegun { hasher.update(inner.span) }
        hasBegun = true
    }

    /// The signature of `bytes`. Compare it with `==`, which takes the same time for all.
    public func sign(_ bytes: Span<UInt8>) -> SHA256Digest {
        update(bytes)
        return finish()
    }
}
