import Foundation
import Testing
import WeirScaffold

/// Files come all or not at all, and none is overwritten.
@Suite struct WritingTests {
    private let files = Scaffold(created: [
        .init("Package.swift", "// a\n"), .init("Sources/A/A.swift", "// b\n"),
        .init("README.md", "c\n"),
    ])

    @Test func foldersAreMade() throws {
        let place = try TemporaryFolder()
        try files.write(into: place.path + "/deep/er")
        #expect(
            try place.tree() == [
                "deep", "deep/er", "deep/er/Package.swift", "deep/er/README.md",
                "deep/er/Sources", "deep/er/Sources/A", "deep/er/Sources/A/A.swift",
            ])
        #expect(try place.text("deep/er/README.md") == "c\n")
    }

    @Test func nothingIsOverwritten() throws {
        let place = try TemporaryFolder()
        try place.write("mine\n", to: "README.md")
        let error = #expect(throws: ScaffoldError.self) { try files.write(into: place.path) }
        #expect(
            error?.description == "\(place.path)/README.md: is there already; nothing was written")
        #expect(try place.tree() == ["README.md"])
        #expect(try place.text("README.md") == "mine\n")
    }

    @Test func aFileInPlaceOfAFolderIsNamed() throws {
        let place = try TemporaryFolder()
        try place.write("", to: "Sources")
        let error = #expect(throws: ScaffoldError.self) { try files.write(into: place.path) }
        #expect(error?.description == "\(place.path)/Sources: is a file, not a folder")
        #expect(try place.tree() == ["Sources"])
    }

    @Test func whatIsMissingCannotBeChanged() throws {
        let place = try TemporaryFolder()
        try place.write("old\n", to: "list")
        var scaffold = files
        scaffold.changed = [.init("list", "new\n"), .init("missing", "new\n")]
        let error = #expect(throws: ScaffoldError.self) { try scaffold.write(into: place.path) }
        #expect(error?.description.hasPrefix("\(place.path)/missing: cannot be changed") == true)
        #expect(try place.tree() == ["list"])
        #expect(try place.text("list") == "old\n")
    }
}

/// A folder that goes with the test.
final class TemporaryFolder {
    let path: String

    init() throws {
        let url = FileManager.default.temporaryDirectory.resolvingSymlinksInPath()
            .appending(path: "weir-scaffold-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func tree() throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: path).sorted()
    }

    func text(_ file: String) throws -> String {
        try String(contentsOfFile: "\(path)/\(file)", encoding: .utf8)
    }

    func write(_ text: String, to file: String) throws {
        let url = URL(fileURLWithPath: "\(path)/\(file)")
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: url)
    }
}
