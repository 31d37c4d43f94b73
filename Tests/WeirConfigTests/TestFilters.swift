import WeirBase
import WeirConfig
import WeirFilter

/// Filters that exist only here, one per way in which a route can change the chain.
enum TestFilters {
    static let registry: [FilterType] = [
        FilterType(TagFactory.self), FilterType(LimitFactory.self), FilterType(TokenFactory.self),
        FilterType(BareFactory.self), FilterType(GateFactory.self), FilterType(PlainFactory.self),
        FilterType(FramesFactory.self), FilterType(AsksFactory.self),
    ]
}

final class NoFilter: HTTPFilter {}

private func documentation(
    _ fields: [ConfigurationField] = []
) -> FilterDocumentation {
    FilterDocumentation(
        summary: "For tests.", status: .alpha,
        securityPosture: .robustToUntrustedDownstreamAndUpstream, phases: [], fields: fields)
}

/// Replaced by a route.
struct LimitFactory: FilterFactory {
    struct Configuration: Decodable {
        let requests: Int
        let per: Period
        let key: String?
        let maxBurst: Int?
        let share: Percentage?
        let nested: Nested?
    }

    struct Nested: Decodable {
        let wait: ConfigDuration
        let sizes: [ConfigSize]
    }

    enum Period: String, Decodable, CaseIterable { case second, minute, hour }

    static let name = "limit"
    static let documentation = WeirConfigTests.documentation([
        ConfigurationField("requests", "number", default: nil, "How many."),
        ConfigurationField("per", "second, minute or hour", default: nil, "In how long."),
        ConfigurationField("key", "text", default: "client-address", "For whom."),
        ConfigurationField("nested.wait", "duration", default: nil, "How long."),
    ])
    let configuration: Configuration
    let phases: Phases = []

    init(_ configuration: Configuration) throws {
        guard configuration.requests > 0 else {
            throw ConfigurationError(at: ["requests"], "at least one request must pass")
        }
        if let nested = configuration.nested, nested.sizes.isEmpty {
            throw ConfigurationError(at: ["nested", "sizes"], "no size is given")
        }
        self.configuration = configuration
    }

    func makeFilter() -> any HTTPFilter { NoFilter() }
}

/// Merged with a route.
struct TagFactory: FilterFactory {
    struct Configuration: Decodable {
        let name: String
        let labels: [String: String]?
        let unsafeRaw: Bool?
    }

    static let name = "tag"
    static let documentation = WeirConfigTests.documentation()
    static let routeOverride = RouteOverride.merge
    let configuration: Configuration
    let phases: Phases = []

    init(_ configuration: Configuration) throws { self.configuration = configuration }
    func makeFilter() -> any HTTPFilter { NoFilter() }
}

/// Has secrets.
struct TokenFactory: FilterFactory {
    struct Configuration: Decodable {
        let token: Secret
        let others: [Secret]?
    }

    static let name = "token"
    static let documentation = WeirConfigTests.documentation()
    let configuration: Configuration
    let phases: Phases = []

    init(_ configuration: Configuration) throws { self.configuration = configuration }
    func makeFilter() -> any HTTPFilter { NoFilter() }
}

/// Has nothing to configure.
struct BareFactory: FilterFactory {
    struct Configuration: Decodable {}

    static let name = "bare"
    static let documentation = WeirConfigTests.documentation()
    let phases: Phases = []

    init(_ configuration: Configuration) throws {}
    func makeFilter() -> any HTTPFilter { NoFilter() }
}

/// A connection filter with secrets, settings that loosen something, settings of one side, and a
/// step of its own when it is provisioned.
struct GateFactory: ConnectionFilterFactory {
    struct Configuration: Decodable {
        let password: Secret?
        let unsafeOpen: Bool?
        let clients: Bool?
        let keys: [Key]?
    }

    struct Key: Decodable { let file: String }

    /// What no file has.
    struct NoSuchFile: Error {}

    static let name = "gate"
    static let documentation = WeirConfigTests.documentation()
    let configuration: Configuration

    init(_ configuration: Configuration) throws { self.configuration = configuration }

    func validate(for side: ConnectionSide) throws {
        guard side == .upstream, configuration.clients != nil else { return }
        throw ConfigurationError(at: ["clients"], "an endpoint is no client")
    }

    func provision(_ services: any GatewayServices) throws {
        for (index, key) in (configuration.keys ?? []).enumerated() where key.file.isEmpty {
            throw ConfigurationError(at: ["keys", "\(index)", "file"], "no file is named")
        }
        if configuration.keys?.isEmpty == true { throw NoSuchFile() }
    }
}

/// A connection filter without settings.
struct PlainFactory: ConnectionFilterFactory {
    struct Configuration: Decodable {}

    static let name = "plain"
    static let documentation = WeirConfigTests.documentation()

    init(_ configuration: Configuration) throws {}
}

/// A codec.
struct FramesFactory: CodecFactory {
    struct Configuration: Decodable { let streams: Int? }

    static let name = "frames"
    static let applicationProtocol = "f1"
    static let preface: StaticString = ""
    static let documentation = WeirConfigTests.documentation()

    init(_ configuration: Configuration) throws {}

    func makeServer(_ host: any ServerHost) -> any ServerCodec {
        preconditionFailure("a load makes no codecs")
    }

    func makeClient(_ host: any ClientHost) -> any ClientCodec {
        preconditionFailure("a load makes no codecs")
    }
}

/// A codec that carries no requests of clients.
struct AsksFactory: CodecFactory {
    struct Configuration: Decodable { let database: Int? }

    static let name = "asks"
    static let applicationProtocol = ""
    static let carriesRequests = false
    static let preface: StaticString = ""
    static let documentation = WeirConfigTests.documentation()

    init(_ configuration: Configuration) throws {}

    func validate(for side: ConnectionSide) throws {
        guard side == .downstream else { return }
        throw ConfigurationError("it is spoken with endpoints only")
    }

    func makeServer(_ host: any ServerHost) -> any ServerCodec {
        preconditionFailure("a load makes no codecs")
    }

    func makeClient(_ host: any ClientHost) -> any ClientCodec {
        preconditionFailure("a load makes no codecs")
    }
}
