import Testing

/// Pages that list what the code has list all of it, and nothing else.
@Suite struct ReferencePageTests {
    /// Words with underscores in code that an outsider may meet: causes, and names of metrics.
    static let code = Tree.files.filter { file in
        file.isShippedSwift && !file.isGenerated && !file.isRecipe
            && (file.filterName != nil
                || ["WeirServer", "WeirUpstream", "WeirConnection", "WeirHTTP", "WeirFilter"]
                    .contains(file.coreModule))
    }

    @Test func causesAreExplained() throws {
        let page = try Tree.file("docs/operations/causes.md")
        report(Self.differences(Set(Self.code.flatMap(Self.causes)), page, "cause"))
    }

    @Test func metricsAreExplained() throws {
        let page = try Tree.file("docs/operations/metrics.md")
        report(Self.differences(Set(Self.code.flatMap(Self.metrics)), page, "metric"))
    }

    /// Names that standards have given to members of documents which the code reads.
    private static let foreign: Set = ["key_ops"]

    /// Why the gateway answered: words joined by underscores, and whatever follows `cause:`.
    static func causes(in file: TextFile) -> [String] {
        let tokens = file.tokens
        return tokens.indices.compactMap { index in
            let text = tokens[index].text
            guard tokens[index].kind == .string, isWords(text) else { return nil }
            let isLabelled =
                index > 1 && tokens[index - 1].isMark(":") && tokens[index - 2].isWord("cause")
            if isLabelled { return text }
            // Metrics, and what filters say of their security posture, are joined by them too.
            let isOther =
                text.hasPrefix("weir_") || text.contains("trusted_") || foreign.contains(text)
            return text.contains("_") && !isOther ? text : nil
        }
    }

    static func metrics(in file: TextFile) -> [String] {
        file.tokens.filter { $0.kind == .string && $0.text.hasPrefix("weir_") }.map(\.text)
    }

    private static func isWords(_ text: String) -> Bool {
        text.first?.isLetter == true
            && text.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x61...0x7A, UInt8(ascii: "_"): true
                default: false
                }
            }
    }

    /// Names that start a row of the page's tables: "| `name` | …".
    static func rows(of page: TextFile) -> [(name: String, line: Int)] {
        page.lines.enumerated().compactMap { index, line in
            guard line.hasPrefix("| `") else { return nil }
            return (String(line.dropFirst(3).prefix { $0 != "`" }), index + 1)
        }
    }

    static func differences(
        _ names: Set<String>, _ page: TextFile, _ kind: String
    ) -> [Violation] {
        let rows = rows(of: page)
        let missing = names.subtracting(rows.map(\.name)).sorted().map {
            Violation(path: page.path, advice: "explain the \(kind) \($0) in a row of its own")
        }
        let dead = rows.filter { !names.contains($0.name) }.map {
            Violation(
                path: page.path, line: $0.line,
                advice: "\($0.name) is no \(kind) of the code any more")
        }
        return missing + dead
    }
}

@Suite struct ReferencePageRuleTests {
    @Test func findsCauses() {
        let source = """
            respond(LocalResponse(status: 403, cause: "admin"))
            return (due, 504, "route_timeout")
            case .badMethod: "bad_method"
            let names = ["weir_up", "request id", "path", "robust_to_untrusted_downstream"]
            """
        let file = TextFile(path: "Sources/WeirServer/a.swift", text: source)
        #expect(
            ReferencePageTests.causes(in: file) == ["admin", "route_timeout", "bad_method"])
        #expect(ReferencePageTests.metrics(in: file) == ["weir_up"])
    }

    @Test func comparesWithRows() {
        let page = TextFile(path: "a.md", text: "| cause |\n|---|\n| `old` | x |\n| `new` | y |\n")
        let found = ReferencePageTests.differences(["new", "newer"], page, "cause")
        #expect(found.map(\.line) == [nil, 3])
    }
}
