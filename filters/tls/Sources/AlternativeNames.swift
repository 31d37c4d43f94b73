internal import COpenSSL
internal import WeirBase

/// The alternative names of a certificate's subject (RFC 5280, section 4.2.1.6).
struct AlternativeNames {
    var dns: [String] = []
    var uris: [String] = []
    var emails: [String] = []
    var ips: [String] = []

    /// Adds a name; one with bytes that none may have, such as NUL, is left out.
    mutating func add(_ kind: Int32, _ bytes: [UInt8]) {
        if kind == GEN_IPADD {
            if let address = Self.address(bytes) { ips.append(address.description) }
            return
        }
        guard bytes.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return }
        let text = String(decoding: bytes, as: UTF8.self)
        switch kind {
        case GEN_DNS: dns.append(text.lowercased())
        case GEN_URI: uris.append(text)
        case GEN_EMAIL: emails.append(text)
        default: break
        }
    }

    private static func address(_ bytes: [UInt8]) -> IPAddress? {
        func number(_ range: Range<Int>) -> UInt64 {
            bytes[range].reduce(0) { $0 << 8 | UInt64($1) }
        }
        switch bytes.count {
        case 4: return IPAddress(v4: UInt32(number(0..<4)))
        case 16: return IPAddress(v6: number(0..<8), number(8..<16))
        default: return nil
        }
    }
}

/// Lower-case hexadecimal digits.
func hexadecimal(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count * 2)
    for byte in bytes {
        text.append(digits[Int(byte >> 4)])
        text.append(digits[Int(byte & 15)])
    }
    return String(decoding: text, as: UTF8.self)
}
