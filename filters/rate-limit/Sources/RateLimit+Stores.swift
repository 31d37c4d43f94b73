public import WeirFilter

extension RateLimit {
    /// Where counts are kept.
    public enum StoreChoice: Decodable, Sendable {
        /// In this process.
        case local
        /// In Redis.
        case redis(RedisChoice)

        private enum CodingKeys: String, CodingKey { case redis }

        /// Reads `local`, or a store outside this process with its settings.
        public init(from decoder: any Decoder) throws {
            if let text = try? decoder.singleValueContainer().decode(String.self) {
                guard text == "local" else {
                    throw ConfigurationError("expected local or redis: {…}, found `\(text)`")
                }
                self = .local
                return
            }
            let container = try decoder.container(keyedBy: CodingKeys.self)
            self = .redis(try container.decode(RedisChoice.self, forKey: .redis))
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
