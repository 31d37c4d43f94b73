public import WeirFilter

extension Access {
    /// What the operator can set.
    public struct Configuration: Decodable, Sendable {
        /// The rules in the order in which they are tried.
        public var rules: [Rule]
        /// What becomes of requests that no rule decides about; `deny` when nil.
        public var `default`: Decision?
        /// Whether denials are only counted and noted; false when nil.
        public var shadow: Bool?
        /// The status of requests that are denied; 403 when nil.
        public var status: Int?
        /// The body of that answer, as text/plain; none when nil.
        public var body: String?
        /// What clients that nobody has identified are told to show, as in `WWW-Authenticate`; they
        /// are answered as all others when nil.
        public var challenge: String?

        /// Describes rules.
        public init(
            rules: [Rule], default: Decision? = nil, shadow: Bool? = nil, status: Int? = nil,
            body: String? = nil, challenge: String? = nil
        ) {
            self.rules = rules
            self.default = `default`
            self.shadow = shadow
            self.status = status
            self.body = body
            self.challenge = challenge
        }
    }

    /// What becomes of a request.
    public enum Decision: String, Decodable, Sendable, CaseIterable {
        /// It goes on.
        case allow
        /// It is answered here.
        case deny
    }

    /// What becomes of some requests. One of `allow` and `deny` is given.
    public struct Rule: Decodable, Sendable {
        /// The name in metrics, traces and explanations; `rule-` and the position when nil.
        public var name: String?
        /// The requests that go on.
        public var allow: Requests?
        /// The requests that are answered here.
        public var deny: Requests?
        /// Whether the rule is only counted and noted; false when nil.
        public var shadow: Bool?

        /// Describes a rule.
        public init(
            name: String? = nil, allow: Requests? = nil, deny: Requests? = nil,
            shadow: Bool? = nil
        ) {
            self.name = name
            self.allow = allow
            self.deny = deny
            self.shadow = shadow
        }
    }

    /// The requests that a rule decides about.
    public enum Requests: Decodable, Sendable {
        /// Every one.
        case all
        /// Those for which the condition holds.
        case those(RequestCondition.Configuration)

        /// Reads `all` or a condition.
        public init(from decoder: any Decoder) throws {
            guard let text = try? decoder.singleValueContainer().decode(String.self) else {
                self = .those(try RequestCondition.Configuration(from: decoder))
                return
            }
            guard text == "all" else {
                throw ConfigurationError(
                    "expected `all` or a condition such as {paths: /admin/**}, found `\(text)`")
            }
            self = .all
        }
    }
}

extension Access.Requests: SchemaDescribing {
    /// `all`, or a condition.
    public static var schema: ConfigurationSchema {
        .anyOf([.choice(["all"]), RequestCondition.Configuration.schema])
    }
}
