internal import WeirBase

/// A hash of 128 bits that nobody can steer who does not know the key: SipHash (Aumasson and
/// Bernstein, 2012) with its 128-bit output. Two keys with the same hash would share a count; with
/// 128 bits that does not happen.
struct KeyHash: Sendable, Hashable {
    var low: UInt64
    var high: UInt64

    /// What makes the hash secret.
    struct Secret: Sendable {
        let first: UInt64
        let second: UInt64

        /// Draws a secret from the system.
        static func random() -> Secret {
            Secret(first: .random(in: .min ... .max), second: .random(in: .min ... .max))
        }
    }

    /// Hashes bytes with one round per word and three at the end, as Swift's own tables do.
    @inline(__always)
    init(_ bytes: Span<UInt8>, _ secret: Secret) {
        self.init(bytes, secret, wordRounds: 1, endRounds: 3)
    }

    /// Hashes bytes with as many rounds as asked for.
    @inline(__always)
    init(_ bytes: Span<UInt8>, _ secret: Secret, wordRounds: Int, endRounds: Int) {
        var state = SipState(secret)
        var offset = 0
        while offset &+ 8 <= bytes.count {
            state.take(bytes.word(at: offset), rounds: wordRounds)
            offset &+= 8
        }
        var last = UInt64(truncatingIfNeeded: bytes.count) &<< 56
        var shift: UInt64 = 0
        while offset < bytes.count {
            last |= UInt64(bytes[offset]) &<< shift
            shift &+= 8
            offset &+= 1
        }
        state.take(last, rounds: wordRounds)
        state.v2 ^= 0xEE
        low = state.end(rounds: endRounds)
        state.v1 ^= 0xDD
        high = state.end(rounds: endRounds)
    }
}

/// The four words that SipHash stirs.
private struct SipState {
    var v0: UInt64
    var v1: UInt64
    var v2: UInt64
    var v3: UInt64

    @inline(__always)
    init(_ secret: KeyHash.Secret) {
        v0 = secret.first ^ 0x736F_6D65_7073_6575
        v1 = secret.second ^ 0x646F_7261_6E64_6F6D ^ 0xEE
        v2 = secret.first ^ 0x6C79_6765_6E65_7261
        v3 = secret.second ^ 0x7465_6462_7974_6573
    }

    @inline(__always)
    mutating func take(_ word: UInt64, rounds: Int) {
        v3 ^= word
        for _ in 0..<rounds { stir() }
        v0 ^= word
    }

    @inline(__always)
    mutating func end(rounds: Int) -> UInt64 {
        for _ in 0..<rounds { stir() }
        return v0 ^ v1 ^ v2 ^ v3
    }

    @inline(__always)
    private mutating func stir() {
        v0 = v0 &+ v1
        v2 = v2 &+ v3
        v1 = Self.turn(v1, 13) ^ v0
        v3 = Self.turn(v3, 16) ^ v2
        v0 = Self.turn(v0, 32)
        v2 = v2 &+ v1
        v0 = v0 &+ v3
        v1 = Self.turn(v1, 17) ^ v2
        v3 = Self.turn(v3, 21) ^ v0
        v2 = Self.turn(v2, 32)
    }

    @inline(__always)
    private static func turn(_ word: UInt64, _ count: UInt64) -> UInt64 {
        word &<< count | word &>> (64 &- count)
    }
}
