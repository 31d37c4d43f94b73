import Testing
import WeirBase

@Suite struct JSONReaderTests {
    private func read(
        _ text: String, _ reader: JSONReader = JSONReader()
    ) throws(JSONError) -> JSONValue {
        try read(Array(text.utf8), reader)
    }

    private func read(
        _ bytes: [UInt8], _ reader: JSONReader = JSONReader()
    ) throws(JSONError) -> JSONValue {
        try reader.read(bytes.span)
    }

    @Test func readsEveryKindOfValue() throws {
        #expect(
            try read(#" {"a" : [1, -2.5e1, "x", true, false, null, {}, []] , "b":{"c":""}}  "#)
                == .object([
                    .init(
                        "a",
                        .array([
                            .integer(1), .number(-25), .string("x"), .bool(true), .bool(false),
                            .null, .object([]), .array([]),
                        ])), .init("b", .object([.init("c", .string(""))])),
                ]))
        #expect(try read("\t\r\n \"alone\"") == .string("alone"))
    }

    @Test(arguments: [
        ("0", JSONValue.integer(0)), ("-0", .integer(0)), ("1767225600", .integer(1_767_225_600)),
        ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
        ("9223372036854775808", .number(9_223_372_036_854_775_808)), ("1.0", .number(1)),
        ("1e2", .number(100)), ("1E+2", .number(100)), ("25e-1", .number(2.5)),
    ])
    func readsNumbers(_ text: String, _ value: JSONValue) throws {
        #expect(try read(text) == value)
    }

    @Test(arguments: [
        (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"), (#""\u00e9""#, "é"),
        (#""a\u0000b""#, "a\0b"), (#""\uD83D\uDE00!""#, "😀!"), (#""é😀\n€""#, "é😀\n€"),
        (#""\u007f""#, "\u{7F}"), ("\"\u{7F}\"", "\u{7F}"),
    ])
    func readsText(_ text: String, _ value: String) throws {
        let read = try #require(try read(text).string)
        #expect(Array(read.utf8) == Array(value.utf8))
    }

    @Test(arguments: [
        ("", "the text ends too early", 0), ("  ", "the text ends too early", 2),
        ("[1", "expected `,` or `]`", 2), ("[1,", "the text ends too early", 3),
        ("[1,]", "expected a value", 3), ("[,1]", "expected a value", 1),
        ("[1 2]", "expected `,` or `]`", 3), ("{", "expected the name of a member", 1),
        ("{,}", "expected the name of a member", 1), (#"{"a"}"#, "expected `:`", 4),
        (#"{"a":}"#, "expected a value", 5), (#"{"a":1,}"#, "expected the name of a member", 7),
        (#"{"a":1 "b":2}"#, "expected `,` or `}`", 7),
        ("{1:2}", "expected the name of a member", 1),
        ("1 2", "something follows the value", 2), ("{}x", "something follows the value", 2),
        ("{}\0", "something follows the value", 2), ("nul", "expected a value", 0),
        ("True", "expected a value", 0), ("NaN", "expected a value", 0),
        ("nullx", "something follows the value", 4), ("\u{FEFF}{}", "expected a value", 0),
        ("\u{B}1", "expected a value", 0), ("// c\n1", "expected a value", 0),
        ("'a'", "expected a value", 0), ("01", "a number begins with a zero too many", 0),
        ("-01", "a number begins with a zero too many", 0), ("+1", "expected a value", 0),
        ("-", "expected a digit", 1), ("1.", "expected a digit", 2), (".5", "expected a value", 0),
        ("1e", "expected a digit", 2), ("1e+", "expected a digit", 3),
        ("0x10", "something follows the value", 1), ("1e400", "a number is too large", 0),
        (#"""#, "the text ends too early", 1), (#""a\"#, "the text ends too early", 2),
        (#""\x""#, "there is no such escape", 1),
        (#""\u12g4""#, "expected four hexadecimal digits", 1),
        (#""\u12"#, "expected four hexadecimal digits", 1),
        (#""\uD800""#, "an escape stands for half a character", 1),
        (#""\uDC00""#, "an escape stands for half a character", 1),
        (#""\uD800\uD800""#, "an escape stands for half a character", 1),
        (#""\uD800\n""#, "an escape stands for half a character", 1),
        (#""\uD800A""#, "an escape stands for half a character", 1),
        ("\"a\nb\"", "a control character stands in text without escape", 2),
        ("\"\\n\t\"", "a control character stands in text without escape", 3),
        (#"{"a":1,"b":2,"a":3}"#, "there is a member of that name already", 13),
        (#"{"a":1,"\u0061":3}"#, "there is a member of that name already", 7),
    ])
    func refuses(_ text: String, _ problem: String, _ offset: Int) {
        let error = #expect(throws: JSONError.self) { try read(text) }
        #expect(error?.problem == problem && error?.offset == offset, "\(text): \(error as Any)")
    }

    @Test(
        arguments: [
            [0x22, 0xFF, 0x22], [0x22, 0xC0, 0x80, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22],
            [0x22, 0xF4, 0x90, 0x80, 0x80, 0x22], [0x22, 0xC3, 0x22],
        ] as [[UInt8]])
    func refusesWhatIsNotUTF8(_ bytes: [UInt8]) {
        let error = #expect(throws: JSONError.self) { try read(bytes) }
        #expect(error?.problem == "the text is not UTF-8" && error?.offset == 1)
    }

    @Test func escapesDoNotCompleteCharacters() {
        #expect(throws: JSONError.self) { try read([0x22, 0x5C, 0x6E, 0xC3, 0x5C, 0x6E, 0x22]) }
        #expect(throws: JSONError.self) { try read([0x22, 0xC3, 0x5C, 0x6E, 0x22]) }
    }

    @Test func depthIsBounded() throws {
        func nested(_ count: Int) -> String {
            String(repeating: "[", count: count) + String(repeating: "]", count: count)
        }
        _ = try read(nested(32))
        #expect(throws: JSONError.self) { try read(nested(33)) }
        #expect(throws: JSONError.self) { try read(String(repeating: "{\"a\":", count: 100_000)) }
        // A bound that the stack could not bear is not taken.
        let deep = JSONReader(depthLimit: .max)
        _ = try read(nested(256), deep)
        #expect(throws: JSONError.self) { try read(nested(257), deep) }
    }

    @Test func sizeIsBounded() throws {
        _ = try read("\"abc\"", JSONReader(sizeLimit: 5))
        let error = #expect(throws: JSONError.self) {
            try read("\"abcd\"", JSONReader(sizeLimit: 5))
        }
        #expect(error?.offset == 5)
        #expect(throws: JSONError.self) { try read(String(repeating: "1", count: 401)) }
    }

    @Test func duplicatesMayBeTaken() throws {
        let reader = JSONReader(keepsFirstOfDuplicates: true)
        #expect(
            try read(#"{"a":1,"a":2,"b":3}"#, reader)
                == .object([.init("a", .integer(1)), .init("b", .integer(3))]))
    }

    @Test func aLongObjectCostsNoMoreThanItsLength() throws {
        let members = (0..<50_000).map { "\"k\($0)\":0" }.joined(separator: ",")
        guard case .object(let read) = try read("{\(members)}") else { return #expect(Bool(false)) }
        #expect(read.count == 50_000)
    }

    @Test func noBytesBreakIt() {
        var random = SplitMix(state: 7)
        let seeds = [
            #"{"a":[1,-2.5e1,"x\uD83D\uDE00",true,null],"b":{"c":"é"}}"#, #"["\u00e9",1e5,{}]"#,
        ].map { Array($0.utf8) }
        for round in 0..<20_000 {
            var bytes = seeds[round % 2]
            for _ in 0...Int(random.next() % 3) {
                let index = Int(random.next() % UInt64(bytes.count))
                switch random.next() % 3 {
                case 0: bytes[index] = UInt8(truncatingIfNeeded: random.next())
                case 1: bytes.remove(at: index)
                default: bytes.insert(UInt8(truncatingIfNeeded: random.next()), at: index)
                }
            }
            // Whatever comes of it, it is a value or an error inside the text.
            do {
                _ = try read(bytes)
            } catch {
                #expect((0...bytes.count).contains(error.offset))
            }
        }
    }

    private struct SplitMix {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }
}
