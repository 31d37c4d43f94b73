/// Makes HTTP filters from one configuration.
public protocol FilterFactory: Factory {
    /// How configuration on a route relates to that of the chain; `.replace` unless declared.
    static var routeOverride: RouteOverride { get }

    /// The phases that a filter of this configuration needs; those of the documentation unless
    /// declared. Each costs a call per request, and a body's phases the length of the message.
    var phases: Phases { get }

    /// A filter for one stream. Return the same object every time when it has no per-stream state.
    func makeFilter() -> any HTTPFilter

    /// What `weir explain` says the filter would do with such a request, a line each, without doing
    /// it. Nothing unless declared.
    func explain(_ stream: FilterStream) -> [String]
}

extension FilterFactory {
    /// The most specific configuration counts alone.
    public static var routeOverride: RouteOverride { .replace }

    /// All that the documentation names.
    public var phases: Phases { Self.documentation.phases }

    /// Says nothing.
    public func explain(_ stream: FilterStream) -> [String] { [] }
}

/// How a filter's configuration on a route relates to that of its chain.
public enum RouteOverride: String, Sendable {
    /// The route's configuration stands alone.
    case replace
    /// The route's fields are laid over those of the chain, field by field.
    case merge
}
