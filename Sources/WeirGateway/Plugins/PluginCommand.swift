internal import ArgumentParser

/// `weir plugin`: filters as files that this gateway loads.
struct PluginCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plugin", abstract: "Build and inspect plug-ins.",
        discussion: """
            A plug-in is a file with filters that a gateway loads: its configuration
            names it under `plugins`. It fits the gateways that were built from the
            same sources as the one that builds it.
            """,
        subcommands: [PluginBuildCommand.self, PluginInspectCommand.self])
}
