// swift-tools-version: 6.2
import PackageDescription

/// One set of rules for every Swift target: Swift 6 mode, strict memory safety, explicit imports.
let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .strictMemorySafety(),
    .enableExperimentalFeature("Lifetimes"),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .treatAllWarnings(as: .error),
]

let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let log = Target.Dependency.product(name: "Logging", package: "swift-log")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let protobuf = Target.Dependency.product(name: "SwiftProtobuf", package: "swift-protobuf")

// What ships. Each name is a folder under `filters/`; the registry is generated from this list.
let shippedFilters = [
    filter("access"),
    filter("api-key", ["OpenSSLDigest"]),
    filter("basic-auth", ["CCrypt", "OpenSSLDigest"]),
    filter("connection-limit"),
    filter("cors"),
    filter("csrf"),
    filter("external-auth", [protobuf]),
    filter("fault"),
    filter("headers"),
    filter("hsts"),
    filter("http2", ["CNghttp2"]),
    filter("https-redirect"),
    filter("ip-access"),
    filter("jwt", ["COpenSSL"]),
    filter("rate-limit", ["OpenSSLDigest", protobuf]),
    filter("redis", ["CHiredis"]),
    filter("request-id"),
    filter("tls", ["COpenSSL"]),
    filter("tracing", [protobuf]),
]

// The recipes of docs/filters/cookbook.md: folders under `examples/cookbook/`, not shipped.
let recipes = [
    recipe("ab-split"),
    recipe("body-redaction"),
    recipe("header-rewrite"),
    recipe("json-masking"),
    recipe("maintenance"),
    recipe("request-signing", ["OpenSSLDigest"]),
    recipe("route-cache"),
    recipe("shadow-traffic"),
    recipe("tenant-routing"),
    recipe("webhook-signature", ["OpenSSLDigest"]),
]

let package = Package(
    name: "weir",
    products: [
        .executable(name: "weir", targets: ["weir"]),
        .library(name: "OpenSSLDigest", targets: ["OpenSSLDigest"]),
        .library(name: "WeirFilter", targets: ["WeirBase", "WeirFilter"]),
        .library(name: "WeirGateway", targets: ["StandardFilters", "WeirGateway"]),
        .library(name: "WeirLiveTesting", targets: ["WeirLiveTesting"]),
        .library(name: "WeirTesting", targets: ["WeirTesting"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        // System libraries and the thin C that makes them visible to Swift.
        .target(name: "CLinux"),
        .systemLibrary(name: "CAres", pkgConfig: "libcares", providers: [.apt(["libc-ares-dev"])]),
        .systemLibrary(name: "CCrypt", providers: [.apt(["libcrypt-dev"])]),
        // Without pkg-config, which asks for a flag that SwiftPM warns about and nobody needs.
        .systemLibrary(name: "CHiredis", providers: [.apt(["libhiredis-dev"])]),
        .systemLibrary(
            name: "CNghttp2", pkgConfig: "libnghttp2", providers: [.apt(["libnghttp2-dev"])]),
        .systemLibrary(
            name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
        .target(
            name: "CRE2",
            linkerSettings: [.linkedLibrary("re2"), .linkedLibrary("stdc++")]),

        // The core, from the bottom up. Imports point one way.
        core("WeirBase"),
        core("WeirRuntime", ["WeirBase", "CLinux", "CAres"]),
        core("WeirHTTP", ["WeirBase"]),
        core("WeirFilter", ["WeirBase"], plugins: ["ContractStamp"]),
        core("WeirConfig", ["WeirBase", "WeirFilter", yams]),
        core("WeirPlugins", ["WeirBase", "WeirFilter", "CLinux"]),
        core("WeirRouting", ["WeirBase", "WeirConfig", "CRE2"]),
        core("WeirConnection", ["WeirBase", "WeirRuntime", "WeirFilter", "WeirHTTP"]),
        core(
            "WeirUpstream",
            ["WeirBase", "WeirRuntime", "WeirFilter", "WeirHTTP", "WeirConnection"]),
        core(
            "WeirServer",
            [
                "WeirBase", "WeirRuntime", "WeirHTTP", "WeirFilter", "WeirConfig", "WeirRouting",
                "WeirConnection", "WeirUpstream", "CLinux", log,
            ]),
        core("WeirTesting", ["WeirBase", "WeirFilter"]),
        core(
            "WeirLiveTesting",
            [
                "WeirBase", "WeirRuntime", "WeirFilter", "WeirConfig", "WeirRouting", "WeirServer",
                "WeirTesting", "CLinux", log,
            ]),
        // Digests and random bytes from OpenSSL, for filters that keep secrets as hashes.
        core("OpenSSLDigest", ["COpenSSL"]),
        // What ships, as one list; the build plug-in writes it.
        .target(
            name: "StandardFilters",
            dependencies: ["WeirFilter"] + shippedFilters.map { .target(name: $0.module) },
            swiftSettings: settings, plugins: ["FilterRegistry"]),
        // What new filters and gateways begin with.
        core("WeirScaffold"),
        // The command, for this gateway and for those of others.
        core(
            "WeirGateway",
            [
                "WeirBase", "WeirRuntime", "WeirHTTP", "WeirFilter", "WeirConfig", "WeirPlugins",
                "WeirRouting", "WeirScaffold", "WeirServer", arguments, log,
            ]),
        .executableTarget(
            name: "weir", dependencies: ["StandardFilters", "WeirGateway"],
            swiftSettings: settings,
            // A plug-in filter resolves the contract's symbols from this executable.
            linkerSettings: [
                .unsafeFlags(["-Xlinker", "--export-dynamic"], .when(platforms: [.linux]))
            ]),

        // What filters cost; `bench/filters` runs it.
        .executableTarget(
            name: "FilterCost", dependencies: ["WeirBase", "WeirFilter", "WeirPlugins"],
            path: "bench/FilterCost", swiftSettings: settings,
            linkerSettings: [
                .unsafeFlags(["-Xlinker", "--export-dynamic"], .when(platforms: [.linux]))
            ]),

        // SwiftPM plug-ins.
        .plugin(
            name: "FilterRegistry", capability: .buildTool(), dependencies: ["FilterRegistryTool"]),
        .executableTarget(
            name: "FilterRegistryTool", path: "Plugins/FilterRegistryTool",
            swiftSettings: settings),
        .plugin(
            name: "ContractStamp", capability: .buildTool(), dependencies: ["ContractStampTool"]),
        .executableTarget(
            name: "ContractStampTool", path: "Plugins/ContractStampTool",
            swiftSettings: settings),
        .plugin(
            name: "NewFilter",
            capability: .command(
                intent: .custom(verb: "new-filter", description: "Make a filter in filters/NAME"),
                permissions: [
                    .writeToPackageDirectory(
                        reason: "It makes filters/NAME and enters it in Package.swift and docs.")
                ]),
            dependencies: ["NewFilterTool"]),
        .executableTarget(
            name: "NewFilterTool", dependencies: ["WeirScaffold"], path: "Plugins/NewFilterTool",
            swiftSettings: settings),

        tests("WeirBaseTests", ["WeirBase"]),
        tests("WeirRuntimeTests", ["WeirBase", "WeirRuntime", "CLinux"]),
        tests("WeirHTTPTests", ["WeirBase", "WeirHTTP"]),
        tests(
            "WeirConfigTests", ["WeirBase", "WeirFilter", "WeirConfig", "WeirTesting"],
            resources: ["Fixtures"]),
        tests(
            "WeirUpstreamTests",
            [
                "WeirBase", "WeirRuntime", "WeirFilter", "WeirHTTP", "WeirConnection",
                "WeirUpstream",
            ]),
        tests(
            "WeirServerTests",
            [
                "WeirBase", "WeirFilter", "WeirHTTP", "WeirConfig", "WeirRouting", "WeirRuntime",
                "WeirServer", log,
            ]),
        tests("WeirScaffoldTests", ["WeirScaffold"]),
        tests("WeirRoutingTests", ["WeirBase", "WeirConfig", "WeirRouting"]),
        tests("OpenSSLDigestTests", ["OpenSSLDigest"]),
        tests("WeirPluginsTests", ["WeirBase", "WeirFilter", "WeirPlugins"]),
        tests("WeirFilterTests", ["WeirBase", "WeirFilter", "WeirTesting"]),
        tests("WeirTestingTests", ["WeirBase", "WeirFilter", "WeirTesting"]),
        tests("WeirCommandTests", ["WeirFilter"], resources: ["Fixtures"]),
        tests(
            "IntegrationTests",
            ["CLinux", "WeirBase", "WeirFilter", "WeirTesting", "WeirLiveTesting", "OpenSSLDigest"]
                + (shippedFilters + recipes).map { .target(name: $0.module) },
            exclude: ["Scripts"]),
        tests(
            "TidyTests", ["OpenSSLDigest"],
            exclude: ["unsafe-files.txt", "long-files.txt", "long-functions.txt"]),
    ] + (shippedFilters + recipes).flatMap(\.targets)
)

/// A module of the core.
func core(
    _ name: String, _ dependencies: [Target.Dependency] = [],
    plugins: [Target.PluginUsage] = []
) -> Target {
    .target(
        name: name, dependencies: dependencies, swiftSettings: settings, plugins: plugins)
}

/// A test target under `Tests/`.
func tests(
    _ name: String, _ dependencies: [Target.Dependency], resources: [String] = [],
    exclude: [String] = []
) -> Target {
    .testTarget(
        name: name, dependencies: dependencies, exclude: exclude,
        resources: resources.map { .copy($0) }, swiftSettings: settings)
}

/// A filter's module and its tests: `filter("request-id")` is the module `RequestIdFilter`
/// in `filters/request-id/Sources` with tests in `filters/request-id/Tests`. `libraries` are the
/// libraries that it builds on: a system's such as "COpenSSL", or a package's such as `protobuf`.
func filter(
    _ name: String, _ libraries: [Target.Dependency] = [], in folder: String = "filters"
) -> (module: String, targets: [Target]) {
    let module =
        name.split(separator: "-").map { $0.prefix(1).uppercased() + $0.dropFirst() }
        .joined() + "Filter"
    return (
        module,
        [
            .target(
                name: module, dependencies: ["WeirBase", "WeirFilter"] + libraries,
                path: "\(folder)/\(name)/Sources", swiftSettings: settings),
            .testTarget(
                name: module + "Tests",
                dependencies: [.target(name: module), "WeirBase", "WeirFilter", "WeirTesting"]
                    + libraries,
                path: "\(folder)/\(name)/Tests", swiftSettings: settings),
        ]
    )
}

/// A filter of the cookbook, made and tested as a shipped one, but not in the registry.
func recipe(
    _ name: String, _ libraries: [Target.Dependency] = []
) -> (module: String, targets: [Target]) {
    filter(name, libraries, in: "examples/cookbook")
}
