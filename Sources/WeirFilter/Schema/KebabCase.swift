/// The names of fields in files: `maxStreams` in Swift is `max-streams` in YAML.
package enum KebabCase {
    /// `maxConcurrentStreams` as `max-concurrent-streams`, `jwksURL` as `jwks-url`.
    package static func from(_ name: String) -> String {
        let bytes = Array(name.utf8)
        guard bytes.contains(where: \.isUpper) else { return name }
        var result: [UInt8] = []
        for (index, byte) in bytes.enumerated() {
            if byte.isUpper, index > 0, bytes[index - 1] != UInt8(ascii: "-") {
                let endsRun = index + 1 < bytes.count && bytes[index + 1].isLower
                if !bytes[index - 1].isUpper || endsRun { result.append(UInt8(ascii: "-")) }
            }
            result.append(byte.isUpper ? byte | 0x20 : byte)
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// `max-streams` as `maxStreams`.
    package static func toCamelCase(_ name: String) -> String {
        var result: [UInt8] = []
        var isRaised = false
        for byte in name.utf8 {
            if byte == UInt8(ascii: "-") {
                isRaised = true
            } else {
                result.append(isRaised && byte.isLower ? byte & 0xDF : byte)
                isRaised = false
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}

extension UInt8 {
    fileprivate var isUpper: Bool { self &- 65 < 26 }
    fileprivate var isLower: Bool { self &- 97 < 26 }
}
