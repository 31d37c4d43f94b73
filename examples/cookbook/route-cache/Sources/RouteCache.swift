internal import Synchronization
internal import WeirBase
public import WeirFilter

/// Keeps the responses of a route and answers with them for as long as they are fresh.
public final class RouteCache: FilterFactory {
    /// What the operator can set.
    public struct Configuration: Decodable, Sendable {
        /// How much each worker keeps; 16 MiB when nil.
        public var size: ConfigSize?
        /// The longest body that is kept; 1 MiB when nil.
        public var maxBody: ConfigSize?
    }

    /// `route-cache`
    public static let name = "route-cache"

    /// What `weir filters route-cache` shows.
    public static let documentation = FilterDocumentation(
        summary: "Keeps the responses of a route and answers with them while they are fresh.",
        securityPosture: .robustToUntrustedDownstream,
        phases: [.requestHeaders, .responseHeaders, .responseBody],
        fields: [
            ConfigurationField(
                "size", "size", default: "16MiB",
                "How much each worker keeps, heads included; the oldest go first."),
            ConfigurationField(
                "max-body", "size", default: "1MiB",
                "The longest body that is kept, at most a quarter of `size`."),
        ])

    private let size: Int
    private let maxBody: Int
    private let shared = AtomicLazyReference<SharedCache>()

    /// Checks the sizes.
    public init(_ configuration: Configuration) throws {
        size = (configuration.size ?? ConfigSize(16 << 20)).bytes
        maxBody = configuration.maxBody?.bytes ?? min(1 << 20, size / 4)
        guard maxBody <= size / 4 else {
            throw ConfigurationError(
                at: ["max-body"], "expected at most a quarter of `size`, \(ConfigSize(size / 4))")
        }
    }

    /// Makes a store for each worker.
    public func provision(_ services: any GatewayServices) throws {
        _ = shared.storeIfNil(SharedCache(size: size, maxBody: maxBody, services))
    }

    /// A filter of its own for each stream: it collects what is to be kept.
    public func makeFilter() -> any HTTPFilter {
        guard let shared = shared.load() else { preconditionFailure("not provisioned") }
        return CacheVisit(shared)
    }
}

/// What the streams of one configuration share.
final class SharedCache: Sendable {
    let maxBody: Int
    let store: WorkerLocal<ResponseStore>
    let hits: Counter
    let misses: Counter

    init(size: Int, maxBody: Int, _ services: any GatewayServices) {
        self.maxBody = maxBody
        store = WorkerLocal(services) { _ in ResponseStore(size: size) }
        func counter(_ outcome: String) -> Counter {
            services.counter(
                "weir_route_cache_requests_total",
                "Requests that a kept response could answer, by whether there was one.",
                labels: [("outcome", outcome)])
        }
        hits = counter("hit")
        misses = counter("miss")
    }
}
