internal import OpenSSLDigest
internal import WeirBase
internal import WeirFilter

/// What one worker has seen proved: the slow hash is not paid for each request of a client.
///
/// Credentials stand here as SHA-256 with a key that nobody knows, so memory that leaks gives
/// nothing to try passwords against. The table is bounded by having an old and a young half: when
/// the young one is full, it becomes the old one.
struct VerifiedCache {
    private struct Entry {
        let identity: ClientIdentity
        let generation: Int
        let end: MonotonicTime
    }

    private var young: [SHA256Digest: Entry] = [:]
    private var old: [SHA256Digest: Entry] = [:]
    private let half: Int
    private let lifetime: Interval
    private let key: ByteString
    private let hasher = SHA256Hasher()

    /// Creates a cache of at most `size` entries, an even number; 0 for none.
    init(size: Int, lifetime: Interval, key: ByteString) {
        half = size / 2
        self.lifetime = lifetime
        self.key = key
    }

    /// What stands for credentials as a client sent them.
    func mark(_ text: Span<UInt8>) -> SHA256Digest {
        hasher.update(key.span)
        return hasher.digest(text)
    }

    /// Whose credentials these are, if that was proved under the same file and not too long ago.
    func identity(_ subject: Checks.Subject, now: MonotonicTime) -> ClientIdentity? {
        guard let entry = young[subject.mark] ?? old[subject.mark],
            entry.generation == subject.generation, now < entry.end
        else { return nil }
        return entry.identity
    }

    /// Notes what was proved.
    mutating func add(_ subject: Checks.Subject, _ identity: ClientIdentity, now: MonotonicTime) {
        guard half > 0 else { return }
        if young.count >= half && young[subject.mark] == nil {
            old = young
            young = [:]
        }
        young[subject.mark] = Entry(
            identity: identity, generation: subject.generation, end: now + lifetime)
    }
}
