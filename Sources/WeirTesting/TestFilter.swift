public import WeirFilter

/// One filter of a chain under test: its type and its configuration.
public struct TestFilter: Sendable {
    /// The name in the chain; events carry it.
    public let name: String
    /// What the registry knows about the type.
    public let type: FilterType
    /// The configuration.
    public let configuration: TestConfiguration

    /// Whether it has no factory of its own, and so no configuration.
    package let isScripted: Bool
    private let make: @Sendable () throws -> any FilterFactory
    private let list: @Sendable () throws -> Set<String>

    /// Names a filter that is configured as an operator would.
    public init<Factory: FilterFactory>(
        _ type: Factory.Type, _ configuration: TestConfiguration = .null
    ) {
        name = Factory.name
        self.type = FilterType(type)
        self.configuration = configuration
        isScripted = false
        make = {
            try Factory(TestFilter.decode(Factory.Configuration.self, from: configuration))
        }
        list = {
            let fields = FieldList()
            let reader = ConfigurationReader(configuration, noting: fields)
            _ = try reader.read(Factory.Configuration.self)
            return fields.names
        }
    }

    /// Names a filter without a factory of its own, for a test's purposes: `make` is called for
    /// every stream.
    public init(
        _ name: String, _ phases: Phases, make: @escaping @Sendable () -> any HTTPFilter
    ) {
        self.name = name
        type = FilterType(ScriptedFactory.self)
        configuration = .null
        isScripted = true
        self.make = { ScriptedFactory(phases, make) }
        list = { [] }
    }

    /// A new factory, not yet provisioned. Throws `ConfigurationError` with the whole path.
    public func makeFactory() throws -> any FilterFactory { try make() }

    /// What a configuration error says about this filter; nil when the configuration is good.
    public var configurationError: ConfigurationError? {
        do {
            _ = try makeFactory()
            return nil
        } catch let error as ConfigurationError {
            return error
        } catch {
            return ConfigurationError("\(error)")
        }
    }

    /// Where the documentation and the configuration type disagree; nothing when they agree.
    ///
    /// The configuration should mention every nested mapping, so that its fields are seen.
    public func documentationErrors() throws -> [String] {
        let asked = try list()
        let documented = Set(type.documentation.fields.map(\.name))
        let groups = asked.filter { group in documented.contains { $0.hasPrefix(group + ".") } }
        return asked.subtracting(documented).subtracting(groups).sorted()
            .map { "`\($0)` is not documented" }
            + documented.subtracting(asked).sorted()
            .map { "`\($0)` is documented, but no field of the configuration" }
    }

    /// Decodes any configuration type by the rules of a file.
    public static func decode<Value: Decodable>(
        _ type: Value.Type, from configuration: TestConfiguration
    ) throws(ConfigurationError) -> Value {
        do {
            return try ConfigurationReader(configuration).read(type)
        } catch {
            throw ConfigurationError(at: error.path, error.message)
        }
    }
}

/// Makes filters of a closure.
private struct ScriptedFactory: FilterFactory {
    struct Configuration: Decodable, Sendable {}

    static let name = "scripted"
    static let documentation = FilterDocumentation(
        summary: "Stands in for a filter in tests.", status: .alpha,
        securityPosture: .requiresTrustedDownstreamAndUpstream, phases: [], fields: [])

    let phases: Phases
    private let make: @Sendable () -> any HTTPFilter

    init(_ configuration: Configuration) throws {
        throw ConfigurationError("made by tests, not from configuration")
    }

    init(_ phases: Phases, _ make: @escaping @Sendable () -> any HTTPFilter) {
        self.phases = phases
        self.make = make
    }

    func makeFilter() -> any HTTPFilter { make() }
}
