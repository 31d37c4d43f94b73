import Testing

/// The cookbook quotes its filters as they are, and has a section for each of them.
@Suite struct CookbookPageTests {
    static let sources = Tree.files.filter { $0.isRecipe && $0.isShippedSwift }

    @Test func quotationsAreVerbatim() throws {
        let page = try Tree.file("docs/filters/cookbook.md")
        report(Self.misquoted(in: page, Self.sources))
    }

    @Test func everyRecipeHasASection() throws {
        let page = try Tree.file("docs/filters/cookbook.md")
        let headings = DocumentTests.headings(of: page)
        let recipes = Set(Self.sources.compactMap(\.filterName))
        #expect(!recipes.isEmpty)
        report(
            recipes.subtracting(headings).sorted().map {
                Violation(path: page.path, advice: "give \($0) a section")
            })
    }

    /// Blocks of Swift that stand in none of the sources; how far lines are indented is no matter.
    static func misquoted(in page: TextFile, _ sources: [TextFile]) -> [Violation] {
        let texts = sources.map { flush($0.lines) }
        var block: [Substring]?
        var violations: [Violation] = []
        for (index, line) in page.lines.enumerated() {
            guard line.hasPrefix("```") else {
                block?.append(line)
                continue
            }
            if let quoted = block, !texts.contains(where: { $0.contains(flush(quoted)) }) {
                violations.append(
                    Violation(
                        path: page.path, line: index - quoted.count,
                        advice: "quote the source as it stands in examples/cookbook"))
            }
            block = line == "```swift" && block == nil ? [] : nil
        }
        return violations
    }

    private static func flush(_ lines: [Substring]) -> String {
        "\n" + lines.map { String($0.drop { $0 == " " }) }.joined(separator: "\n") + "\n"
    }
}

@Suite struct CookbookPageRuleTests {
    @Test func findsWhatIsMisquoted() {
        let source = TextFile(
            path: "examples/cookbook/a/Sources/a.swift", text: "func a() {\n    b()\n}\n")
        let page = TextFile(
            path: "docs/filters/cookbook.md",
            text: """
                ```swift
                b()
                }
                ```
                ```yaml
                c()
                ```
                ```swift
                b(
                ```
                """)
        #expect(CookbookPageTests.misquoted(in: page, [source]).map(\.line) == [8])
    }
}
