internal import WeirBase
public import WeirFilter

/// Admits so many requests per time and key; others get 429.
public struct RateLimit: FilterFactory {
    /// `rate-limit`
    public static let name = "rate-limit"

    /// The request's head, and the response's when something is said there.
    public let phases: Phases

    private let limiter: RateLimiter
    private let configuration: Configuration

    /// Checks the limits.
    public init(_ configuration: Configuration) throws {
        self.configuration = configuration
        let rules = try configuration.rules()
        let status = configuration.status ?? 429
        guard (400...599).contains(status) else {
            throw ConfigurationError(
                at: ["status"], "expected a status from 400 to 599, found \(status)")
        }
        if let keys = configuration.maxKeys, !(1...100_000_000).contains(keys) {
            throw ConfigurationError(
                at: ["max-keys"], "expected 1 to 100000000, found \(keys)")
        }
        limiter = RateLimiter(
            rules: rules, status: status, showsQuotas: configuration.headers == .draft)
        phases =
            configuration.headers == .draft
                || (configuration.store ?? .local).addsResponseFields
            ? [.requestHeaders, .responseHeaders] : [.requestHeaders]
    }

    /// Takes up the counts of the configuration before, or begins new ones.
    public func provision(_ services: any GatewayServices) throws {
        let context = StoreContext(
            rules: limiter.rules, maxKeys: configuration.maxKeys ?? 100_000, services: services)
        do {
            limiter.start(
                try (configuration.store ?? .local).makeStore(context), services)
        } catch let error as ConfigurationError {
            throw ConfigurationError(at: ["store"] + error.path, error.message)
        }
    }

    /// Lets the counts go, unless another configuration has taken them up.
    public func cleanUp() { limiter.stop() }

    /// One filter for all streams, or one for each when responses are to say something.
    public func makeFilter() -> any HTTPFilter {
        phases.contains(.responseHeaders) ? RateLimitStream(limiter) : limiter
    }

    /// Which limits hold for the request, under which keys.
    public func explain(_ stream: FilterStream) -> [String] { limiter.explain(stream) }
}
