internal import Synchronization
internal import WeirBase
public import WeirFilter

/// Bounds how many connections a listener and each of its clients may have, and how fast a client
/// may make new ones. Decides before a byte is read.
public final class ConnectionLimit: ConnectionFilterFactory {
    /// What the operator can set.
    public struct Configuration: Decodable, Sendable {
        /// What tells the limit from others of the listener.
        public var name: String?
        /// How many connections the listener may have open.
        public var perListener: Int?
        /// How many connections each client may have open.
        public var perClient: Int?
        /// How fast each client may make new ones.
        public var rate: Rate?
        /// How much of an IPv6 address makes a client.
        public var ipv6Prefix: Int?
        /// Networks whose connections are neither counted nor refused.
        public var exempt: [String]?
    }

    /// How fast something may happen.
    public struct Rate: Decodable, Sendable {
        /// How many connections per period.
        public var connections: Int
        /// The period.
        public var per: Period
        /// How many at once.
        public var burst: Int?
        /// How many clients are remembered.
        public var maxClients: Int?
    }

    /// A length of time by its name or as a duration.
    public struct Period: Decodable, Sendable {
        /// The length.
        public var interval: ConfigDuration

        private static let named = ["second": "1s", "minute": "1m", "hour": "1h", "day": "1d"]

        /// Reads `second`, `minute`, `hour`, `day` or a duration.
        public init(from decoder: any Decoder) throws {
            let text = try decoder.singleValueContainer().decode(String.self)
            guard let interval = ConfigDuration(Self.named[text] ?? text) else {
                throw ConfigurationError(
                    "expected second, minute, hour, day or a duration such as 10s, found `\(text)`")
            }
            self.interval = interval
        }
    }

    /// `connection-limit`
    public static let name = "connection-limit"

    private let bounds: Bounds
    private let exempt: NetworkSet
    private let runtime = AtomicLazyReference<Runtime>()

    /// What is there once the factory is provisioned.
    private final class Runtime: Sendable {
        let registry: PlaceRegistry
        let refused: (listener: Counter, client: Counter, rate: Counter)
        private let rate: RateBound?

        init(
            _ registry: PlaceRegistry, _ rate: RateBound?,
            refused: (listener: Counter, client: Counter, rate: Counter)
        ) {
            self.registry = registry
            self.rate = rate
            self.refused = refused
            if let rate { registry.addUser(of: rate) }
        }

        deinit {
            if let rate { registry.removeUser(of: rate) }
        }
    }

    /// Checks the numbers.
    public init(_ configuration: Configuration) throws {
        bounds = try Bounds(configuration)
        do {
            exempt = try NetworkSet(configuration.exempt ?? [])
        } catch {
            throw ConfigurationError(at: ["exempt"] + error.path, error.message)
        }
    }

    /// Makes sense for connections from clients only.
    public func validate(for side: ConnectionSide) throws {
        if side == .upstream {
            throw ConfigurationError(
                "limits connections from clients and belongs under a listener; a cluster's `pool` "
                    + "bounds those to endpoints")
        }
    }

    /// Takes up the counts of the configuration before.
    public func provision(_ services: any GatewayServices) throws {
        func counter(_ limit: String) -> Counter {
            services.counter(
                "weir_connection_limit_refused_total", "Connections refused, by limit.",
                labels: [("limit", limit)])
        }
        _ = runtime.storeIfNil(
            Runtime(
                services.shared("connection-limit/places") { PlaceRegistry() }, bounds.rate,
                refused: (counter("listener"), counter("client"), counter("rate"))))
    }

    /// Takes a place for the connection, or refuses it.
    public func accept(_ connection: AcceptedConnection) -> ConnectionVerdict {
        accept(connection, at: Self.clock.now)
    }

    /// Decides about a connection at a time in nanoseconds on a monotonic clock.
    func accept(_ connection: AcceptedConnection, at now: Int64) -> ConnectionVerdict {
        guard let runtime = runtime.load() else { return .refuse("connection_limit_listener") }
        let client = connection.peer?.ip
        if let client, exempt.contains(client) { return .accept }
        let key = client.map { ClientKey($0, ipv6Prefix: bounds.ipv6Prefix) }
        switch runtime.registry.take(at: connection.listener, key, bounds, at: now) {
        case .place(let place): return .acceptHolding(place)
        case .listenerIsFull:
            runtime.refused.listener.add()
            return .refuse("connection_limit_listener")
        case .clientHasEnough:
            runtime.refused.client.add()
            return .refuse("connection_limit_client")
        case .clientIsTooFast:
            runtime.refused.rate.add()
            return .refuse("connection_limit_rate")
        }
    }

    private static let clock = SteadyClock()
}

/// Nanoseconds on a clock that only goes forward.
private struct SteadyClock: Sendable {
    private let start = ContinuousClock.now

    var now: Int64 {
        let (seconds, attoseconds) = start.duration(to: .now).components
        return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    }
}

extension ConnectionLimit.Period: SchemaDescribing {
    /// A period by its name, or a duration.
    public static var schema: ConfigurationSchema {
        .anyOf([
            .choice(["second", "minute", "hour", "day"]),
            .duration(.milliseconds(1) ... .seconds(365 * 86_400)),
        ])
    }
}
