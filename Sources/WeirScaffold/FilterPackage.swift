extension Scaffold {
    /// A package with a filter, which becomes a plug-in.
    ///
    /// - Parameter weir: Weir's checkout, as the manifest shall name it.
    public static func filterPackage(
        _ name: FilterName, isAsync: Bool, weir: String
    ) -> Scaffold {
        let filter = FilterSource(name: name, isAsync: isAsync)
        return Scaffold(created: [
            File("Package.swift", filter.manifest(weir: weir)),
            File("Sources/\(name.module)/\(name.factory).swift", filter.source),
            File("Tests/\(name.module)Tests/\(name.factory)Tests.swift", filter.tests),
            File("gateway.yaml", filter.gateway(pluginPath: "\(name).so")),
            File("README.md", filter.packageReadme),
            File(".gitignore", ignored),
        ])
    }

    /// What is built and so not kept.
    static let ignored = """
        .build/
        .swiftpm/
        *.so

        """
}

extension FilterSource {
    fileprivate func manifest(weir: String) -> String {
        """
        // swift-tools-version: 6.2
        import PackageDescription

        let package = Package(
            name: "\(name)",
            products: [.library(name: "\(name.module)", targets: ["\(name.module)"])],
            // A checkout of Weir, in whatever folder.
            dependencies: [.package(name: "weir", path: "\(weir.swiftLiteral)")],
            targets: [
        \(targets)
            ])

        """
    }

    /// The filter and its tests, as they stand among the targets of a manifest.
    var targets: String {
        """
                .target(
                    name: "\(name.module)",
                    dependencies: [.product(name: "WeirFilter", package: "weir")]),
                .testTarget(
                    name: "\(name.module)Tests",
                    dependencies: [
                        "\(name.module)",
                        .product(name: "WeirFilter", package: "weir"),
                        .product(name: "WeirTesting", package: "weir"),
                    ]),
        """
    }

    /// A configuration that runs without anything else; the file of a plug-in is loaded first.
    func gateway(pluginPath: String?) -> String {
        let plugins = pluginPath.map { "plugins: [\($0)]\n" } ?? ""
        return plugins + Self.admin + (isAsync ? asynchronousGateway : synchronousGateway)
    }

    /// Where `weir explain --live` and metrics are; moved by tests that run side by side.
    private static let admin = """
        admin:
          address: ${WEIR_ADMIN_ADDRESS:-127.0.0.1:9901}

        """

    private var synchronousGateway: String {
        """
        listeners:
          - name: web
            address: ${WEIR_ADDRESS:-127.0.0.1:8080}
            filters:
              - \(name): {name: world}
            routes: site
        routes:
          site:
            - respond: {status: 200, body: "The field \(header) is above."}

        """
    }

    /// The listener `directory` stands in for the service that is asked.
    private var asynchronousGateway: String {
        """
        listeners:
          - name: web
            address: ${WEIR_ADDRESS:-127.0.0.1:8080}
            filters:
              - \(name): {cluster: directory}
            routes: site
          - name: directory
            address: ${DIRECTORY_ADDRESS:-127.0.0.1:8081}
            routes: directory
        routes:
          site:
            - respond: {status: 200, body: "The field \(header) is above."}
          directory:
            - match: {path: /hosts/*}
              respond: {status: 200, body: Ada}
        clusters:
          directory: {endpoints: ["${DIRECTORY_ADDRESS:-127.0.0.1:8081}"]}

        """
    }

    fileprivate var packageReadme: String {
        """
        # \(name)

        A filter for the gateway Weir. \(summary)

        ```
        swift test              # runs its tests, in memory
        weir plugin build .     # makes \(name).so
        weir run gateway.yaml   # loads it, on 127.0.0.1:8080
        curl -i localhost:8080/
        ```

        The filter is `Sources/\(name.module)/\(name.factory).swift`. `Package.swift` says where
        the checkout of Weir is; its `docs/filters/guide.md` explains the rest.

        """
    }
}

extension String {
    /// The text as it stands between the quotes of a Swift literal.
    var swiftLiteral: String {
        replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
    }
}
