public import WeirFilter

extension RateLimit {
    /// Where counts are kept.
    public enum StoreChoice: Decodable, Sendable {
        /// In this process.
        case local
        /// In Redis.
        case redis(RedisChoice)
        /// A service decides.
        case service(ServiceChoice)

        private enum CodingKeys: String, CodingKey { case redis, service }

        /// Reads `local`, or a store outside this process with its settings.
        public init(from decoder: any Decoder) throws {
            if let text = try? decoder.singleValueContainer().decode(String.self) {
                guard text == "local" else {
                    throw ConfigurationError(
                        "expected local, redis: {…} or service: {…}, found `\(text)`")
                }
                self = .local
                return
            }
            let container = try decoder.container(keyedBy: CodingKeys.self)
            let redis = try container.decodeIfPresent(RedisChoice.self, forKey: .redis)
            let service = try container.decodeIfPresent(ServiceChoice.self, forKey: .service)
            switch (redis, service) {
            case (let redis?, nil): self = .redis(redis)
            case (nil, let service?): self = .service(service)
            default: throw ConfigurationError("expected one of redis and service")
            }
        }
    }

    /// Redis as a store.
    public struct RedisChoice: Decodable, Sendable {
        /// The cluster that speaks `redis`.
        public var cluster: String
        /// What all keys begin with.
        public var prefix: String?
        /// How long Redis may take to decide about a request.
        public var timeout: ConfigDuration?
        /// What becomes of requests that Redis does not decide about.
        public var whenUnavailable: Unavailable
    }

    /// A service of Envoy's rate limit protocol as a store.
    public struct ServiceChoice: Decodable, Sendable {
        /// The cluster of the service, which speaks HTTP/2.
        public var cluster: String
        /// Under which the service knows the limits.
        public var domain: String
        /// The keys of entries, by the attribute that they stand for.
        public var entries: [String: String]?
        /// How long the service may take to decide about a request.
        public var timeout: ConfigDuration?
        /// What becomes of requests that the service does not decide about.
        public var whenUnavailable: Unavailable
    }

    /// What becomes of requests that a store does not decide about.
    public enum Unavailable: String, Decodable, Sendable, CaseIterable {
        /// They go on.
        case allow
        /// They are answered with 503.
        case deny
        /// They are counted in this process.
        case local
    }
}
