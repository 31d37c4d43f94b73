import Foundation
import Testing
import WeirConfig
import WeirFilter

/// Files under `Fixtures`, each with what a load says beside it.
///
/// A bad file's `.expected` holds its diagnostics; a good one's holds its warnings and the
/// effective configuration. `WEIR_UPDATE_FIXTURES=1 swift test --filter GoldenTests` writes them
/// anew: read the difference before committing it.
@Suite struct GoldenTests {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appending(path: "Fixtures")
    static let environment = ["HOST": "api.internal", "PORT": "8080", "SECRET": "hidden-value"]

    static func files(_ kind: String) -> [String] {
        let names = try? FileManager.default.contentsOfDirectory(
            atPath: folder.appending(path: kind).path)
        return (names ?? []).filter { $0.hasSuffix(".yaml") }.sorted()
    }

    static func load(_ kind: String, _ name: String) -> LoadedConfiguration {
        GatewayConfiguration.load(
            file: folder.appending(path: kind).appending(path: name).path,
            registry: TestFilters.registry, environment: environment,
            regexCheck: { $0.contains("(") ? "missing closing )" : nil })
    }

    @Test(arguments: files("bad")) func bad(_ name: String) throws {
        let loaded = Self.load("bad", name)
        #expect(loaded.configuration == nil)
        #expect(loaded.diagnostics.hasErrors)
        try Self.compare(loaded.diagnostics.rendered(), "bad", name)
    }

    @Test(arguments: files("good")) func good(_ name: String) throws {
        let loaded = Self.load("good", name)
        let configuration = try #require(
            loaded.configuration, "\(loaded.diagnostics.rendered())")
        let text =
            loaded.diagnostics.rendered()
            + configuration.unsafeSettings.map { "unsafe: \($0.mark) \($0.path): \($0.value)\n" }
            .joined() + configuration.redactedDescription + "\n"
        try Self.compare(text, "good", name)
    }

    static func compare(_ text: String, _ kind: String, _ name: String) throws {
        let place = folder.appending(path: kind)
        let file = place.appending(path: name.replacing(".yaml", with: ".expected"))
        // The fixtures' folder differs from machine to machine.
        let portable = text.replacing(place.path + "/", with: "")
        if ProcessInfo.processInfo.environment["WEIR_UPDATE_FIXTURES"] != nil {
            try portable.write(to: file, atomically: true, encoding: .utf8)
        }
        let expected = try String(contentsOf: file, encoding: .utf8)
        #expect(portable == expected, "\(name)")
    }

    @Test func thereAreManyBadFiles() {
        #expect(Self.files("bad").count >= 25)
    }
}
