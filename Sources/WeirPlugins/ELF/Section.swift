/// A part of an ELF file, by its table of sections.
struct Section {
    /// The kinds that are read (SHT_DYNSYM, SHT_DYNAMIC, SHT_NOBITS).
    static let dynamicSymbols: UInt32 = 11
    static let dynamic: UInt32 = 6
    static let empty: UInt32 = 8

    let name: String
    let type: UInt32
    /// The index of the section that this one refers to, such as its names.
    let link: Int
    /// Where its bytes are.
    let range: Range<Int>

    /// Every section of a file whose head has been checked.
    static func all(_ file: LittleEndian) throws(SharedLibraryError) -> [Section] {
        guard let table = file.size(at: 0x28), let width = file.number(UInt16.self, at: 0x3A),
            let count = file.number(UInt16.self, at: 0x3C),
            let names = file.number(UInt16.self, at: 0x3E)
        else { throw .isDamaged("it ends within its head") }
        guard count > 0 else { return [] }
        guard width == 64, file.range(table, Int(count) * 64) != nil else {
            throw .isDamaged("its table of sections is not all there")
        }
        let entries = (0..<Int(count)).map { table + $0 * 64 }
        guard names < count, let texts = range(file, entries[Int(names)]) else {
            throw .isDamaged("its sections have no names")
        }
        var sections: [Section] = []
        for entry in entries {
            guard let offset = file.number(UInt32.self, at: entry),
                let type = file.number(UInt32.self, at: entry + 4),
                let link = file.number(UInt32.self, at: entry + 0x28),
                let name = file.text(at: texts.lowerBound + Int(offset), before: texts.upperBound),
                let range = range(file, entry)
            else { throw .isDamaged("a section is not all there") }
            sections.append(Section(name: name, type: type, link: Int(link), range: range))
        }
        return sections
    }

    private static func range(_ file: LittleEndian, _ entry: Int) -> Range<Int>? {
        guard let type = file.number(UInt32.self, at: entry + 4),
            let offset = file.size(at: entry + 0x18), let count = file.size(at: entry + 0x20)
        else { return nil }
        // Memory that starts as zeros has a size, but no bytes in the file.
        return type == empty ? 0..<0 : file.range(offset, count)
    }
}
