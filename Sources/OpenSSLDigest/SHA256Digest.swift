/// What SHA-256 (FIPS 180-4) makes of some bytes.
///
/// Two of them are compared in constant time, so that how long a comparison takes says nothing
/// about where they differ.
public struct SHA256Digest: Sendable, Hashable, CustomStringConvertible {
    private let words: (UInt64, UInt64, UInt64, UInt64)

    /// Wraps the four words of a digest, the most significant byte first.
    init(_ words: (UInt64, UInt64, UInt64, UInt64)) { self.words = words }

    /// Reads 64 hexadecimal digits; nil for anything else.
    public init?(_ text: String) {
        let digits = Array(text.utf8)
        guard digits.count == 64 else { return nil }
        var words: [UInt64] = []
        for start in stride(from: 0, to: 64, by: 16) {
            var word: UInt64 = 0
            for digit in digits[start..<start + 16] {
                switch digit {
                case 0x30...0x39: word = word << 4 | UInt64(digit - 0x30)
                case 0x41...0x46: word = word << 4 | UInt64(digit - 0x37)
                case 0x61...0x66: word = word << 4 | UInt64(digit - 0x57)
                default: return nil
                }
            }
            words.append(word)
        }
        self.words = (words[0], words[1], words[2], words[3])
    }

    /// The 32 bytes, the most significant first.
    public var bytes: [UInt8] {
        [words.0, words.1, words.2, words.3].flatMap { word in
            (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64(56 - 8 * $0)) }
        }
    }

    /// Whether the two are the same, found out without a branch.
    public static func == (left: SHA256Digest, right: SHA256Digest) -> Bool {
        let first = (left.words.0 ^ right.words.0) | (left.words.1 ^ right.words.1)
        let second = (left.words.2 ^ right.words.2) | (left.words.3 ^ right.words.3)
        return first | second == 0
    }

    /// Feeds a quarter of the digest, which is as good as random already.
    public func hash(into hasher: inout Hasher) { hasher.combine(words.0) }

    /// 64 hexadecimal digits in lower case.
    public var description: String {
        [words.0, words.1, words.2, words.3].map { word in
            let digits = String(word, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }
}
