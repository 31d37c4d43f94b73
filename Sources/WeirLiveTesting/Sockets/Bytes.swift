extension Array where Element == UInt8 {
    package init(_ text: String) { self = Array(text.utf8) }

    /// As text; what is no UTF-8 is replaced.
    package var text: String { String(decoding: self, as: UTF8.self) }

    /// The first place of `needle` at or after `start`.
    package func firstIndex(of needle: [UInt8], from start: Int = 0) -> Int? {
        guard count >= needle.count else { return nil }
        var index = start
        while index <= count - needle.count {
            if self[index] == needle[0], self[index..<index + needle.count].elementsEqual(needle) {
                return index
            }
            index += 1
        }
        return nil
    }

    /// Bytes that differ from place to place, so that a shift or a loss shows.
    package static func pattern(_ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
    }
}
