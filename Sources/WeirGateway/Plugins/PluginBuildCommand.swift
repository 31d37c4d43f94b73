internal import ArgumentParser

/// `weir plugin build`: makes a plug-in of Swift sources.
struct PluginBuildCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "build", abstract: "Make a plug-in of a folder of Swift sources.",
        discussion: """
            Compiles all Swift files below DIR/Sources, or those in DIR when there is
            no such folder, as one module. It may import WeirBase, WeirFilter and what
            comes with the toolchain. Needs swiftc of the version that this gateway
            was built with.

            Every type becomes a filter that says it is a FilterFactory, AsyncFilter,
            ConnectionFilterFactory or CodecFactory.

            Exit codes: 0 when the plug-in is made and fits this gateway, 1 when it
            cannot be made, 2 when the command line is wrong.

            Examples:
              weir plugin build hello
              weir plugin build . -o /etc/weir/hello.so
              weir plugin build . -- -I /usr/include/foo -lfoo
            """)

    @Argument(help: "The folder.", completion: .directory)
    var folder: String

    @Option(
        name: .shortAndLong,
        help: "The file to write. (default: DIR/NAME.so, by the folder's name)",
        completion: .file(extensions: ["so"]))
    var output: String?

    @Option(
        help: ArgumentHelp(
            "Where the compiled WeirBase and WeirFilter of this gateway are. (default: beside it)",
            valueName: "dir"), completion: .directory)
    var modules: String?

    @Option(
        help: ArgumentHelp(
            "A type to take as a filter, instead of those found; may be repeated.",
            valueName: "type"))
    var filter: [String] = []

    @Argument(parsing: .postTerminator, help: "Options for swiftc, after `--`.")
    var compilerOptions: [String] = []

    func run() throws {
        do {
            let builder = try PluginBuilder(
                sources: PluginSources(folder), filters: filter, modules: modules,
                options: compilerOptions)
            let names = try builder.build(to: output)
            Terminal.say(
                "\(names.output): \(names.filters.map { "`\($0)`" }.list)\n\n"
                    + "In a configuration:\n  plugins: [\(names.output)]")
        } catch let failure as PluginBuildFailure {
            Terminal.complain("Error: \(failure.reason)")
            throw ExitCode(1)
        }
    }
}

/// Why no plug-in was made.
struct PluginBuildFailure: Error {
    let reason: String

    init(_ reason: String) { self.reason = reason }
}
