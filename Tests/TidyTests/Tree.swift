import Foundation
import Testing

/// A tracked text file.
struct TextFile: Sendable {
    /// Relative to the root of the repository.
    let path: String
    let text: String

    var name: String { String(path.split(separator: "/").last ?? "") }
    var folder: String { path.split(separator: "/").dropLast().joined(separator: "/") }
    var isSwift: Bool { path.hasSuffix(".swift") }

    /// Without their ends; a final newline starts no further line.
    var lines: [Substring] {
        let all = text.split(separator: "\n", omittingEmptySubsequences: false)
        return all.last == "" ? all.dropLast() : all
    }

    /// Made by a tool and committed with the command that makes it.
    var isGenerated: Bool { path.hasSuffix(".pb.swift") || path.contains("/Generated/") }

    /// Bytes that a test needs just so.
    var isFixture: Bool { path.contains("/Fixtures/") }

    /// Swift that ships: neither a test nor the manifest.
    var isShippedSwift: Bool {
        isSwift
            && ["Sources/", "Plugins/", "filters/", Self.cookbook].contains { path.hasPrefix($0) }
            && !path.contains("/Tests/")
    }

    /// The module of the core that it belongs to, as in `Sources/<module>/`.
    var coreModule: String? {
        let parts = path.split(separator: "/")
        return parts.count > 2 && parts[0] == "Sources" && isSwift ? String(parts[1]) : nil
    }

    /// The folder of the filters that do not ship but stand in the cookbook.
    static let cookbook = "examples/cookbook/"

    /// Whether it belongs to a filter of the cookbook.
    var isRecipe: Bool { filterName != nil && path.hasPrefix(Self.cookbook) }

    /// The filter that it belongs to, as in `filters/<name>/` or `examples/cookbook/<name>/`.
    var filterName: String? {
        let folder = ["filters/", Self.cookbook].first { path.hasPrefix($0) }
        let parts = path.dropFirst(folder?.count ?? path.count).split(separator: "/")
        return parts.count > 1 ? String(parts[0]) : nil
    }

    /// The folder of that filter.
    var filterFolder: String? {
        filterName.map { (isRecipe ? Self.cookbook : "filters/") + $0 }
    }
}

/// A broken rule: where, and how to mend it.
struct Violation: CustomStringConvertible {
    let path: String
    var line: Int?
    let advice: String

    var description: String { "\(path)\(line.map { ":\($0)" } ?? ""): \(advice)" }
}

/// The files of this repository, as git tracks them.
enum Tree {
    static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// Every tracked file that is text, in order of their paths.
    static let files: [TextFile] = paths.compactMap { path in
        let url = root.appending(path: path)
        guard let bytes = try? Data(contentsOf: url), !bytes.contains(0),
            let text = String(data: bytes, encoding: .utf8)
        else { return nil }
        return TextFile(path: path, text: text)
    }

    /// Every tracked path, with those of text that is not UTF-8.
    static let paths: [String] = {
        let git = Process()
        let output = Pipe()
        git.executableURL = URL(filePath: "/usr/bin/env")
        git.arguments = ["git", "-c", "safe.directory=*", "-C", root.path(), "ls-files", "-z"]
        git.standardOutput = output
        do {
            try git.run()
        } catch {
            Issue.record("the tidy tests list files with git, which does not start: \(error)")
            return []
        }
        let list = output.fileHandleForReading.readDataToEndOfFile()
        git.waitUntilExit()
        if git.terminationStatus != 0 { Issue.record("the tidy tests need a git checkout") }
        return String(decoding: list, as: UTF8.self).split(separator: "\0").map(String.init)
            .sorted()
    }()

    static func file(_ path: String) throws -> TextFile {
        try #require(files.first { $0.path == path }, "\(path) is not tracked")
    }

    static func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: root.appending(path: path).path())
    }
}

/// Fails the running test once per violation.
func report(_ violations: [Violation]) {
    for violation in violations { Issue.record("\(violation)") }
}

/// Exceptions to a rule, one a line: a path, perhaps a number, and the reason after `#`.
struct Exceptions {
    struct Entry {
        let path: String
        let number: Int?
        let line: Int
    }

    let file: TextFile
    let entries: [Entry]

    init(_ file: TextFile) {
        self.file = file
        entries = file.lines.enumerated().compactMap { index, line in
            let fields = line.prefix { $0 != "#" }.split(separator: " ")
            guard let path = fields.first else { return nil }
            return Entry(
                path: String(path), number: fields.dropFirst().first.flatMap { Int($0) },
                line: index + 1)
        }
    }

    func entry(_ path: String) -> Entry? { entries.first { $0.path == path } }

    func violation(_ entry: Entry, _ advice: String) -> Violation {
        Violation(path: file.path, line: entry.line, advice: "\(entry.path): \(advice)")
    }

    /// Entries without a reason.
    var unexplained: [Violation] {
        entries.compactMap { entry in
            let line = file.lines[entry.line - 1]
            let reason = line.drop { $0 != "#" }.dropFirst().drop { $0 == " " }
            return reason.isEmpty ? violation(entry, "say why after a #") : nil
        }
    }
}
