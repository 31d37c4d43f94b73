internal import ArgumentParser

/// The command.
@main
struct Weir: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "weir",
        abstract: "A filter-chain proxy and gateway.",
        discussion: """
            Without a subcommand it prints this help. `weir run` without a file starts a small
            gateway of examples on 127.0.0.1:8080.
            """,
        version: WeirVersion.text,
        subcommands: [RunCommand.self])
}

/// What this build calls itself.
enum WeirVersion {
    static let text = "0.1.0"
}
