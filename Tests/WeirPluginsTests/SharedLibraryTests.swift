import Foundation
import Testing
import WeirPlugins

/// Libraries are read from bytes that may be anything.
@Suite struct SharedLibraryTests {
    private static let small = LibraryBytes(
        defined: ["entry", "other"], undefined: ["puts", "$s8WeirBase4some"], weak: ["maybe"],
        needed: ["libc.so.6", "libz.so.1"], stamp: "{}")

    @Test func readsWhatIsThere() throws {
        let library = try SharedLibrary(Self.small.bytes)
        #expect(library.defined == ["entry", "other"])
        #expect(library.undefined == ["puts", "$s8WeirBase4some"])
        #expect(library.needed == ["libc.so.6", "libz.so.1"])
        #expect(library.section(".weir") == Array("{}".utf8))
        #expect(library.section(".text") == nil)
    }

    /// The system's C library.
    @Test func readsARealOne() throws {
        let folders = ["x86_64-linux-gnu", "aarch64-linux-gnu"]
        let path = try #require(
            folders.map { "/lib/\($0)/libc.so.6" }.first(
                where: FileManager.default.fileExists(atPath:)))
        let library = try SharedLibrary(Array(Data(contentsOf: URL(fileURLWithPath: path))))
        #expect(library.defined.contains("malloc") && library.defined.contains("getenv"))
        #expect(library.section(".weir") == nil)
    }

    @Test func saysWhatElseItIs() {
        for text in ["", "\u{7F}", "plain text", String(repeating: "long text ", count: 100)] {
            #expect(throws: SharedLibraryError.isNoLibrary) { try SharedLibrary(Array(text.utf8)) }
        }
        var bytes = Self.small.bytes
        bytes[16] = 2
        #expect(throws: SharedLibraryError.isNoLibrary, "an executable") {
            try SharedLibrary(bytes)
        }
        for (place, value) in [(4, 1), (5, 2), (18, 3)] as [(Int, UInt8)] {
            bytes = Self.small.bytes
            bytes[place] = value
            #expect(throws: SharedLibraryError.isForeign) { try SharedLibrary(bytes) }
        }
    }

    @Test func bearsEveryEnd() {
        let bytes = Self.small.bytes
        for count in 0..<bytes.count {
            #expect(throws: SharedLibraryError.self) { try SharedLibrary(Array(bytes[..<count])) }
        }
    }

    @Test func bearsEveryByteChanged() {
        let bytes = Self.small.bytes
        for place in bytes.indices {
            for value in [0, 1, 0x7F, 0x80, 0xFF] as [UInt8] {
                var changed = bytes
                changed[place] = value
                _ = try? SharedLibrary(changed)
            }
        }
    }

    @Test func bearsManyBytesChanged() {
        var random = Numbers(state: 7)
        for _ in 0..<5_000 {
            var changed = Self.small.bytes
            for _ in 0..<Int.random(in: 1...24, using: &random) {
                let place = Int.random(in: changed.indices, using: &random)
                changed[place] = .random(in: 0...255, using: &random)
            }
            _ = try? SharedLibrary(changed)
        }
    }

    /// Many symbols that share one long name would take far more memory than the file.
    @Test func refusesOverlappingNames() {
        var library = LibraryBytes()
        library.defined = [String(repeating: "x", count: 40_000)]
        library.undefined = (0..<1_000).map { _ in "" }
        var bytes = library.bytes
        // Each of them has the long name's place: 1, at the start of its entry.
        let symbols = 64 + 1 + 40_001 + 1_000
        for index in 2..<1_002 {
            bytes[symbols + index * 24] = 1
            bytes[symbols + index * 24 + 1] = 0
        }
        #expect(throws: SharedLibraryError.isDamaged("its symbols overlap")) {
            try SharedLibrary(bytes)
        }
    }
}

/// The same numbers in every run (SplitMix64).
struct Numbers: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }
}
