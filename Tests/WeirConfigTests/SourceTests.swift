import Testing
import WeirConfig
import WeirFilter

@Suite struct SourceTests {
    typealias Table = [String: String]

    static func table(_ yaml: String, _ environment: [String: String] = [:]) -> Table? {
        ConfigText.decode(Table.self, from: yaml, environment: environment).value
    }

    @Test(arguments: [
        ("$", "$"), ("$5", "$5"), ("^/v[0-9]+$", "^/v[0-9]+$"), ("$$", "$"), ("$${A}", "${A}"),
        ("${A}", "1"), ("x${A}y${B:-z}", "x1yz"), ("${B:-}", ""), ("${EMPTY:-d}", "d"),
        ("${EMPTY}", ""), ("${B:-a:-b}", "a:-b"), ("$$$${A}", "$${A}"), ("$$${A}", "$1"),
    ])
    func environment(_ text: String, _ expected: String) {
        let table = Self.table("k: '\(text)'", ["A": "1", "EMPTY": ""])
        #expect(table == ["k": expected])
    }

    @Test func environmentCannotChangeTheShape() {
        let table = Self.table("k: ${A}", ["A": "x\nother: y # {}"])
        #expect(table == ["k": "x\nother: y # {}"])
    }

    @Test func nullsAreMissing() {
        let (value, diagnostics) = ConfigText.decode(Table.self, from: "{a: ~, b: 'null', c: null}")
        #expect(value == nil)
        expect(diagnostics, ["1:1: the key `a` is missing", "1:1: the key `c` is missing"])
    }

    @Test func mergedKeysGiveWay() {
        let yaml = """
            one: &one {a: 1, b: 1}
            two: &two {b: 2, c: 2}
            all: {<<: [*one, *two], c: 3}
            """
        let value = ConfigText.decode([String: [String: Int]].self, from: yaml).value
        #expect(value?["all"] == ["a": 1, "b": 1, "c": 3])
    }

    @Test func errorsBehindAnAliasStandAtItsAnchor() {
        let yaml = "a: &x [1, b]\nc: *x\n"
        let result = ConfigText.decode([String: [Int]].self, from: yaml)
        expect(
            result.diagnostics,
            [
                "1:11: a[1]: found `b`; expected a whole number",
                "1:11: c[1]: found `b`; expected a whole number",
            ])
    }

    @Test func fileProblems() {
        let missing = GatewayConfiguration.load(
            file: "/nonexistent/weir.yaml", registry: [], environment: [:])
        #expect(missing.configuration == nil)
        #expect(
            missing.diagnostics.description
                == "/nonexistent/weir.yaml:1:1: error: the file does not exist")
        let folder = GatewayConfiguration.load(file: "/tmp", registry: [], environment: [:])
        #expect(folder.diagnostics.hasErrors)
    }

    @Test func byteOrderMarksAndWindowsLines() {
        #expect(Self.table("\u{FEFF}a: 1\r\nb: x\r\n") == ["a": "1", "b": "x"])
        expect(
            ConfigText.decode([String: Int].self, from: "a: 1\r\nb: x\r\n").diagnostics,
            ["2:4: b: found `x`; expected a whole number"])
    }

    @Test func deepNestingIsRefused() {
        let yaml = String(repeating: "[", count: 5000) + String(repeating: "]", count: 5000)
        let result = ConfigText.decode(Table.self, from: yaml)
        #expect(result.diagnostics.hasErrors)
    }

    @Test func columnsCountCharacters() {
        expect(
            ConfigText.decode([String: Int].self, from: "{ä: 1, ö€😀: x}").diagnostics,
            ["1:13: ö€😀: found `x`; expected a whole number"])
    }
}
