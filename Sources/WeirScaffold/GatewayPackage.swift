extension Scaffold {
    /// The filter that a new gateway comes with.
    static let exampleFilter = "hello"

    /// A package with a gateway: Weir's own filters, and one of the package's.
    ///
    /// - Parameter weir: Weir's checkout, as the manifest shall name it.
    public static func gatewayPackage(_ name: PackageName, weir: String) throws(ScaffoldError)
        -> Scaffold
    {
        let filter = FilterSource(name: try FilterName(exampleFilter), isAsync: false)
        let package = GatewaySource(name: name, filter: filter)
        let module = filter.name.module
        let type = filter.name.factory
        return Scaffold(created: [
            File("Package.swift", package.manifest(weir: weir)),
            File("Sources/\(name)/main.swift", package.main),
            File("Sources/\(module)/\(type).swift", filter.source),
            File("Tests/\(module)Tests/\(type)Tests.swift", filter.tests),
            File("gateway.yaml", filter.gateway(pluginPath: nil)),
            File("README.md", package.readme),
            File(".gitignore", ignored),
        ])
    }
}

/// What a gateway of one's own consists of besides its filter.
private struct GatewaySource {
    let name: PackageName
    let filter: FilterSource

    private var module: String { filter.name.module }

    var main: String {
        """
        import \(module)
        import StandardFilters
        import WeirGateway

        GatewayCommand.main(filters: standardFilters + [FilterType(\(filter.name.factory).self)])

        """
    }

    func manifest(weir: String) -> String {
        """
        // swift-tools-version: 6.2
        import PackageDescription

        let package = Package(
            name: "\(name)",
            // A checkout of Weir, in whatever folder.
            dependencies: [.package(name: "weir", path: "\(weir.swiftLiteral)")],
            targets: [
                .executableTarget(
                    name: "\(name)",
                    dependencies: [
                        "\(module)",
                        .product(name: "WeirFilter", package: "weir"),
                        .product(name: "WeirGateway", package: "weir"),
                    ],
                    // A plug-in filter finds the contract's symbols in this executable.
                    linkerSettings: [
                        .unsafeFlags(["-Xlinker", "--export-dynamic"], .when(platforms: [.linux]))
                    ]),
        \(filter.targets)
            ])

        """
    }

    var readme: String {
        """
        # \(name)

        A gateway of its own: Weir with all its filters, and `\(filter.name)` besides.

        ```
        swift test
        swift run \(name) run gateway.yaml   # on 127.0.0.1:8080
        curl -i localhost:8080/
        ```

        `Sources/\(name)/main.swift` lists the filters, `Sources/\(module)` is the new one. For use,
        build it with `swift build -c release`. `Package.swift` says where the checkout of Weir is;
        its `docs/filters/guide.md` explains the rest.

        """
    }
}
