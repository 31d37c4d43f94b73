import Foundation
import Testing
import WeirLiveTesting

/// Waits until the condition holds; fails the test when it never does.
func eventually(
    _ what: String, within limit: Duration = patience,
    sourceLocation: SourceLocation = #_sourceLocation, _ condition: () throws -> Bool
) throws {
    let deadline = Deadline(after: limit)
    while try !condition() {
        if deadline.hasPassed {
            Issue.record("never came true: \(what)", sourceLocation: sourceLocation)
            throw HarnessError("waited in vain for: \(what)")
        }
        usleep(2000)
    }
}

/// How long something took.
func measured(_ work: () throws -> Void) rethrows -> Duration {
    try ContinuousClock().measure { try work() }
}

/// The repository, found from where this file stands.
enum Repository {
    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().path

    /// The command under test: `WEIR_BINARY`, or the release build, or the debug build.
    static func binary() throws -> String {
        if let given = ProcessInfo.processInfo.environment["WEIR_BINARY"] { return given }
        let candidates = ["release", "debug"].map { "\(root)/.build/\($0)/weir" }
        guard let found = candidates.first(where: FileManager.default.isExecutableFile) else {
            throw HarnessError("no binary: `swift build --product weir`, or set WEIR_BINARY")
        }
        return found
    }
}

/// A folder that goes away with its owner.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "weir-integration-" + UUID().uuidString.prefix(13)
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ text: String, to name: String) throws {
        try text.write(toFile: "\(path)/\(name)", atomically: true, encoding: .utf8)
    }

    /// A file's text; empty when there is none.
    func read(_ name: String) -> String {
        guard let data = FileManager.default.contents(atPath: "\(path)/\(name)") else { return "" }
        return String(decoding: data, as: UTF8.self)
    }
}
