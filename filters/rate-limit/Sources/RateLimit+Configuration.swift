public import WeirFilter

extension RateLimit {
    /// What the operator can set: one limit right here, or several under `limits`.
    public struct Configuration: Decodable, Sendable {
        /// Several limits; then none is written beside them.
        public var limits: [Limit]?
        /// The only limit's name.
        public var name: String?
        /// How many requests the only limit admits per period.
        public var requests: Int?
        /// The only limit's period.
        public var per: Period?
        /// How many requests the only limit admits at once.
        public var burst: Int?
        /// What the only limit counts by.
        public var key: Key?
        /// What a request costs under the only limit.
        public var cost: Cost?
        /// Which requests the only limit holds for; all when nil.
        public var when: RequestCondition.Configuration?
        /// What happens to requests that lack a part of the only limit's key.
        public var missingKey: MissingKey?
        /// Where counts are kept.
        public var store: StoreChoice?
        /// How many keys the local store remembers per limit.
        public var maxKeys: Int?
        /// How much of an IPv6 client's address counts.
        public var ipv6Prefix: Int?
        /// Whether responses say what is left.
        public var headers: HeaderStyle?
        /// The status of a refusal.
        public var status: Int?
        /// Whether requests are only counted, never refused.
        public var shadow: Bool?
    }

    /// One of several limits.
    public struct Limit: Decodable, Sendable {
        /// The name in metrics and fields.
        public var name: String?
        /// How many requests are admitted per period.
        public var requests: Int?
        /// The period.
        public var per: Period?
        /// How many requests are admitted at once.
        public var burst: Int?
        /// What is counted by.
        public var key: Key?
        /// What a request costs.
        public var cost: Cost?
        /// Which requests it holds for; all when nil.
        public var when: RequestCondition.Configuration?
        /// What happens to requests that lack a part of the key.
        public var missingKey: MissingKey?
        /// Whether requests are only counted, never refused.
        public var shadow: Bool?
    }

    /// A length of time by its name or as a duration.
    public struct Period: Decodable, Sendable {
        /// The length.
        public var interval: ConfigDuration
        /// As it was written.
        public var text: String

        private static let named = ["second": "1s", "minute": "1m", "hour": "1h", "day": "1d"]

        /// Reads `second`, `minute`, `hour`, `day` or a duration.
        public init(from decoder: any Decoder) throws {
            text = try decoder.singleValueContainer().decode(String.self)
            guard let interval = ConfigDuration(Self.named[text] ?? text) else {
                throw ConfigurationError(
                    "expected second, minute, hour, day or a duration such as 10s, found `\(text)`")
            }
            self.interval = interval
        }
    }

    /// What requests are counted by.
    public struct Key: Decodable, Sendable {
        /// The attributes whose values make the key together.
        public var attributes: [RequestAttribute]

        /// Reads one attribute or a list.
        public init(from decoder: any Decoder) throws {
            if (try? decoder.singleValueContainer().decode(String.self)) != nil {
                attributes = [try RequestAttribute(from: decoder)]
            } else {
                attributes = try [RequestAttribute](from: decoder)
            }
        }
    }

    /// What a request costs.
    public enum Cost: Decodable, Sendable {
        /// Always the same.
        case fixed(Int)
        /// What a field of the request says.
        case header(String, max: Int)

        private enum CodingKeys: String, CodingKey { case header, max }

        /// Reads a number, or `{header: NAME, max: NUMBER}`.
        public init(from decoder: any Decoder) throws {
            if (try? decoder.singleValueContainer().decode(String.self)) != nil {
                self = .fixed(try decoder.singleValueContainer().decode(Int.self))
                return
            }
            let container = try decoder.container(keyedBy: CodingKeys.self)
            self = .header(
                try container.decode(String.self, forKey: .header),
                max: try container.decode(Int.self, forKey: .max))
        }
    }

    /// What happens to requests that lack a part of a key.
    public enum MissingKey: String, Decodable, Sendable, CaseIterable {
        /// The limit does not hold for them.
        case skip
        /// They are counted together.
        case share
        /// They are refused.
        case deny
    }

    /// Whether responses say what is left.
    public enum HeaderStyle: String, Decodable, Sendable, CaseIterable {
        /// `RateLimit` and `RateLimit-Policy`.
        case draft
        /// Only `Retry-After` in refusals.
        case none
    }
}
