/// Makes filters from one configuration. Immutable, shared by all loops.
///
/// A factory's life: its configuration is decoded, `init` checks it, `provision` opens what it
/// needs, then filters are made for every stream until the configuration is replaced and `cleanUp`
/// runs — also when a later step of loading fails.
public protocol FilterFactory: Sendable {
    /// What the operator writes under the filter's name.
    associatedtype Configuration: Decodable & Sendable

    /// The name in configuration files: lower case, words joined by hyphens.
    static var name: String { get }

    /// What `weir filters` says about it.
    static var documentation: FilterDocumentation { get }

    /// How configuration on a route relates to that of the chain; `.replace` unless declared.
    static var routeOverride: RouteOverride { get }

    /// Checks the configuration. Throw `ConfigurationError` to name the field at fault.
    init(_ configuration: Configuration) throws

    /// The phases that a filter of this configuration needs.
    var phases: Phases { get }

    /// Opens files, reads secrets, prepares tables. Runs off the event loops.
    func provision() throws

    /// Undoes `provision`. Runs off the event loops, once no stream uses the factory.
    func cleanUp()

    /// A filter for one stream. Return the same object every time when it has no per-stream state.
    func makeFilter() -> any HTTPFilter
}

extension FilterFactory {
    /// The most specific configuration counts alone.
    public static var routeOverride: RouteOverride { .replace }

    /// Needs nothing.
    public func provision() throws {}

    /// Has nothing to undo.
    public func cleanUp() {}
}

/// How a filter's configuration on a route relates to that of its chain.
public enum RouteOverride: String, Sendable {
    /// The route's configuration stands alone.
    case replace
    /// The route's fields are laid over those of the chain, field by field.
    case merge
}

/// An error in a filter's configuration that names the field, so that the report can name its line.
public struct ConfigurationError: Error, CustomStringConvertible {
    /// The way to the field from the filter's configuration: `["abort", "status"]`.
    public let path: [String]
    /// What is wrong and what was expected.
    public let message: String

    /// Describes what is wrong with the field at `path`.
    public init(at path: [String] = [], _ message: String) {
        self.path = path
        self.message = message
    }

    /// The path and the message.
    public var description: String {
        path.isEmpty ? message : "\(path.joined(separator: ".")): \(message)"
    }
}

/// A kind of filter, as the registry lists it.
public struct FilterType: Sendable {
    /// The name in configuration files.
    public let name: String
    /// What `weir filters` says about it.
    public let documentation: FilterDocumentation
    /// How route configuration relates to that of the chain.
    public let routeOverride: RouteOverride
    private let decode: @Sendable (any Decoder) throws -> any FilterFactory

    /// Lists a factory type.
    public init<Factory: FilterFactory>(_ type: Factory.Type) {
        name = type.name
        documentation = type.documentation
        routeOverride = type.routeOverride
        decode = { try Factory(Factory.Configuration(from: $0)) }
    }

    /// Decodes and checks a configuration; nothing is opened yet.
    public func makeFactory(from decoder: any Decoder) throws -> any FilterFactory {
        try decode(decoder)
    }
}
