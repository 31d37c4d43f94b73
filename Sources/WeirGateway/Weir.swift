internal import ArgumentParser
internal import WeirFilter

/// The command.
struct Weir: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "weir",
        abstract: "A filter-chain proxy and gateway.",
        discussion: """
            Examples:
              weir run                             a small example on 127.0.0.1:8080
              weir run gateway.yaml                a configuration of your own
              weir check gateway.yaml              everything that is wrong with it
              weir explain gateway.yaml GET /a     what would become of a request
              weir filters fault                   what a filter can do
              weir schema                          a JSON Schema, for editors
              weir new filter hello                a filter of your own
            \(further)
            Exit codes: 0 when all is well, 1 when the configuration is wrong or cannot
            be served, 2 when the command line is wrong.
            """,
        version: WeirVersion.text,
        subcommands: [
            RunCommand.self, CheckCommand.self, ExplainCommand.self, FiltersCommand.self,
            SchemaCommand.self, PluginCommand.self, NewCommand.self, VersionCommand.self,
        ])

    /// Commands that come with filters.
    private static var further: String {
        let tools = Tools.shipped.all
        return tools.isEmpty ? "" : "\nCommands of filters:\n\(Tools.list(tools))\n"
    }

    /// What the library knows by name.
    private static var commands: [String] {
        configuration.subcommands.compactMap { $0.configuration.commandName } + ["help"]
    }

    /// Runs the command that the arguments name; a wrong command line exits with 2, as shells do,
    /// and not with the library's 64.
    static func main() {
        do {
            try Tools.run(Array(CommandLine.arguments.dropFirst()), besides: commands)
            var command = try parseAsRoot()
            try command.run()
        } catch {
            guard exitCode(for: error) == .validationFailure else { exit(withError: error) }
            Terminal.complain(fullMessage(for: error))
            exit(withError: ExitCode(2))
        }
    }
}

/// `weir version`: the same as `--version`.
struct VersionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "version", abstract: "Print the version.")

    func run() { Terminal.say(WeirVersion.text) }
}
