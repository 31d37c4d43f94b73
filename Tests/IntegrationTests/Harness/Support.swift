import Foundation
import Testing

/// Why a test cannot go on.
struct HarnessError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// A point in time after which waiting is over.
struct Deadline: Sendable {
    private let end: ContinuousClock.Instant

    init(after duration: Duration) { end = ContinuousClock.now + duration }

    var hasPassed: Bool { ContinuousClock.now >= end }

    /// What is left, in milliseconds as poll(2) wants them.
    var milliseconds: Int32 {
        let left = ContinuousClock.now.duration(to: end)
        let (seconds, attoseconds) = left.components
        return Int32(clamping: max(0, seconds * 1000 + attoseconds / 1_000_000_000_000_000 + 1))
    }
}

/// How long a test waits for what must happen, on a machine that may be busy.
let patience = Duration.seconds(10)

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

extension Array where Element == UInt8 {
    init(_ text: String) { self = Array(text.utf8) }

    /// As text; what is no UTF-8 is replaced.
    var text: String { String(decoding: self, as: UTF8.self) }

    /// The first place of `needle` at or after `start`.
    func firstIndex(of needle: [UInt8], from start: Int = 0) -> Int? {
        guard count >= needle.count else { return nil }
        var index = start
        while index <= count - needle.count {
            if self[index] == needle[0], self[index..<index + needle.count].elementsEqual(needle) {
                return index
            }
            index += 1
        }
        return nil
    }

    /// Bytes that differ from place to place, so that a shift or a loss shows.
    static func pattern(_ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
    }
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
