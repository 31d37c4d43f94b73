import Testing

@Suite struct SwiftTokensTests {
    func words(_ source: String) -> [String] {
        TextFile(path: "a.swift", text: source).tokens.filter { $0.kind == .word }.map(\.text)
    }

    @Test(arguments: [
        ("a // b\nc", ["a", "c"]),
        ("a /* b /* c */ d */ e", ["a", "e"]),
        (#"a "b" c"#, ["a", "c"]),
        (#"a "\"b" c"#, ["a", "c"]),
        (#"a "b \(c("d")) e" f"#, ["a", "c", "f"]),
        ("a \"\"\"\n b \"c\" d\n \"\"\" e", ["a", "e"]),
        ("a #\"b \" \\(c) \\#(d)\"# e", ["a", "d", "e"]),
        ("#if a", ["if", "a"]),
    ])
    func onlyCodeHasWords(_ source: String, _ expected: [String]) {
        #expect(words(source) == expected)
    }

    @Test func tokensKnowTheirLine() {
        let file = TextFile(path: "a.swift", text: "a\n\"\"\"\n\n\"\"\"\n/*\n*/ b")
        #expect(file.tokens.map(\.line) == [1, 2, 6])
    }
}
