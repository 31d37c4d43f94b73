import Testing

/// Imports point one way. SwiftPM lets a module import what its dependencies depend on, so the
/// sources themselves are read.
@Suite struct ImportTests {
    /// A module imports only modules of a lower rank.
    static let ranks = [
        "WeirBase": 0, "WeirScaffold": 0,
        "WeirRuntime": 1, "WeirFilter": 1,
        "WeirHTTP": 2, "WeirConfig": 2, "WeirPlugins": 2,
        "WeirConnection": 3, "WeirRouting": 3, "WeirTesting": 3,
        "WeirUpstream": 4,
        "WeirServer": 5,
        "WeirGateway": 6, "WeirLiveTesting": 6, "FilterCost": 5,
        "NewFilterTool": 1,
        "weir": 7,
    ]

    /// Run on the loops for every request.
    static let dataPlane: Set = [
        "WeirBase", "WeirRuntime", "WeirHTTP", "WeirFilter", "WeirRouting", "WeirConnection",
        "WeirPlugins", "WeirUpstream", "WeirServer",
    ]

    /// Part of the toolchain or the C library.
    static let toolchain: Set = [
        "Dispatch", "Foundation", "FoundationEssentials", "Glibc", "Musl", "Synchronization",
    ]

    /// What a filter sees of Weir, and what its tests see besides.
    static let filterContract: Set = ["WeirBase", "WeirFilter"]
    static let filterTests: Set = ["WeirBase", "WeirFilter", "WeirTesting"]

    @Test func modulesImportOnlyWhatTheyDeclare() throws {
        let manifest = Manifest(try Tree.file("Package.swift"))
        let files = Tree.files.filter { $0.coreModule != nil }
        #expect(!files.isEmpty)
        report(files.flatMap { Self.undeclared(in: $0, manifest) })
    }

    @Test func dependenciesPointDown() throws {
        let manifest = Manifest(try Tree.file("Package.swift"))
        report(
            manifest.dependencies.flatMap { module, dependencies in
                dependencies.sorted().compactMap { dependency in
                    guard let rank = Self.ranks[dependency] else { return nil }
                    guard let own = Self.ranks[module] else {
                        return Violation(
                            path: "Package.swift", advice: "give \(module) a rank in ImportTests")
                    }
                    return rank < own
                        ? nil
                        : Violation(
                            path: "Package.swift",
                            advice: "\(module) may not depend on \(dependency): imports point "
                                + "down; move what it needs to a lower module")
                }
            })
    }

    @Test func dataPlaneHasNoFoundation() {
        let files = Tree.files.filter { Self.dataPlane.contains($0.coreModule ?? "") }
        report(files.flatMap(Self.foundation))
    }

    @Test func filtersSeeOnlyTheContract() throws {
        let manifest = Manifest(try Tree.file("Package.swift"))
        report(
            Tree.files.filter { $0.filterName != nil && $0.isSwift }
                .flatMap { Self.beyondContract(in: $0, manifest) })
    }

    @Test func filtersHaveNoFoundation() {
        let files = Tree.files.filter {
            $0.filterName != nil && $0.isShippedSwift && !$0.isGenerated
        }
        report(files.flatMap(Self.foundation))
    }

    @Test func coreNamesNoFilter() throws {
        let filters = Manifest(try Tree.file("Package.swift")).filters.map(Self.module(ofFilter:))
        #expect(!filters.isEmpty)
        let files = Tree.files.filter { $0.coreModule != nil }
        report(files.flatMap { Self.named(filters, in: $0) })
    }

    static func undeclared(in file: TextFile, _ manifest: Manifest) -> [Violation] {
        guard let module = file.coreModule, let declared = manifest.dependencies[module]
        else { return [] }  // a C target
        return file.imports.filter { !declared.contains($0.text) && !toolchain.contains($0.text) }
            .map {
                Violation(
                    path: file.path, line: $0.line,
                    advice: "\(module) does not declare \($0.text); declare it in Package.swift if "
                        + "it is lower, else do without")
            }
    }

    static func foundation(in file: TextFile) -> [Violation] {
        file.imports.filter { $0.text.hasPrefix("Foundation") }.map {
            Violation(
                path: file.path, line: $0.line,
                advice: "no \($0.text) in the data plane; use the standard library or CLinux")
        }
    }

    static func beyondContract(in file: TextFile, _ manifest: Manifest) -> [Violation] {
        let name = file.filterName ?? ""
        let isTest = file.path.contains("/Tests/")
        let contract =
            isTest ? filterTests.union([module(ofFilter: name), "Testing"]) : filterContract
        let libraries = manifest.libraries[name] ?? []
        return file.imports.filter {
            !contract.contains($0.text) && !libraries.contains($0.text)
                && !toolchain.contains($0.text)
        }.map {
            Violation(
                path: file.path, line: $0.line,
                advice: "a filter may not import \($0.text), only "
                    + contract.union(libraries).sorted().joined(separator: ", ")
                    + " and libraries that it declares in Package.swift")
        }
    }

    static func named(_ filters: [String], in file: TextFile) -> [Violation] {
        file.tokens.filter { $0.kind == .word && filters.contains($0.text) }.map {
            Violation(
                path: file.path, line: $0.line,
                advice: "the core names no filter, so not \($0.text); put what it needs into the "
                    + "contract in WeirFilter")
        }
    }

    /// The module of a filter, as `filter(_:)` in Package.swift makes it.
    static func module(ofFilter name: String) -> String {
        name.split(separator: "-").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
            + "Filter"
    }
}

extension TextFile {
    /// The modules that it imports, each with the line.
    var imports: [Token] {
        let kinds: Set = ["class", "enum", "func", "let", "protocol", "struct", "typealias", "var"]
        let tokens = tokens
        return tokens.indices.compactMap { index in
            guard tokens[index].isWord("import") else { return nil }
            return tokens[(index + 1)...].first { !kinds.contains($0.text) }
        }
    }
}

@Suite struct ImportRuleTests {
    @Test func findsEveryFormOfImport() {
        let source = """
            import A
            internal import B
            @testable import C
            import struct D.E
            // import F
            let text = "import G"
            """
        let file = TextFile(path: "Sources/WeirHTTP/a.swift", text: source)
        #expect(file.imports.map(\.text) == ["A", "B", "C", "D"])
        #expect(file.imports.map(\.line) == [1, 2, 3, 4])
    }

    @Test func findsBrokenRules() {
        let manifest = Manifest(
            TextFile(
                path: "Package.swift",
                text: #"core("WeirHTTP", ["WeirBase"]), filter("ip-access", ["CMaps"])"#))
        let source = "import FoundationEssentials\nimport WeirBase\nimport WeirServer\n"
        let core = TextFile(path: "Sources/WeirHTTP/a.swift", text: source)
        #expect(ImportTests.undeclared(in: core, manifest).map(\.line) == [3])
        #expect(ImportTests.foundation(in: core).map(\.line) == [1])
        let filter = TextFile(path: "filters/ip-access/Sources/a.swift", text: source)
        #expect(ImportTests.beyondContract(in: filter, manifest).map(\.line) == [3])
        let wrapper = TextFile(
            path: "filters/ip-access/Sources/b.swift", text: "import CMaps\nimport COther")
        #expect(ImportTests.beyondContract(in: wrapper, manifest).map(\.line) == [2])
        let naming = TextFile(path: "Sources/weir/a.swift", text: "// A\nIpAccessFilter()")
        let module = ImportTests.module(ofFilter: "ip-access")
        #expect(ImportTests.named([module], in: naming).map(\.line) == [2])
    }
}
