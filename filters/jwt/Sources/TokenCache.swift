internal import Synchronization
internal import WeirBase

/// One worker's verified tokens: sets of eight places, in which the least recently used makes room.
///
/// A token is found by a hash of its last bytes, which are its signature: outsiders cannot choose
/// those of a token that is here, because only verified ones are. The hash has a secret seed, and
/// the whole token is compared only when all 64 bits of it agree, so that neither collisions can be
/// built nor tokens be guessed byte by byte from the time that a comparison takes.
final class TokenCache {
    private static let most = 8
    private let ways: Int
    private let sets: UInt64
    private let seed: (UInt64, UInt64)
    private let count: CacheCount
    private var hashes: [UInt64] = []
    private var tokens: [VerifiedToken?] = []
    private var uses: [UInt64] = []
    private var clock: UInt64 = 0

    /// A cache of at most `limit` tokens, which are counted in `count`.
    init(limit: Int, count: CacheCount) {
        ways = max(1, min(limit, Self.most))
        sets = UInt64(max(0, limit) / ways)
        self.count = count
        seed = (.random(in: .min ... .max), .random(in: .min ... .max) | 1)
    }

    deinit {
        for case .some in tokens { count.value.subtract(1, ordering: .relaxed) }
    }

    /// The token with these bytes, if it is here and still good.
    func find(_ text: Span<UInt8>, at now: Int64) -> VerifiedToken? {
        if tokens.isEmpty { return nil }
        let hash = hash(text)
        let first = place(hash)
        for index in first..<first &+ ways where hashes[index] == hash {
            guard let token = tokens[index] else { continue }
            let known = token.text
            guard known.span.equals(text) else { continue }
            guard token.isGood(at: now) else {
                tokens[index] = nil
                hashes[index] = 0
                count.value.subtract(1, ordering: .relaxed)
                return nil
            }
            clock &+= 1
            uses[index] = clock
            return token
        }
        return nil
    }

    /// Keeps a token.
    func insert(_ token: VerifiedToken, at now: Int64) {
        guard sets > 0 else { return }
        if tokens.isEmpty { makeRoom() }
        let text = token.text
        let hash = hash(text.span)
        let index = victim(place(hash), hash, token, now)
        if tokens[index] == nil { count.value.add(1, ordering: .relaxed) }
        clock &+= 1
        hashes[index] = hash
        tokens[index] = token
        uses[index] = clock
    }

    /// A gateway that sees no tokens keeps no table.
    private func makeRoom() {
        let size = Int(sets) * ways
        hashes = [UInt64](repeating: 0, count: size)
        tokens = [VerifiedToken?](repeating: nil, count: size)
        uses = [UInt64](repeating: 0, count: size)
    }

    /// The place that is given up: its own, an empty one, that of a token that is no longer good,
    /// or the one that was not used for longest.
    private func victim(_ first: Int, _ hash: UInt64, _ token: VerifiedToken, _ now: Int64) -> Int {
        var oldest = first
        var free: Int?
        for index in first..<first + ways {
            guard let other = tokens[index], other.isGood(at: now) else {
                if free == nil { free = index }
                continue
            }
            if hashes[index] == hash && other.text == token.text { return index }
            if uses[index] < uses[oldest] { oldest = index }
        }
        return free ?? oldest
    }

    private func place(_ hash: UInt64) -> Int {
        Int(truncatingIfNeeded: hash.multipliedFullWidth(by: sets).high) &* ways
    }

    /// A hash of the last 64 bytes and the length.
    private func hash(_ text: Span<UInt8>) -> UInt64 {
        var state = seed.0 ^ UInt64(truncatingIfNeeded: text.count)
        let words = min(8, text.count &>> 3)
        var index = text.count &- words &* 8
        while index < text.count {
            let product = (state ^ text.word(at: index)).multipliedFullWidth(by: seed.1)
            state = product.high ^ product.low &+ seed.0
            index &+= 8
        }
        let product = state.multipliedFullWidth(by: seed.1)
        return product.high ^ product.low
    }
}

/// How many tokens all workers keep.
final class CacheCount: Sendable {
    let value = Atomic<Int>(0)
}
