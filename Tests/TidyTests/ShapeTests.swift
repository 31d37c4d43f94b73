import Testing

/// Small files, short functions, short lines. Exceptions are listed and may only shrink.
@Suite struct ShapeTests {
    static let lineLength = 100
    static let fileLength = 500
    static let functionLength = 70

    static let code = Tree.files.filter { file in
        let endings = [".swift", ".c", ".cc", ".h", ".py", ".lua", ".sh"]
        return endings.contains { file.path.hasSuffix($0) } && !file.isGenerated && !file.isFixture
            || file.name == "Makefile" || file.folder == ".ci"
    }

    @Test func linesAreShort() {
        report(Self.code.flatMap(Self.longLines))
    }

    @Test func filesAreSmall() throws {
        let listed = Exceptions(try Tree.file("Tests/TidyTests/long-files.txt"))
        let lengths = Self.code.map { Measured(path: $0.path, line: nil, length: $0.lines.count) }
        report(listed.unexplained)
        report(
            Self.tooLong(lengths, limit: Self.fileLength, listed, "split it by what its parts do"))
    }

    @Test func functionsAreShort() throws {
        let listed = Exceptions(try Tree.file("Tests/TidyTests/long-functions.txt"))
        let lengths = Self.code.filter(\.isShippedSwift).flatMap(Self.functions)
        report(listed.unexplained)
        report(
            Self.tooLong(lengths, limit: Self.functionLength, listed, "move steps to functions"))
    }

    static func longLines(in file: TextFile) -> [Violation] {
        file.lines.enumerated().filter { $1.utf8.count > lineLength && $1.count > lineLength }
            .filter { !$1.contains("https://") && !$1.contains("http://") }
            .map { index, line in
                Violation(
                    path: file.path, line: index + 1,
                    advice: "\(line.count) columns; break it at \(lineLength)")
            }
    }

    /// Something whose length has a limit. The path of a function ends with `:name`.
    struct Measured: Equatable {
        let path: String
        let line: Int?
        let length: Int
    }

    static func tooLong(
        _ all: [Measured], limit: Int, _ listed: Exceptions, _ advice: String
    ) -> [Violation] {
        let over = all.filter { $0.length > (listed.entry($0.path)?.number ?? limit) }.map {
            Violation(
                path: $0.path, line: $0.line,
                advice: "\($0.length) lines, of \(listed.entry($0.path)?.number ?? limit) allowed; "
                    + "\(advice), or list it in \(listed.file.path)")
        }
        let idle = listed.entries.filter { entry in
            !all.contains { $0.path == entry.path && $0.length > limit }
        }.map { listed.violation($0, "is no longer over \(limit) lines; take it off the list") }
        return over + idle
    }

    /// Every function and initialiser with a body; of overloads with one name, the longest.
    static func functions(in file: TextFile) -> [Measured] {
        let tokens = file.tokens
        var found: [Measured] = []
        for index in tokens.indices {
            guard let name = declaredName(tokens[index...]),
                let end = bodyEnd(of: tokens[(index + 1)...])
            else { continue }
            let length = tokens[end].line - tokens[index].line + 1
            let path = "\(file.path):\(name)"
            let twin = found.firstIndex { $0.path == path }
            if let twin, found[twin].length >= length { continue }
            if let twin { found.remove(at: twin) }
            found.append(Measured(path: path, line: tokens[index].line, length: length))
        }
        return found
    }

    private static func declaredName(_ tokens: ArraySlice<Token>) -> String? {
        guard let first = tokens.first, let next = tokens.dropFirst().first else { return nil }
        if first.isWord("func") { return next.text }
        if first.isWord("deinit") { return "deinit" }
        return first.isWord("init") && ["(", "<", "?"].contains(next.text) ? "init" : nil
    }

    /// The index of the brace that closes the body; none for a requirement or a call.
    private static func bodyEnd(of tokens: ArraySlice<Token>) -> Int? {
        let declarations: Set = [
            "associatedtype", "case", "deinit", "enum", "extension", "func", "init", "let",
            "protocol", "static", "struct", "subscript", "typealias", "var",
        ]
        var parentheses = 0
        var braces = 0
        for index in tokens.indices {
            let token = tokens[index]
            guard token.kind != .string else { continue }
            switch token.text {
            case "(", "[": parentheses += 1
            case ")", "]": parentheses -= 1
            case "{" where parentheses == 0 || braces > 0: braces += 1
            case "}" where braces > 0:
                braces -= 1
                if braces == 0 { return index }
            case "}" where parentheses == 0: return nil
            case let word where braces == 0 && parentheses == 0 && declarations.contains(word):
                return nil
            default: break
            }
            if parentheses < 0, braces == 0 { return nil }
        }
        return nil
    }
}

@Suite struct ShapeRuleTests {
    @Test func measuresFunctions() {
        let source = """
            protocol P {
                func required(_ x: Int) -> Int
                init()
            }
            struct S: P {
                init() { self.init(x: { 1 }) }
                func required(
                    _ x: Int = { 3 }()
                ) -> Int {
                    if x > 1 {
                        return x
                    }
                    return x
                }
                let other = Self.init(x: 1)
                func after() {}
            }
            """
        let found = ShapeTests.functions(in: TextFile(path: "a.swift", text: source))
        #expect(
            found == [
                .init(path: "a.swift:init", line: 6, length: 1),
                .init(path: "a.swift:required", line: 7, length: 8),
                .init(path: "a.swift:after", line: 16, length: 1),
            ])
    }

    @Test func ratchetHoldsBothWays() {
        let list = TextFile(path: "list.txt", text: "a 600  # why\nb 700  # why\nc 800\n")
        let lengths = [("a", 601), ("b", 500), ("c", 800), ("d", 501)].map {
            ShapeTests.Measured(path: $0, line: nil, length: $1)
        }
        let listed = Exceptions(list)
        let violations = ShapeTests.tooLong(lengths, limit: 500, listed, "")
        #expect(violations.map(\.path) == ["a", "d", "list.txt"])
        #expect(listed.unexplained.map(\.line) == [3])
    }

    @Test func findsLongLines() {
        let text = String(repeating: "x", count: 100)
        let file = TextFile(path: "a", text: "\(text)\n\(text)x\n// https://e.example/\(text)\n")
        #expect(ShapeTests.longLines(in: file).map(\.line) == [2])
    }
}
