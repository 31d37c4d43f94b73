/// FNV-1a with 64 bits: tells contents apart that differ by accident. It is no protection against
/// somebody who wants two to look alike.
package struct ContentDigest: Sendable {
    /// The digest of what was added.
    package private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

    /// Begins with nothing.
    package init() {}

    /// Adds bytes.
    package mutating func add(_ bytes: some Sequence<UInt8>) {
        for byte in bytes { value = (value ^ UInt64(byte)) &* 0x100_0000_01B3 }
    }

    /// Sixteen digits.
    package var text: String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
