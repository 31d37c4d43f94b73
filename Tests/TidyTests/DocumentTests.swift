import Foundation
import Testing

/// What documents point at exists: files, headings, make targets, packages.
@Suite struct DocumentTests {
    static let documents = Tree.files.filter { $0.path.hasSuffix(".md") }

    @Test func linksResolve() {
        report(Self.documents.flatMap { Self.broken($0, exists: Tree.exists, in: Self.documents) })
    }

    @Test func makeTargetsExist() throws {
        let makefile = try Tree.file("Makefile")
        let targets = Set(
            makefile.lines.filter { $0.hasPrefix(".PHONY: ") }.map { $0.dropFirst(8) })
        report(
            (Self.documents + [try Tree.file(".ci/run")]).flatMap { document in
                Self.makeCalls(in: document).filter { !targets.contains($0.target[...]) }.map {
                    Violation(
                        path: document.path, line: $0.line,
                        advice: "the Makefile has no target '\($0.target)'")
                }
            })
    }

    @Test func makeInstallsWhatThePackageNeeds() throws {
        let tokens = try Tree.file("Package.swift").tokens
        let installed = Set(
            try Tree.file("Makefile").lines.compactMap { line -> Substring? in
                line.hasPrefix("\t") ? line.split(separator: " ").first?.dropFirst() : nil
            })
        for index in tokens.indices where tokens[index].isWord("apt") {
            let named = tokens[index...].prefix { !$0.isMark("]") }.filter { $0.kind == .string }
            for package in named where !installed.contains(package.text[...]) {
                report([
                    Violation(
                        path: "Makefile", advice: "add \(package.text), which Package.swift needs")
                ])
            }
        }
    }

    static func makeCalls(in file: TextFile) -> [(target: String, line: Int)] {
        file.lines.enumerated().flatMap { index, line -> [(target: String, line: Int)] in
            let isShell = !file.path.hasSuffix(".md")
            let starts = isShell ? ["make "] : ["`make ", "$ make "]
            return starts.compactMap { start in
                guard let range = line.range(of: start),
                    !isShell || range.lowerBound == line.startIndex
                else { return nil }
                let target = line[range.upperBound...].prefix { $0.isLetter || $0 == "-" }
                return target.isEmpty ? nil : (String(target), index + 1)
            }
        }
    }

    /// Relative links of a document that lead nowhere.
    static func broken(
        _ document: TextFile, exists: (String) -> Bool, in documents: [TextFile]
    ) -> [Violation] {
        links(in: document).compactMap { target, line in
            let parts = target.split(
                separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
            let path =
                parts[0].isEmpty ? document.path : resolve(String(parts[0]), from: document.folder)
            guard exists(path) else {
                return Violation(
                    path: document.path, line: line, advice: "links to \(target): no \(path) here")
            }
            guard parts.count == 2, let linked = documents.first(where: { $0.path == path }),
                !headings(of: linked).contains(String(parts[1]))
            else { return nil }
            return Violation(
                path: document.path, line: line,
                advice: "links to \(target): \(path) has no heading for #\(parts[1])")
        }
    }

    /// Targets of relative links outside code, in `[text](target)` and `[name]: target` form.
    static func links(in document: TextFile) -> [(target: String, line: Int)] {
        prose(of: document).flatMap { number, line -> [(target: String, line: Int)] in
            var targets = line.components(separatedBy: "](").dropFirst().map {
                String($0.prefix { $0 != ")" && $0 != " " })
            }
            if line.hasPrefix("["), let name = line.range(of: "]: ") {
                targets.append(String(line[name.upperBound...].prefix { $0 != " " }))
            }
            return targets.filter { !$0.contains(":") && !$0.isEmpty }.map { ($0, number) }
        }
    }

    /// Numbered lines without code, fenced or between backticks.
    static func prose(of document: TextFile) -> [(number: Int, line: String)] {
        var inFence = false
        return document.lines.enumerated().compactMap { index, line in
            if line.drop(while: { $0 == " " }).hasPrefix("```") {
                inFence.toggle()
                return nil
            }
            guard !inFence else { return nil }
            let outside = line.split(separator: "`", omittingEmptySubsequences: false).enumerated()
                .filter { $0.offset.isMultiple(of: 2) }.map(\.element)
            return (index + 1, outside.joined(separator: "`"))
        }
    }

    /// What GitHub makes of a document's headings in links.
    static func headings(of document: TextFile) -> Set<String> {
        var inFence = false
        let slugs = document.lines.compactMap { line -> String? in
            if line.hasPrefix("```") { inFence.toggle() }
            guard !inFence, line.hasPrefix("#") else { return nil }
            let title = line.drop { $0 == "#" }.drop { $0 == " " }.lowercased()
            return String(
                title.compactMap { character -> Character? in
                    if character == " " { return "-" }
                    let kept = character.isLetter || character.isNumber || "-_".contains(character)
                    return kept ? character : nil
                })
        }
        return Set(slugs)
    }

    static func resolve(_ target: String, from folder: String) -> String {
        var parts = target.hasPrefix("/") ? [] : folder.split(separator: "/").map(String.init)
        for part in target.split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(String(part)) }
        }
        return parts.joined(separator: "/")
    }
}

@Suite struct DocumentRuleTests {
    @Test func findsBrokenLinks() {
        let text = """
            # A title: with `code`
            [good](../docs/b.md), [bad](c.md), [web](https://e.example), [here](#a-title-with-code)
            [part](b.md#no-such) and `[code](d.md)`

            ```
            [fenced](e.md)
            ```
            [name]: ./f.md
            """
        let document = TextFile(path: "docs/a.md", text: text)
        let other = TextFile(path: "docs/b.md", text: "# B\n")
        let broken = DocumentTests.broken(
            document, exists: { ["docs/a.md", "docs/b.md"].contains($0) }, in: [document, other])
        #expect(broken.map(\.line) == [2, 3, 8])
    }

    @Test func findsMakeCalls() {
        let document = TextFile(path: "a.md", text: "Use `make run`.\n$ make test\nmake sure\n")
        #expect(DocumentTests.makeCalls(in: document).map(\.target) == ["run", "test"])
        let script = TextFile(path: ".ci/run", text: "# make me\nmake lint\n")
        #expect(DocumentTests.makeCalls(in: script).map(\.line) == [2])
    }
}
