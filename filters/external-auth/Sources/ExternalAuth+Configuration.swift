public import WeirFilter

extension ExternalAuth {
    /// What the operator can set.
    public struct Configuration: Decodable, Sendable {
        /// A service that answers with a status.
        public var http: HTTPSettings?
        /// A service that speaks Envoy's `ext_authz` protocol, version 3.
        public var grpc: GRPCSettings?
        /// Which requests are asked about; all when nil.
        public var when: RequestCondition.Configuration?
        /// How long a decision may take; 200ms when nil.
        public var timeout: ConfigDuration?
        /// What happens without a decision; `deny` when nil.
        public var onError: ErrorPolicy?
        /// The status of the answer then; 403 when nil.
        public var statusOnError: Int?
        /// Fields of the request that the service sees, `*` for all.
        public var requestHeaders: [String]?
        /// Fields that only the service may set for the upstream.
        public var upstreamHeaders: [String]?
        /// Fields of the service's refusal that the client gets.
        public var clientHeaders: [String]?
        /// Fields of the service's consent that the client gets.
        public var clientHeadersOnSuccess: [String]?
        /// The field of the service's answer that names the client.
        public var identityHeader: String?
        /// The longest answer of the service; 64KiB when nil.
        public var responseLimit: ConfigSize?
        /// Sends the request's body along.
        public var body: BodySettings?
        /// Remembers decisions.
        public var cache: CacheSettings?
    }

    /// What happens to a request about which the service says nothing.
    public enum ErrorPolicy: String, Decodable, Sendable, CaseIterable {
        /// The gateway answers.
        case deny
        /// It goes on.
        case allow
    }

    /// A service that answers with a status.
    public struct HTTPSettings: Decodable, Sendable {
        /// The cluster that it runs in.
        public var cluster: String
        /// What is asked for; `/` when nil.
        public var path: String?
        /// Whether the request's own path and query follow; false when nil.
        public var appendPath: Bool?
        /// The method, or `original` for the request's; GET, or POST with a body, when nil.
        public var method: String?
        /// Whom the question is for; the cluster's name when nil.
        public var authority: String?
    }

    /// A service that speaks Envoy's protocol.
    public struct GRPCSettings: Decodable, Sendable {
        /// The cluster that it runs in, which has to speak HTTP/2.
        public var cluster: String
        /// Whom the call is for; the cluster's name when nil.
        public var authority: String?
        /// What else the service is told, by name.
        public var context: [String: String]?
    }

    /// How the request's body is sent along.
    public struct BodySettings: Decodable, Sendable {
        /// The longest; a request with more is answered with 413.
        public var max: ConfigSize
        /// The field of Envoy's protocol that it goes into; `text` when nil.
        public var form: BodyForm?

        private enum CodingKeys: String, CodingKey {
            case max
            case form = "as"
        }
    }

    /// What a body is for a service of Envoy's protocol.
    public enum BodyForm: String, Decodable, Sendable, CaseIterable {
        /// Text in `body`; what is no UTF-8 is replaced.
        case text
        /// Bytes in `raw_body`.
        case bytes
    }

    /// How decisions are remembered.
    public struct CacheSettings: Decodable, Sendable {
        /// What two requests have in common for which one decision holds.
        public var key: [RequestAttribute]
        /// For how long; 30s when nil.
        public var ttl: ConfigDuration?
        /// How many, per worker; 10000 when nil.
        public var entries: Int?
        /// How much memory they may take, per worker; 16MiB when nil.
        public var size: ConfigSize?
    }
}
