internal import WeirBase

/// Names and values of a query as forms write them: `%41` is a byte and `+` a space. An escape
/// that is none stands for itself.
extension Span where Element == UInt8 {
    /// Whether decoding would change anything.
    var isQueryEncoded: Bool {
        for index in 0..<count {
            let byte = self[index]
            if byte == UInt8(ascii: "%") || byte == UInt8(ascii: "+") { return true }
        }
        return false
    }

    /// The decoded byte at `index`, which moves on to the next one.
    func queryByte(at index: inout Int) -> UInt8 {
        let byte = self[index]
        if byte == UInt8(ascii: "%"), index + 2 < count,
            let high = self[index + 1].hexValue, let low = self[index + 2].hexValue
        {
            index += 3
            return high << 4 | low
        }
        index += 1
        return byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte
    }

    /// Whether the bytes are `plain` once decoded.
    func decodesQuery(to plain: Span<UInt8>) -> Bool {
        // Decoding never makes text longer, and an escape is three bytes for one.
        guard count >= plain.count && count <= 3 * plain.count else { return false }
        var index = 0
        var done = 0
        while index < count {
            guard done < plain.count, queryByte(at: &index) == plain[done] else { return false }
            done += 1
        }
        return done == plain.count
    }

    /// The decoded bytes.
    var queryDecoded: [UInt8] {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(count)
        var index = 0
        while index < count { decoded.append(queryByte(at: &index)) }
        return decoded
    }
}
