/// Makes the bytes of a small ELF shared library.
struct LibraryBytes {
    var defined: [String] = []
    var undefined: [String] = []
    var weak: [String] = []
    var needed: [String] = []
    /// What stands in `.weir`; no such section when nil.
    var stamp: String?

    private static let head = 64
    private static let entry = 64

    var bytes: [UInt8] {
        var names: [UInt8] = [0]
        func place(_ name: String) -> UInt64 {
            defer { names += Array(name.utf8) + [0] }
            return UInt64(names.count)
        }
        func symbol(_ name: String, binding: UInt8, section: UInt64) -> [UInt8] {
            Self.number(place(name), 4) + [binding << 4, 0] + Self.number(section, 2)
                + Self.number(0, 8) + Self.number(0, 8)
        }
        let symbols =
            Array(repeating: 0, count: 24) + defined.flatMap { symbol($0, binding: 1, section: 5) }
            + undefined.flatMap { symbol($0, binding: 1, section: 0) }
            + weak.flatMap { symbol($0, binding: 2, section: 0) }
        let dynamic =
            needed.flatMap { Self.number(1, 8) + Self.number(place($0), 8) }
            + Self.number(0, 16)
        var parts: [(name: String, type: UInt64, link: UInt64, bytes: [UInt8])] = [
            ("", 0, 0, []), (".dynstr", 3, 0, names), (".dynsym", 11, 1, symbols),
            (".dynamic", 6, 1, dynamic), (".bss", 8, 0, []),
        ]
        if let stamp { parts.append((".weir", 1, 0, Array(stamp.utf8))) }
        return Self.file(parts)
    }

    private static func file(
        _ parts: [(name: String, type: UInt64, link: UInt64, bytes: [UInt8])]
    ) -> [UInt8] {
        var texts: [UInt8] = []
        var places: [UInt64] = []
        for name in parts.map(\.name) + [".shstrtab"] {
            places.append(UInt64(texts.count))
            texts += Array(name.utf8) + [0]
        }
        let all = parts + [(".shstrtab", 3, 0, texts)]
        var content: [UInt8] = []
        var table: [UInt8] = []
        for (place, part) in zip(places, all) {
            table += number(place, 4) + number(part.type, 4) + number(0, 16)
            table += number(UInt64(head + content.count), 8)
            table += number(UInt64(part.bytes.count), 8) + number(part.link, 4)
            table += number(0, 20)
            content += part.bytes
        }
        var start: [UInt8] = [0x7F, 0x45, 0x4C, 0x46, 2, 1, 1] + number(0, 9)
        start += number(3, 2) + number(machine, 2) + number(1, 4) + number(0, 16)
        start += number(UInt64(head + content.count), 8) + number(0, 10)
        start += number(UInt64(entry), 2) + number(UInt64(all.count), 2)
        start += number(UInt64(all.count - 1), 2)
        return start + content + table
    }

    private static var machine: UInt64 {
        #if arch(arm64)
            183
        #else
            62
        #endif
    }

    private static func number(_ value: UInt64, _ width: Int) -> [UInt8] {
        (0..<width).map { $0 < 8 ? UInt8(truncatingIfNeeded: value >> (8 * UInt64($0))) : 0 }
    }
}
