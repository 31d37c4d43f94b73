import Foundation
import Testing

/// What is public stands in `docs/api`, so that a change to it is seen, and in the changelog, so
/// that authors of filters learn of it.
@Suite struct APIDigestTests {
    private static let updates = ProcessInfo.processInfo.environment["WEIR_UPDATE_API"] != nil

    /// The compiled modules beside the running tests.
    private static let modules: URL? = {
        let bundle = CommandLine.arguments.first { $0.contains(".xctest") }
        let beside = bundle.flatMap { path -> URL? in
            let parts = path.split(separator: "/", omittingEmptySubsequences: false)
            guard let end = parts.firstIndex(where: { $0.hasSuffix(".xctest") }) else { return nil }
            return URL(filePath: parts[..<end].joined(separator: "/"))
        }
        let places = [beside, Tree.root.appending(path: ".build/debug")]
        return places.compactMap { $0?.appending(path: "Modules") }
            .first { FileManager.default.fileExists(atPath: $0.path) }
    }()

    @Test(arguments: PublicAPI.modules) func publicAPIIsListed(_ module: String) throws {
        let modules = try #require(Self.modules, "no compiled modules beside the tests")
        let graphs = FileManager.default.temporaryDirectory
            .appending(path: "weir-api-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: graphs) }
        let extract = Process()
        extract.executableURL = Tree.root.appending(path: ".ci/symbol-graphs")
        extract.arguments = [modules.path, graphs.path, module]
        try extract.run()
        extract.waitUntilExit()
        try #require(extract.terminationStatus == 0)
        let api = try PublicAPI(module, symbolGraphs: graphs)
        try #require(api.listing.count > 100)

        if Self.updates { try Data(api.listing.utf8).write(to: api.file) }
        let known = (try? String(contentsOf: api.file, encoding: .utf8)) ?? ""
        let changes = Self.changes(from: known, to: api.listing)
        #expect(
            changes.isEmpty,
            """
            the public API of \(module) has changed:
            \(changes)
            `make api` lists it anew in docs/api/\(module).txt
            """)
        // One complaint at a time: the digest counts once the listing is right.
        guard changes.isEmpty else { return }
        #expect(
            try Self.contractSection().contains("`\(module)` \(api.digest)"),
            """
            CHANGELOG.md says nothing of the public API of \(module) as it is now. Say under \
            "Unreleased", "Filter contract" what changes for those who build on it, in a line:
            - `\(module)` \(api.digest): …
            """)
    }

    /// Lines that came and went.
    private static func changes(from old: String, to new: String) -> String {
        let old = old.split(separator: "\n")
        let new = new.split(separator: "\n")
        let (gone, come) = (Set(old).subtracting(new), Set(new).subtracting(old))
        let lines = gone.map { "- \($0)" } + come.map { "+ \($0)" }
        return lines.sorted { $0.dropFirst() < $1.dropFirst() }.joined(separator: "\n")
    }

    /// What stands in the changelog about the contract of what is not released yet.
    private static func contractSection() throws -> Substring {
        let text = try String(
            contentsOf: Tree.root.appending(path: "CHANGELOG.md"), encoding: .utf8)
        let unreleased = text.split(separator: "\n## ").first { $0.hasPrefix("Unreleased") }
        let section = unreleased?.split(separator: "\n### ")
            .first { $0.hasPrefix("Filter contract") }
        return try #require(section, "no \"### Filter contract\" under Unreleased in CHANGELOG.md")
    }
}
