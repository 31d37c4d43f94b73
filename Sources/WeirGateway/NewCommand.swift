internal import ArgumentParser
internal import Foundation
internal import WeirFilter
internal import WeirScaffold

/// `weir new`: packages that build on Weir.
struct NewCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "new", abstract: "Make a package for a filter or a gateway of your own.",
        discussion: """
            The package builds on a checkout of Weir: the one that this executable was
            built in, or else the one that WEIR_SOURCE or --weir names.

            Examples:
              weir new filter hello
              weir new filter tenant --async
              weir new gateway edge --weir ~/src/weir
            """,
        subcommands: [NewFilterCommand.self, NewGatewayCommand.self])
}

/// `weir new filter`.
struct NewFilterCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "filter", abstract: "Make a package with a filter, its tests and a gateway.",
        discussion: """
            Makes the folder NAME with a filter that does something small, tests that
            pass, and a configuration to run it with as a plug-in.
            """)

    @Argument(help: "The filter's name, such as hello or tenant-lookup.")
    var name: String

    @Flag(help: "Make an asynchronous filter, which asks a cluster.")
    var async = false

    @OptionGroup var place: PackagePlace

    func run() throws {
        try place.reporting {
            let name = try FilterName(name, besides: GatewayCommand.filters.map(\.name))
            try place.make(name.text) { .filterPackage(name, isAsync: async, weir: $0) }
        }
        Terminal.say(
            """

            Next:
              cd \(place.shown(name))
              swift test
              weir plugin build .
              weir run gateway.yaml
            """)
    }
}

/// `weir new gateway`.
struct NewGatewayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gateway", abstract: "Make a package with a gateway and a filter of its own.",
        discussion: """
            Makes the folder NAME with an executable that has every command of weir, and
            all its filters besides one that comes with the package.
            """)

    @Argument(help: "The gateway's name, such as edge.")
    var name: String

    @OptionGroup var place: PackagePlace

    func run() throws {
        try place.reporting {
            let name = try PackageName(name)
            try place.make(name.text) { try .gatewayPackage(name, weir: $0) }
        }
        Terminal.say(
            """

            Next:
              cd \(place.shown(name))
              swift test
              swift run \(name) run gateway.yaml
            """)
    }
}

/// Where a package is made, and what it builds on.
struct PackagePlace: ParsableArguments {
    @Option(help: ArgumentHelp("The checkout of Weir to build on.", valueName: "path"))
    var weir: String?

    @Option(
        help: ArgumentHelp(
            "The folder to make NAME in; the present one by default.",
            valueName: "folder"))
    var into: String?

    /// What `cd` wants to get there.
    func shown(_ name: String) -> String { into.map { "\($0)/\(name)" } ?? name }

    /// Does `work`: a wrong name exits with 2, whatever else goes wrong with 1.
    func reporting(_ work: () throws -> Void) throws {
        do {
            try work()
        } catch ScaffoldError.name(let message) {
            throw ValidationError(message)
        } catch let error as ScaffoldError {
            Terminal.complain("Error: \(error)")
            throw ExitCode(1)
        }
    }

    /// Makes the package `name` with the files that are given for a path to Weir.
    func make(_ name: String, _ files: (String) throws -> Scaffold) throws {
        let folder = shown(name)
        let checkout = try checkout()
        guard checkout.folderName != name else {
            throw ScaffoldError.name(
                "a package cannot have the name of the folder that it builds on, "
                    + "\(checkout.path); choose another name")
        }
        let scaffold = try files(checkout.path(from: folder))
        try scaffold.write(into: folder)
        let paths = scaffold.created.map(\.path).joined(separator: "\n")
        Terminal.say("Made \(folder):\n" + Layout.indented(paths, by: 2))
    }

    private func checkout() throws(ScaffoldError) -> WeirCheckout {
        if let weir { return try WeirCheckout(weir) }
        return try WeirCheckout.find(
            from: Bundle.main.executablePath ?? CommandLine.arguments[0],
            environment: ProcessInfo.processInfo.environment)
    }
}
