import Foundation
import Testing
import WeirScaffold

/// What the templates say; that it compiles and passes, `make examples-test` and the builds of the
/// cookbook show.
@Suite struct TemplateTests {
    static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    private func text(_ scaffold: Scaffold, _ path: String) throws -> String {
        try #require(scaffold.created.first { $0.path == path }, "\(path)").text
    }

    private func repositoryText(_ path: String) throws -> String {
        try String(contentsOf: Self.root.appending(path: path), encoding: .utf8)
    }

    @Test func theGuideShowsWhatIsMade() throws {
        let guide = try repositoryText("docs/filters/guide.md")
        let package = Scaffold.filterPackage(
            try FilterName("hello"), isAsync: false, weir: "../weir")
        for path in ["Sources/HelloFilter/Hello.swift", "Tests/HelloFilterTests/HelloTests.swift"] {
            #expect(guide.contains("```swift\n\(try text(package, path))```\n"), "\(path)")
        }
        let gateway = try Scaffold.gatewayPackage(try PackageName("edge"), weir: "../weir")
        let main = try text(gateway, "Sources/edge/main.swift")
        #expect(guide.contains("```swift\n\(main)```\n"))
    }

    @Test func theExampleIsWhatIsMade() throws {
        let folder = "examples/custom-gateway"
        let made = try Scaffold.gatewayPackage(try PackageName("custom-gateway"), weir: "../..")
        for file in made.created {
            #expect(try repositoryText("\(folder)/\(file.path)") == file.text, "\(file.path)")
        }
    }

    @Test(arguments: [false, true]) func packagesNameTheirPartsAlike(isAsync: Bool) throws {
        let name = try FilterName("zoo-keeper")
        let package = Scaffold.filterPackage(name, isAsync: isAsync, weir: "/opt/a \"b\"")
        let manifest = try text(package, "Package.swift")
        #expect(manifest.contains(#".package(name: "weir", path: "/opt/a \"b\"")"#))
        #expect(manifest.contains(#"name: "ZooKeeperFilterTests""#))
        let source = try text(package, "Sources/ZooKeeperFilter/ZooKeeper.swift")
        #expect(source.hasPrefix("import WeirFilter\n"))
        #expect(source.contains(#"public static let name = "zoo-keeper""#))
        #expect(source.contains("struct ZooKeeper: \(isAsync ? "AsyncFilter" : "FilterFactory") {"))
        let tests = try text(package, "Tests/ZooKeeperFilterTests/ZooKeeperTests.swift")
        #expect(tests.contains("import WeirTesting\nimport ZooKeeperFilter\n"))
        #expect(try text(package, "gateway.yaml").hasPrefix("plugins: [zoo-keeper.so]\n"))
        for file in package.created {
            #expect(file.text.hasSuffix("\n") && !file.text.hasSuffix("\n\n"), "\(file.path)")
            #expect(!file.text.contains(" \n"), "\(file.path)")
        }
    }

    @Test func aFilterOfTheRepositoryIsEnteredInTheLists() throws {
        let name = try FilterName("fog-lamp")
        let lists = [
            "Package.swift":
                "let shippedFilters = [\n    filter(\"fault\"),\n    filter(\"tls\"),\n]\n",
            "docs/filters/README.md":
                "# Filters\n\n| [fault](f) | F |\n| [redis](r) | R |\n\nend\n",
            "docs/operations/causes.md": "## Filters\n\n| cause |\n| `a` | A |\n| `b` | B |\n",
        ]
        let made = try Scaffold.repositoryFilter(name, isAsync: true) { lists[$0] ?? "" }
        #expect(made.created.map(\.path).allSatisfy { $0.hasPrefix("filters/fog-lamp/") })
        let changed = Dictionary(uniqueKeysWithValues: made.changed.map { ($0.path, $0.text) })
        #expect(
            changed["Package.swift"]
                == "let shippedFilters = [\n    filter(\"fault\"),\n    filter(\"fog-lamp\"),\n"
                + "    filter(\"tls\"),\n]\n")
        let page = try #require(changed["docs/filters/README.md"]).split(separator: "\n")
        #expect(page.map { $0.prefix(5) } == ["# Fil", "| [fa", "| [fo", "| [re", "end"])
        let causes = try #require(changed["docs/operations/causes.md"])
        #expect(causes.contains("| `b` | B |\n| `fog_lamp_unknown` | 404 |"))
        #expect(causes.hasSuffix("|\n"))
    }

    @Test func theExamplesFilterKeepsItsName() {
        let error = #expect(throws: ScaffoldError.self) {
            try Scaffold.repositoryFilter(try FilterName("hello"), isAsync: false) { _ in "" }
        }
        #expect(error?.description.hasPrefix("examples/custom-gateway has a filter") == true)
    }

    @Test func aListThatIsNotFoundIsNamed() throws {
        let error = #expect(throws: ScaffoldError.self) {
            try Scaffold.repositoryFilter(try FilterName("fog"), isAsync: false) { _ in "" }
        }
        #expect(
            error?.description
                == "Package.swift: has no list of filters after `let shippedFilters = [`")
    }
}
