import Testing
import WeirBase
import WeirConfig
import WeirFilter

@Suite struct DecoderTests {
    struct Everything: Decodable, Equatable {
        var text: String
        var whole: Int
        var small: UInt8
        var real: Double
        var flag: Bool
        var longName: String?
        var list: [Int]
        var table: [String: [String]]
        var inner: Inner?
        var choice: Choice
    }

    struct Inner: Decodable, Equatable { var jwksURL: String }

    enum Choice: String, Decodable, CaseIterable { case one, two, three }

    @Test func decodesPlainTypes() {
        let (value, diagnostics) = ConfigText.decode(
            Everything.self,
            from: """
                text: 5
                whole: "-7"
                small: 255
                real: 1.5
                flag: true
                long-name: null
                list: [1, 2]
                table: {X-Name: [a], b: []}
                inner: {jwks-url: here}
                choice: two
                """)
        #expect(diagnostics.items.isEmpty)
        #expect(
            value
                == Everything(
                    text: "5", whole: -7, small: 255, real: 1.5, flag: true, longName: nil,
                    list: [1, 2], table: ["X-Name": ["a"], "b": []],
                    inner: Inner(jwksURL: "here"), choice: .two))
    }

    @Test func tellsAllErrorsAtOnce() {
        let (value, diagnostics) = ConfigText.decode(
            Everything.self,
            from: """
                whole: 1.5
                small: 256
                real: nan
                flag: yes
                longName: camel
                list: [1, x, 3, y]
                table: {a: 1, b: [], c: {}}
                inner: {jwks-uri: here}
                choice: for
                extra: 1
                """)
        #expect(value == nil)
        expect(
            diagnostics,
            [
                "1:1: the key `text` is missing",
                "1:8: whole: found `1.5`; expected a whole number",
                "2:8: small: found `256`; expected a whole number from 0 to 255",
                "3:7: real: found `nan`; expected a number",
                "4:7: flag: found `yes`; expected true or false",
                "5:1: longName: unknown key `longName`; did you mean `long-name`?",
                "6:11: list[1]: found `x`; expected a whole number",
                "6:17: list[3]: found `y`; expected a whole number",
                "7:12: table.a: found `1`; expected a list",
                "7:25: table.c: found an empty mapping; expected a list",
                "8:8: inner: the key `jwks-url` is missing",
                "8:9: inner.jwks-uri: unknown key `jwks-uri`; did you mean `jwks-url`?",
                "9:9: choice: found `for`; expected one of one, two, three",
                "10:1: extra: unknown key `extra`; expected one of choice, flag, inner, list, "
                    + "long-name, real, small, table, text, whole",
            ])
    }

    /// A type that takes text or a mapping.
    enum Target: Decodable, Equatable {
        case name(String)
        case full(Full)

        struct Full: Decodable, Equatable {
            var name: String
            var weight: Int?
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let name = try? container.decode(String.self) {
                self = .name(name)
            } else {
                self = .full(try container.decode(Full.self))
            }
        }
    }

    @Test func alternativesOfShape() {
        let good = ConfigText.decode([Target].self, from: "[a, {name: b, weight: 2}]")
        #expect(good.value == [.name("a"), .full(.init(name: "b", weight: 2))])
        #expect(good.diagnostics.items.isEmpty)
        let bad = ConfigText.decode([Target].self, from: "[{nam: a, weight: x}, {}, [1]]")
        expect(
            bad.diagnostics,
            [
                "1:2: [0]: the key `name` is missing",
                "1:3: [0].nam: unknown key `nam`; did you mean `name`?",
                "1:19: [0].weight: found `x`; expected a whole number",
                "1:23: [1]: the key `name` is missing",
                "1:27: [2]: found a list; expected a mapping",
            ])
    }

    /// An enumeration with values, decoded as the compiler does it.
    enum Action: Decodable, Equatable {
        case wait(seconds: Int)
        case stop
    }

    @Test func enumerationsWithValues() {
        let good = ConfigText.decode([Action].self, from: "[{wait: {seconds: 5}}, {stop: {}}]")
        #expect(good.value == [.wait(seconds: 5), .stop])
        let bad = ConfigText.decode(Action.self, from: "{wiat: {seconds: 5}}")
        #expect(bad.value == nil && bad.diagnostics.hasErrors)
    }

    struct Placed: Decodable { var names: [Located<String>] }

    @Test func placesAreKept() throws {
        let (value, _) = ConfigText.decode(Placed.self, from: "names:\n  - a\n  - b\n")
        let second = try #require(value?.names.last)
        #expect(second.value == "b")
        #expect(second.mark == SourceMark(line: 3, column: 5))
        #expect("\(second.path)" == "names[1]")
    }

    @Test func filtersCheckTheirOwn() {
        let type = FilterType(LimitFactory.self)
        let good = ConfigText.makeFactory(type, from: "{requests: 1, per: hour}")
        #expect((good.factory as? LimitFactory)?.configuration.per == .hour)
        let bad = ConfigText.makeFactory(type, from: "per: hour\nrequests: 0\n")
        #expect(bad.factory == nil)
        expect(bad.diagnostics, ["2:11: requests: at least one request must pass"])
        let bare = ConfigText.makeFactory(FilterType(BareFactory.self), from: "")
        #expect(bare.factory != nil)
    }
}

/// Compares diagnostics without the file's name and the word `error`.
func expect(
    _ diagnostics: Diagnostics, _ lines: [String], sourceLocation: SourceLocation = #_sourceLocation
) {
    let found = diagnostics.items.map { item in
        "\(item.mark): " + (item.path.isEmpty ? "" : "\(item.path): ") + item.sentence
    }
    #expect(found == lines, sourceLocation: sourceLocation)
}
