// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "custom-gateway",
    // A checkout of Weir, in whatever folder.
    dependencies: [.package(name: "weir", path: "../..")],
    targets: [
        .executableTarget(
            name: "custom-gateway",
            dependencies: [
                "HelloFilter",
                .product(name: "WeirFilter", package: "weir"),
                .product(name: "WeirGateway", package: "weir"),
            ],
            // A plug-in filter finds the contract's symbols in this executable.
            linkerSettings: [
                .unsafeFlags(["-Xlinker", "--export-dynamic"], .when(platforms: [.linux]))
            ]),
        .target(
            name: "HelloFilter",
            dependencies: [.product(name: "WeirFilter", package: "weir")]),
        .testTarget(
            name: "HelloFilterTests",
            dependencies: [
                "HelloFilter",
                .product(name: "WeirFilter", package: "weir"),
                .product(name: "WeirTesting", package: "weir"),
            ]),
    ])
