/// What an ELF shared library of this machine's kind says of itself, read without running it.
///
/// The bytes may be anything: what makes no sense is an error. The reader goes by the table of
/// sections, which a linker writes and `strip` keeps. The system's loader goes by another one; who
/// writes files in which the two differ can deceive this reader, but has his code run anyway.
package struct SharedLibrary: Sendable {
    /// Names that it defines for others.
    package private(set) var defined: Set<String> = []
    /// Names that others have to define for it, without those that it can do without.
    package private(set) var undefined: [String] = []
    /// Libraries that it wants loaded, as `libz.so.1`.
    package private(set) var needed: [String] = []

    private let file: LittleEndian
    private let sections: [Section]

    /// Reads the file's bytes.
    package init(_ bytes: [UInt8]) throws(SharedLibraryError) {
        let file = LittleEndian(bytes: bytes)
        try Self.checkHead(file)
        self.file = file
        sections = try Section.all(file)
        try readSymbols()
        try readNeeded()
    }

    /// The bytes of the section of a name; nil when there is none.
    package func section(_ name: String) -> [UInt8]? {
        sections.first { $0.name == name }.map { Array(file.bytes[$0.range]) }
    }

    /// ELF, 64 bits, little endian, version 1, a shared object.
    private static func checkHead(_ file: LittleEndian) throws(SharedLibraryError) {
        guard file.bytes.starts(with: [0x7F, 0x45, 0x4C, 0x46]) else { throw .isNoLibrary }
        guard file.bytes.count >= 64 else { throw .isDamaged("it ends within its head") }
        guard file.bytes[4...6].elementsEqual([2, 1, 1]) else { throw .isForeign }
        guard file.number(UInt16.self, at: 16) == 3 else { throw .isNoLibrary }
        #if arch(x86_64)
            let own: UInt16 = 62
        #elseif arch(arm64)
            let own: UInt16 = 183
        #endif
        guard file.number(UInt16.self, at: 18) == own else { throw .isForeign }
    }

    private mutating func readSymbols() throws(SharedLibraryError) {
        guard let table = sections.first(where: { $0.type == Section.dynamicSymbols }) else {
            return
        }
        guard sections.indices.contains(table.link) else {
            throw .isDamaged("its symbols have no names")
        }
        let names = sections[table.link].range
        // Overlapping names could make a small file a large list.
        var budget = 4 * file.bytes.count
        for entry in stride(from: table.range.lowerBound, to: table.range.upperBound - 23, by: 24) {
            guard let offset = file.number(UInt32.self, at: entry),
                let section = file.number(UInt16.self, at: entry + 6)
            else { break }
            guard offset > 0 else { continue }
            guard let name = file.text(at: names.lowerBound + Int(offset), before: names.upperBound)
            else { throw .isDamaged("a symbol has no name") }
            budget -= name.utf8.count
            guard budget > 0 else { throw .isDamaged("its symbols overlap") }
            let isWeak = file.bytes[entry + 4] >> 4 == 2
            if section != 0 {
                defined.insert(name)
            } else if !isWeak {
                undefined.append(name)
            }
        }
    }

    private mutating func readNeeded() throws(SharedLibraryError) {
        guard let table = sections.first(where: { $0.type == Section.dynamic }) else { return }
        guard sections.indices.contains(table.link) else {
            throw .isDamaged("its libraries have no names")
        }
        let names = sections[table.link].range
        var budget = file.bytes.count
        for entry in stride(from: table.range.lowerBound, to: table.range.upperBound - 15, by: 16) {
            guard let tag = file.number(UInt64.self, at: entry), tag != 0 else { break }
            guard tag == 1 else { continue }
            guard let offset = file.size(at: entry + 8), offset < names.count,
                let name = file.text(at: names.lowerBound + offset, before: names.upperBound)
            else { throw .isDamaged("a library has no name") }
            budget -= name.utf8.count + 1
            guard budget > 0 else { throw .isDamaged("its libraries overlap") }
            needed.append(name)
        }
    }
}

/// Why a file is no shared library that could be read.
package enum SharedLibraryError: Error, Equatable {
    /// It is something else.
    case isNoLibrary
    /// It is one for another kind of machine.
    case isForeign
    /// It contradicts itself; the text says how.
    case isDamaged(String)
}
