import Testing
import WeirPlugins

/// Filters are found in sources as people write them.
@Suite struct FilterScannerTests {
    private func filters(_ sources: String...) -> [String] {
        var scanner = FilterScanner()
        for source in sources { scanner.scan(source) }
        return scanner.filters.map { "\($0.type)=\($0.name ?? "?")" }
    }

    @Test(arguments: [
        "FilterFactory", "AsyncFilter", "ConnectionFilterFactory", "CodecFactory",
        "Sendable, FilterFactory", "WeirFilter.FilterFactory", "@unchecked Sendable,\n AsyncFilter",
    ])
    func findsEveryKind(_ inherited: String) {
        for kind in ["public struct", "public final class", "struct", "actor", "@MainActor enum"] {
            let source = "\(kind) Some: \(inherited) {\n static let name = \"some\"\n}"
            #expect(filters(source) == ["Some=some"], "\(kind)")
        }
    }

    @Test func findsExtensionsAndNestedTypes() {
        #expect(filters("struct A { }", "extension A: FilterFactory { }") == ["A=?"])
        #expect(
            filters("extension A { static let name = \"a\" }\nstruct A: FilterFactory {}")
                == ["A=a"])
        let nested = """
            public enum Filters {
                func other() { if true { } }
                public struct One: FilterFactory {
                    struct Configuration { let name: String }
                    public static var name: String { "one" }
                }
                struct Two: FilterFactory { static let name: String = "two" }
            }
            """
        #expect(filters(nested) == ["Filters.One=one", "Filters.Two=two"])
    }

    @Test func ordersByFileAndPlace() {
        let both = "struct B: FilterFactory {} ; struct A: FilterFactory {}"
        #expect(filters(both, "struct C: CodecFactory {}") == ["B=?", "A=?", "C=?"])
    }

    @Test(arguments: [
        "private struct A: FilterFactory {}",
        "fileprivate final class A: FilterFactory {}",
        "private enum Hidden { struct A: FilterFactory {} }",
        "func f() { struct A: FilterFactory {} }",
        "struct A<Inner: FilterFactory> {}",
        "struct A<Inner>: FilterFactory {}",
        "extension Array where Element: FilterFactory {}",
        "struct A { let factory: FilterFactory }",
        "protocol A: FilterFactory {}",
        "// struct A: FilterFactory {}",
        "/* struct A: /* nested */ FilterFactory {} */",
        "let text = \"struct A: FilterFactory {}\"",
        "let text = \"\"\"\nstruct A: FilterFactory {}\n\"\"\"",
        "let text = #\"a \" struct A: FilterFactory {}\"#",
        "let text = \"\\(f(\")\")) struct A: FilterFactory {}\"",
        "class func make() -> A: FilterFactory {}",
        "struct A: FilterFactoryLike {}", "{{{ }}}}} struct", "struct A:", "\"", "#", "/*", "\\(",
    ])
    func findsNothingElse(_ source: String) {
        #expect(filters(source).isEmpty)
    }

    @Test func aPrivateMemberHidesNoType() {
        let source = """
            struct A {
                private let x = 1
                private init() {}
            }
            struct B: FilterFactory { static let name = "b" }
            """
        #expect(filters(source) == ["B=b"])
    }

    @Test func namesThatAreMadeStayOpen() {
        let start = "struct A: FilterFactory { static let name ="
        #expect(filters("\(start) \"a-\\(1)\" }") == ["A=?"])
        #expect(filters("\(start) make() }") == ["A=?"])
    }
}
