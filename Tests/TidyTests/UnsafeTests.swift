import Testing

/// Memory safety is why this is Swift: unsafe code lives in few files, which a list names.
@Suite struct UnsafeTests {
    @Test func unsafeCodeLivesInListedFiles() throws {
        let listed = Exceptions(try Tree.file("Tests/TidyTests/unsafe-files.txt"))
        report(listed.unexplained)
        let unsafe = Tree.files.filter { $0.isShippedSwift && !$0.isGenerated }.flatMap(
            Self.firstUse)
        report(
            unsafe.filter { listed.entry($0.path) == nil })
        for entry in listed.entries where !unsafe.contains(where: { $0.path == entry.path }) {
            report([listed.violation(entry, "has no unsafe code any more; take it off the list")])
        }
    }

    /// The first unsafe construct of a file: one suffices to need a place on the list.
    static func firstUse(in file: TextFile) -> [Violation] {
        let found = file.tokens.first { token in
            guard token.kind == .word else { return false }
            return token.text == "unsafe" || token.text == "OpaquePointer"
                || (token.text.hasPrefix("Unsafe") && token.text != "Unsafe")
        }
        return found.map {
            [
                Violation(
                    path: file.path, line: $0.line,
                    advice: "unsafe code (\($0.text)); use a Span or a safe wrapper, or move it to "
                        + "a file of Tests/TidyTests/unsafe-files.txt")
            ]
        } ?? []
    }
}

@Suite struct UnsafeRuleTests {
    @Test(arguments: [
        ("let x = unsafe pointer.pointee", true),
        ("nonisolated(unsafe) var x = 1", true),
        ("func f(_ p: UnsafeRawPointer) {}", true),
        ("let unsafeOptions = [\"unsafe\"]  // unsafe", false),
    ])
    func findsUnsafeCode(_ source: String, _ isUnsafe: Bool) {
        let file = TextFile(path: "Sources/WeirBase/a.swift", text: source)
        #expect(UnsafeTests.firstUse(in: file).isEmpty == !isUnsafe)
    }
}
