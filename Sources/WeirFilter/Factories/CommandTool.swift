/// A command that comes with a factory, such as `weir cert dev` with TLS.
public struct CommandTool: Sendable {
    /// The words after `weir`: `cert dev`.
    public let name: String
    /// One sentence for the list of commands.
    public let summary: String
    /// What the command prints when it is asked for help.
    public let usage: String
    /// Runs the command with the words that follow its name, and returns what it prints. Throw
    /// `ConfigurationError` for words that make no sense.
    public let run: @Sendable ([String]) throws -> String

    /// Describes a command.
    public init(
        name: String, summary: String, usage: String,
        run: @escaping @Sendable ([String]) throws -> String
    ) {
        self.name = name
        self.summary = summary
        self.usage = usage
        self.run = run
    }
}
