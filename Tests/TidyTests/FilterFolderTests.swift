import Testing

/// Every filter has the same shape, and says how far it may be trusted.
@Suite struct FilterFolderTests {
    @Test func filtersAreComplete() throws {
        let declared = Manifest(try Tree.file("Package.swift")).filters
        let folders = Set(Tree.files.compactMap(\.filterFolder))
        report(folders.sorted().flatMap { Self.missing(inFilter: $0, Tree.files) })
        for folder in folders.sorted() {
            let name = folder.split(separator: "/").last.map(String.init) ?? folder
            guard !declared.contains(name) else { continue }
            let call = folder.hasPrefix(TextFile.cookbook) ? "recipe" : "filter"
            report([
                Violation(
                    path: folder, advice: "add \(call)(\"\(name)\") to Package.swift, or remove")
            ])
        }
    }

    static func missing(inFilter folder: String, _ files: [TextFile]) -> [Violation] {
        var violations = ["Sources", "Tests"].filter { part in
            !files.contains { $0.path.hasPrefix("\(folder)/\(part)/") && $0.isSwift }
        }.map { Violation(path: folder, advice: "needs \($0)/ with Swift files") }
        guard let readme = files.first(where: { $0.path == "\(folder)/README.md" }) else {
            return violations + [
                Violation(
                    path: folder,
                    advice: "needs a README.md with a status and a security_posture line")
            ]
        }
        violations += ["status", "security_posture"].filter { field in
            !readme.lines.contains { Self.value(of: field, in: $0) != nil }
        }.map { Violation(path: readme.path, advice: "needs a line `\($0): …`") }
        return violations
    }

    /// The value of `field: value`, in whatever Markdown dress: a list, a table, bold or code.
    static func value(of field: String, in line: Substring) -> String? {
        let words = line.split { " \t-*|`:".contains($0) }
        return words.first.map(String.init) == field
            ? words.dropFirst().first.map(String.init) : nil
    }
}

@Suite struct FilterFolderRuleTests {
    @Test(arguments: [
        ("status: stable", "stable"), ("- **status**: alpha", "alpha"), ("| status | wip |", "wip"),
        ("status:", nil), ("the status: stable", nil),
    ])
    func readsFields(_ line: String, _ value: String?) {
        #expect(FilterFolderTests.value(of: "status", in: line[...]) == value)
    }

    @Test func findsWhatIsMissing() {
        let files = [
            TextFile(path: "filters/a/Sources/a.swift", text: ""),
            TextFile(path: "filters/a/README.md", text: "status: stable\n"),
        ]
        let missing = FilterFolderTests.missing(inFilter: "filters/a", files).map(\.description)
        #expect(
            missing == [
                "filters/a: needs Tests/ with Swift files",
                "filters/a/README.md: needs a line `security_posture: …`",
            ])
    }
}
