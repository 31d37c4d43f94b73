import Foundation
import Testing

/// Runs of the command with all that comes of them, one file each under `Fixtures/cases`.
///
/// A file holds the arguments, one a line, then what was printed and the exit code.
/// `WEIR_UPDATE_FIXTURES=1 swift test --filter CaseTests` writes them anew: read the difference
/// before committing it.
@Suite(.disabled(if: Command.isMissing, Comment(rawValue: Command.howToBuild)))
struct CaseTests {
    static let folder = Command.fixtures.appending(path: "cases")

    static let names: [String] = {
        let files = try? FileManager.default.contentsOfDirectory(atPath: folder.path)
        return (files ?? []).filter { $0.hasSuffix(".txt") }.sorted()
    }()

    private static let separator = "--- "

    @Test(arguments: names) func run(_ name: String) throws {
        let file = Self.folder.appending(path: name)
        let expected = try String(contentsOf: file, encoding: .utf8)
        let arguments = expected.split(separator: "\n").prefix { !$0.hasPrefix(Self.separator) }
            .map(String.init)
        let outcome = try Command.run(arguments)
        var text = arguments.map { $0 + "\n" }.joined()
        if !outcome.output.isEmpty { text += "--- output\n\(outcome.output)" }
        if !outcome.errors.isEmpty { text += "--- errors\n\(outcome.errors)" }
        text += "--- exit \(outcome.status)\n"
        if ProcessInfo.processInfo.environment["WEIR_UPDATE_FIXTURES"] != nil {
            try text.write(to: file, atomically: true, encoding: .utf8)
            return
        }
        #expect(text == expected, "\(name)")
        if arguments.contains("--json") {
            let object = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8))
            #expect(object is [String: Any])
            #expect(outcome.output.hasSuffix("}\n"))
        }
    }

    @Test func thereAreManyCases() {
        #expect(Self.names.count >= 35)
    }
}
