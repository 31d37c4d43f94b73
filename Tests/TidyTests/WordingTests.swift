import Testing

/// What does not belong in the text of any file, or in the code of a library.
@Suite struct WordingTests {
    @Test func librariesNeitherPrintNorGiveUp() {
        let libraries = Tree.files.filter {
            $0.isShippedSwift && !$0.isGenerated && !$0.path.hasPrefix("Plugins/")
                && $0.coreModule != "weir" && $0.coreModule != "WeirGateway"
        }
        report(libraries.flatMap(Self.bannedCalls))
    }

    @Test func nothingIsLeftForLater() {
        report(Tree.files.filter { !$0.isFixture }.flatMap(Self.unfinished))
    }

    @Test func whitespaceIsClean() {
        report(Tree.files.filter { !$0.isFixture }.flatMap(Self.strayWhitespace))
    }

    static func bannedCalls(in file: TextFile) -> [Violation] {
        let tokens = file.tokens
        return tokens.indices.dropLast().compactMap { index in
            let token = tokens[index]
            let isMember = index > 0 && (tokens[index - 1].isMark(".") || isDeclared(tokens, index))
            let advice: String
            switch (token.text, tokens[index + 1].text) {
            case ("fatalError", "(") where !isMember:
                advice = "throw, or name the broken invariant in a precondition, not fatalError"
            case ("try", "!"):
                advice = "handle the error, not try!"
            case ("print", "(") where !isMember:
                advice = "log with swift-log or return the text; only the command prints"
            default: return nil
            }
            return Violation(path: file.path, line: token.line, advice: advice)
        }
    }

    private static func isDeclared(_ tokens: [Token], _ index: Int) -> Bool {
        tokens[index - 1].isWord("func")
    }

    static func unfinished(in file: TextFile) -> [Violation] {
        let marks: Set = ["TO" + "DO", "FIX" + "ME", "XX" + "X"]
        guard marks.contains(where: { file.text.contains($0) }) else { return [] }
        return file.lines.enumerated().compactMap { index, line in
            let words = line.split { !$0.isLetter && !$0.isNumber && $0 != "_" }
            guard let mark = words.first(where: { marks.contains(String($0)) }) else { return nil }
            return Violation(
                path: file.path, line: index + 1,
                advice: "\(mark): do it now, or open an issue and say here what holds today")
        }
    }

    static func strayWhitespace(in file: TextFile) -> [Violation] {
        var violations = file.text.utf8.split(
            separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false
        ).enumerated().compactMap { index, line -> Violation? in
            switch line.last {
            case UInt8(ascii: "\r"):
                Violation(path: file.path, line: index + 1, advice: "end lines with LF alone")
            case UInt8(ascii: " "), UInt8(ascii: "\t"):
                Violation(path: file.path, line: index + 1, advice: "remove trailing whitespace")
            default: nil
            }
        }
        if !file.text.isEmpty,
            !file.text.utf8.reversed().starts(with: [UInt8(ascii: "\n")])
                || file.text.hasSuffix("\n\n")
        {
            violations.append(Violation(path: file.path, advice: "end the file with one newline"))
        }
        return violations
    }
}

@Suite struct WordingRuleTests {
    @Test func findsBannedCalls() {
        let source = """
            print("a")
            log.print("fatalError()")
            fatalError()
            let x = try! f()
            func print(_ x: Int) {}
            debugPrint(x)
            """
        let file = TextFile(path: "Sources/WeirBase/a.swift", text: source)
        #expect(WordingTests.bannedCalls(in: file).map(\.line) == [1, 3, 4])
    }

    @Test func findsUnfinishedWork() {
        let mark = "TO" + "DO"
        let file = TextFile(path: "a", text: "mktemp XXXXXX\n# \(mark): later\n\(mark)S\n")
        #expect(WordingTests.unfinished(in: file).map(\.line) == [2])
    }

    @Test func findsStrayWhitespace() {
        let file = TextFile(path: "a", text: "a\r\nb \nc\t\nd")
        #expect(WordingTests.strayWhitespace(in: file).map(\.line) == [1, 2, 3, nil])
    }
}
