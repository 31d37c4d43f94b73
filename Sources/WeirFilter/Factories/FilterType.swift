/// A kind of HTTP filter, connection filter or codec, as the registry lists it.
public struct FilterType: Sendable {
    /// Where a kind of filter may stand in the configuration.
    public enum Seam: String, Sendable {
        /// Under `connection` of listeners and clusters, before HTTP.
        case connection
        /// Under `connection` too: bytes to HTTP messages and back.
        case codec
        /// Under `filters` of listeners and routes.
        case http
    }

    /// The name in configuration files.
    public private(set) var name: String
    /// Where it may stand.
    public let seam: Seam
    /// What `weir filters` says about it.
    public let documentation: FilterDocumentation
    /// How route configuration relates to that of the chain.
    public let routeOverride: RouteOverride
    /// Commands of `weir` that come with it.
    public let tools: [CommandTool]
    /// The codec's ALPN name; empty for all others, and for a codec that needs no agreement.
    public let applicationProtocol: String
    /// Whether routes may lead to clusters that speak it; false only for a codec of calls.
    public let carriesRequests: Bool
    private let trace: @Sendable () -> ConfigurationSchema
    private var decode: @Sendable (any Decoder) throws -> any Factory

    /// Lists the factory type of an HTTP filter.
    public init<Kind: FilterFactory>(_ type: Kind.Type) {
        self.init(type, seam: .http, routeOverride: type.routeOverride)
    }

    /// Lists the factory type of a connection filter.
    public init<Kind: ConnectionFilterFactory>(_ type: Kind.Type) {
        self.init(type, seam: .connection)
    }

    /// Lists the factory type of a codec.
    public init<Kind: CodecFactory>(_ type: Kind.Type) {
        self.init(
            type, seam: .codec, applicationProtocol: type.applicationProtocol,
            carriesRequests: type.carriesRequests)
    }

    private init<Kind: Factory>(
        _ type: Kind.Type, seam: Seam, routeOverride: RouteOverride = .replace,
        applicationProtocol: String = "", carriesRequests: Bool = true
    ) {
        name = type.name
        self.seam = seam
        documentation = type.documentation
        self.routeOverride = routeOverride
        tools = type.tools
        self.applicationProtocol = applicationProtocol
        self.carriesRequests = carriesRequests
        trace = {
            ConfigurationSchema.of(Kind.Configuration.self)
                .described(by: Kind.documentation.fields)
        }
        decode = { try Kind(Kind.Configuration(from: $0)) }
    }

    /// What may be written under the name: from the configuration's type, with what the
    /// documentation says of its fields. Worked out anew each time.
    public var schema: ConfigurationSchema { trace() }

    /// Decodes and checks a configuration; nothing is opened yet.
    public func makeFactory(from decoder: any Decoder) throws -> any Factory {
        try decode(decoder)
    }

    /// The same kind under another name, or with factories that are made in another way.
    package func making(
        as name: String? = nil, _ make: @escaping @Sendable (any Decoder) throws -> any Factory
    ) -> FilterType {
        var copy = self
        copy.name = name ?? self.name
        copy.decode = make
        return copy
    }
}
