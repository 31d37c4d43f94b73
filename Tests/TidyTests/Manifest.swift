import Testing

/// What Package.swift says about the modules of the core.
struct Manifest {
    /// The modules that each module of the core may import, by its declaration.
    private(set) var dependencies: [String: Set<String>] = [:]
    /// The filters that ship, and those of the cookbook.
    private(set) var filters: [String] = []
    /// The libraries that each filter declares, by the name under which it imports them.
    private(set) var libraries: [String: Set<String>] = [:]

    init(_ file: TextFile) {
        let tokens = file.tokens
        var products: [String: String] = [:]
        for index in tokens.indices {
            let after = tokens[(index + 1)...]
            if tokens[index].isWord("let"), let name = after.first?.text,
                after.prefix(8).contains(where: { $0.isWord("product") }),
                let product = after.prefix(12).first(where: { $0.kind == .string })
            {
                products[name] = product.text
            }
            guard after.first?.isMark("(") == true else { continue }
            if tokens[index].isWord("core"), let name = after.dropFirst().first,
                name.kind == .string
            {
                dependencies[name.text] = Self.list(in: after.dropFirst(2))
            }
            if tokens[index].isWord("executableTarget"),
                let name = after.first(where: { $0.kind == .string }),
                let start = after.firstIndex(where: { $0.isWord("dependencies") }),
                let end = after.firstIndex(where: { $0.isWord("swiftSettings") }), start < end
            {
                dependencies[name.text] = Self.list(in: after[start...])
            }
            if tokens[index].isWord("filter") || tokens[index].isWord("recipe"),
                let name = after.dropFirst().first,
                name.kind == .string
            {
                filters.append(name.text)
                libraries[name.text] = Self.list(in: after.dropFirst(2))
            }
        }
        dependencies = dependencies.mapValues { Set($0.map { products[$0] ?? $0 }) }
        libraries = libraries.mapValues { Set($0.map { products[$0] ?? $0 }) }
    }

    /// The names in the next pair of square brackets, if it comes before the call's end.
    private static func list(in tokens: ArraySlice<Token>) -> Set<String> {
        guard let open = tokens.firstIndex(where: { $0.isMark("[") || $0.isMark(")") }),
            tokens[open].isMark("[")
        else { return [] }
        return Set(
            tokens[open...].prefix { !$0.isMark("]") }.filter { $0.kind != .mark }.map(\.text))
    }
}

@Suite struct ManifestTests {
    @Test func readsModulesAndFilters() {
        let manifest = Manifest(
            TextFile(
                path: "Package.swift",
                text: """
                    let log = Target.Dependency.product(name: "Logging", package: "swift-log")
                    let shipped = [filter("fault"), filter("tls", ["COpenSSL", log])]
                    core("A"), core("B", ["A", log]),
                    .executableTarget(name: "tool", path: "x", swiftSettings: s),
                    .executableTarget(name: "c", dependencies: ["B"] + x, swiftSettings: s),
                    func core(_ name: String, _ dependencies: [String] = []) -> Target {}
                    """))
        #expect(manifest.dependencies == ["A": [], "B": ["A", "Logging"], "c": ["B"]])
        #expect(manifest.filters == ["fault", "tls"])
        #expect(manifest.libraries == ["fault": [], "tls": ["COpenSSL", "Logging"]])
    }
}
