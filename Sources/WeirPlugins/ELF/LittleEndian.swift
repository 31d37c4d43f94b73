/// Numbers in the bytes of a file that may hold anything: what lies outside is nil, not a trap.
struct LittleEndian {
    let bytes: [UInt8]

    /// The number of that width at an offset.
    func number<Number: FixedWidthInteger & UnsignedInteger>(
        _ type: Number.Type, at offset: Int
    ) -> Number? {
        let width = Number.bitWidth / 8
        guard offset >= 0, offset <= bytes.count - width else { return nil }
        var value: Number = 0
        for index in (0..<width).reversed() { value = value << 8 | Number(bytes[offset + index]) }
        return value
    }

    /// A number that counts or addresses bytes; nil too when it is beyond what `Int` holds.
    func size(at offset: Int) -> Int? {
        number(UInt64.self, at: offset).flatMap(Int.init(exactly:))
    }

    /// The place of so many bytes, when all of them are there.
    func range(_ offset: Int, _ count: Int) -> Range<Int>? {
        guard offset >= 0, count >= 0, offset <= bytes.count, count <= bytes.count - offset else {
            return nil
        }
        return offset..<offset + count
    }

    /// The text from an offset to the next zero byte, which has to come before `end`.
    func text(at offset: Int, before end: Int) -> String? {
        guard offset >= 0, offset < end, end <= bytes.count,
            let zero = bytes[offset..<end].firstIndex(of: 0)
        else { return nil }
        return String(validating: bytes[offset..<zero], as: UTF8.self)
    }
}
