/// Lists of protocol names as they are sent (ALPN, RFC 7301 section 3.1): each name behind its
/// length.
enum ProtocolList {
    /// The names as they are sent.
    static func encode(_ names: [String]) -> [UInt8] {
        names.reduce(into: []) { bytes, name in
            bytes.append(UInt8(truncatingIfNeeded: name.utf8.count))
            bytes += name.utf8
        }
    }

    /// Where in `offered` the first of `names` stands that is in it; nil for none.
    static func choose(_ offered: Span<UInt8>, from names: [String]) -> Range<Int>? {
        for name in names {
            var index = 0
            while index < offered.count {
                let start = index + 1
                let end = start + Int(offered[index])
                guard end <= offered.count else { return nil }
                if equal(offered.extracting(start..<end), name) { return start..<end }
                index = end
            }
        }
        return nil
    }

    private static func equal(_ bytes: Span<UInt8>, _ name: String) -> Bool {
        guard bytes.count == name.utf8.count else { return false }
        var index = 0
        for byte in name.utf8 {
            if byte != bytes[index] { return false }
            index += 1
        }
        return true
    }
}
