/// The character classes of RFC 3986, one bit per byte value below 128 in two words.
extension UInt8 {
    /// Letters, digits and `-._~` (section 2.3).
    var isUnreserved: Bool {
        isMember(0x03FF_6000_0000_0000, 0x47FF_FFFE_87FF_FFFE)
    }

    /// What a path segment may hold unescaped (section 3.3, `pchar`).
    var isPathCharacter: Bool {
        isMember(0x2FFF_7FD2_0000_0000, 0x47FF_FFFE_87FF_FFFF)
    }

    /// A path character with no meaning beyond itself: not `.` and not `;`.
    var isPlainInPath: Bool {
        isMember(0x27FF_3FD2_0000_0000, 0x47FF_FFFE_87FF_FFFF)
    }

    private func isMember(_ low: UInt64, _ high: UInt64) -> Bool {
        let row = self & 0x40 == 0 ? low : high
        return self < 0x80 && row &>> UInt64(self) & 1 != 0
    }

    /// The upper-case hexadecimal digit for a value below 16 (section 2.1 prefers upper case).
    static func hexDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") + value - 10
    }
}
