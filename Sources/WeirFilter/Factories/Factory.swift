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
