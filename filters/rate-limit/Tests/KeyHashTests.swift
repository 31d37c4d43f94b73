import Testing
import WeirBase

@testable import RateLimitFilter

@Suite struct KeyHashTests {
    /// The first vectors of the reference implementation with 128 bits of output: key 00…0f, input
    /// of none, one and two bytes that count up from 00.
    @Test func isSipHash() {
        let secret = KeyHash.Secret(first: 0x0706_0504_0302_0100, second: 0x0F0E_0D0C_0B0A_0908)
        func hex(_ count: UInt8) -> String {
            let bytes = ByteString(Array(0..<count))
            let hash = KeyHash(bytes.span, secret, wordRounds: 2, endRounds: 4)
            return [hash.low, hash.high].map { word in
                (0..<8).map { index in
                    let byte = UInt8(truncatingIfNeeded: word >> UInt64(8 * index))
                    return (byte < 16 ? "0" : "") + String(byte, radix: 16)
                }.joined()
            }.joined()
        }
        #expect(hex(0) == "a3817f04ba25a8e66df67214c7550293")
        #expect(hex(1) == "da87c1d86b99af44347659119b22fc45")
        #expect(hex(2) == "8177228da4a45dc7fca38bdef60affe4")
    }

    @Test func everyByteAndTheLengthMatter() {
        let secret = KeyHash.Secret(first: 1, second: 2)
        var seen: Set<KeyHash> = []
        for length in 0..<40 {
            var bytes = ByteString(Array(repeating: 0, count: length))
            seen.insert(KeyHash(bytes.span, secret))
            for index in 0..<length {
                bytes.storage[index] = 1
                seen.insert(KeyHash(bytes.span, secret))
                bytes.storage[index] = 0
            }
        }
        #expect(seen.count == 40 + (0..<40).reduce(0, +))
        let bytes = ByteString("key")
        #expect(
            KeyHash(bytes.span, secret) != KeyHash(bytes.span, KeyHash.Secret(first: 1, second: 3)))
    }
}
