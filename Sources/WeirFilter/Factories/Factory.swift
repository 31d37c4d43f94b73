public import WeirBase

/// Makes a capability's parts from one configuration. Immutable, shared by all loops.
///
/// A factory's life: its configuration is decoded, `init` checks it, `provision` opens what it
/// needs, then it makes filters, transports or codecs until the configuration is replaced and
/// `cleanUp` runs — also when a later step of loading fails.
public protocol Factory: Sendable {
    /// What the operator writes under the name.
    associatedtype Configuration: Decodable & Sendable

    /// The name in configuration files: lower case, words joined by hyphens.
    static var name: String { get }

    /// What `weir filters` says about it.
    static var documentation: FilterDocumentation { get }

    /// Commands of `weir` that come with it. None unless declared.
    static var tools: [CommandTool] { get }

    /// Checks the configuration. Throw `ConfigurationError` to name the field at fault.
    init(_ configuration: Configuration) throws

    /// Opens files, reads secrets, prepares tables. Runs off the event loops. Throw
    /// `ConfigurationError` to name the field at fault.
    func provision(_ services: any GatewayServices) throws

    /// Undoes `provision`. Runs off the event loops, once nothing uses the factory.
    func cleanUp()
}

extension Factory {
    /// Comes with none.
    public static var tools: [CommandTool] { [] }

    /// Needs nothing.
    public func provision(_ services: any GatewayServices) throws {}

    /// Has nothing to undo.
    public func cleanUp() {}
}

/// What a factory may use of the gateway while it is provisioned and afterwards, on any thread but
/// those of the event loops.
public protocol GatewayServices: Sendable {
    /// Calls `changed` each time the file is written or replaced, one call after the other, until
    /// the factory is cleaned up. A file that is not there yet is watched for.
    func watch(_ path: String, _ changed: @escaping @Sendable () -> Void)

    /// Calls `body` again and again, with `interval` in between, until the factory is cleaned up.
    func every(_ interval: Interval, _ body: @escaping @Sendable () -> Void)

    /// Writes a line to the gateway's own log.
    func log(_ level: LogLevel, _ message: String)
}

/// How much a line of the gateway's own log matters.
public enum LogLevel: String, Sendable {
    /// Good to know.
    case notice
    /// Works, but not as it should.
    case warning
    /// Does not work.
    case error
}

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
