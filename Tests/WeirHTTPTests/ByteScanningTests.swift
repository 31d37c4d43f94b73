import Testing
import WeirBase

/// The word-at-a-time helpers do what a loop over bytes would.
@Suite struct ByteScanningTests {
    @Test func tokenAndValueBytes() {
        let token = Set("!#$%&'*+-.^_`|~0123456789".utf8)
        for byte in UInt8.min...UInt8.max {
            let isLetter = (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
            #expect(byte.isToken == (isLetter || token.contains(byte)))
            let isControl = (byte < 0x20 && byte != 0x09) || byte == 0x7F
            #expect(byte.isAllowedInValue == !isControl)
        }
    }

    /// Every byte at every place of a word, among neighbours that could confuse carries.
    @Test(arguments: [0x00, 0x1F, 0x20, 0x2D, 0x41, 0x7F, 0x80, 0xFF] as [UInt8])
    func wordsKnowTheirBytes(_ neighbour: UInt8) {
        for place in 0..<8 {
            for byte in UInt8.min...UInt8.max {
                var bytes = [UInt8](repeating: neighbour, count: 8)
                bytes[place] = byte
                let word = bytes.span.word(at: 0)
                let names = word.nameBytes
                let lower = word.lowercasedBytes
                for index in 0..<8 {
                    let own = bytes[index]
                    let isName =
                        own.isToken && (own.isDigit || own == 0x2D || own.lowercased &- 97 < 26)
                    #expect((names >> (8 * UInt64(index)) & 0x80 != 0) == isName)
                    #expect(
                        UInt8(truncatingIfNeeded: lower >> (8 * UInt64(index))) == own.lowercased)
                }
                let firstLow = bytes.firstIndex { $0 < 0x20 }
                let low = word.bytesBelow(0x20)
                #expect((low == 0 ? nil : low.firstMarkedByte) == firstLow)
                let firstZero = bytes.firstIndex(of: 0)
                #expect((word.zeroBytes == 0 ? nil : word.zeroBytes.firstMarkedByte) == firstZero)
            }
        }
    }

    @Test func searches() {
        for count in 0...40 {
            for place in 0..<count {
                var bytes = [UInt8](repeating: UInt8(ascii: "a"), count: count)
                for forbidden: UInt8 in [0, 0x0A, 0x0D, 0x1F, 0x7F] {
                    bytes[place] = forbidden
                    #expect(bytes.span.firstForbiddenInValue(from: 0) == place)
                    #expect(bytes.span.firstForbiddenInValue(from: place + 1) == count)
                    #expect(bytes.span.firstIndex(of: forbidden) == place)
                    #expect(bytes.span.firstIndex(of: forbidden, from: place + 1) == nil)
                }
                for allowed: UInt8 in [0x09, 0x20, 0x7E, 0x80, 0xFF] {
                    bytes[place] = allowed
                    #expect(bytes.span.firstForbiddenInValue(from: 0) == count)
                }
            }
        }
    }

    private func same(_ left: [UInt8], _ right: [UInt8]) -> Bool { left.span.equals(right.span) }

    private func alike(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        left.span.equalsIgnoringCase(right.span)
    }

    @Test func comparisons() {
        for count in 0...20 {
            let lower = (0..<count).map { UInt8(ascii: "a") + UInt8($0) }
            let upper = lower.map { $0 - 0x20 }
            #expect(same(lower, lower) && alike(lower, upper))
            #expect(count == 0 || !same(lower, upper))
            #expect(!same(lower, lower + [0]))
            #expect(!alike(lower, lower + [0]))
            for place in 0..<count {
                // The byte that differs from a letter in the bit of its case only, and is none.
                for other: UInt8 in [0x40, 0x5B, 0x60, 0x7B, 0x00, 0xE1] {
                    var changed = lower
                    changed[place] = other
                    #expect(!same(changed, lower))
                    #expect(!alike(changed, lower))
                    var pair = lower
                    pair[place] = other ^ 0x20
                    #expect(!alike(changed, pair))
                }
            }
        }
    }

    private func known(_ name: ByteString) -> KnownHeader { .named(name.span) }

    @Test(arguments: KnownHeader.allCases.filter { $0 != .other })
    func knownNamesAreRecognised(_ header: KnownHeader) {
        let name = header.name.description
        #expect(known(ByteString(name)) == header)
        #expect(known(ByteString(name.uppercased())) == header)
        #expect(known(ByteString(name + "x")) == .other)
        #expect(known(ByteString("x" + name)) == .other)
        var changed = ByteString(name)
        changed.storage[changed.count - 1] = UInt8(ascii: "_")
        #expect(known(changed) == .other)
        #expect(header.rawValue < 64, "KnownHeaders has a bit for each name")
    }

    @Test func shortNamesAreOthers() {
        #expect(known(ByteString()) == .other)
        #expect(known("t") == .other)
    }
}
