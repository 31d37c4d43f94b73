public import WeirFilter

extension Fault {
    /// What the operator can set. Without any fault nothing happens, so that a chain can name the
    /// filter and routes configure it.
    public struct Configuration: Decodable, Sendable {
        /// What the experiment is called in metrics and for operators; it has no control when nil.
        public var name: String?
        /// Whether the experiment begins switched on; it does when nil.
        public var enabled: Bool?
        /// Requests that wait.
        public var delay: Delay?
        /// Requests that are answered here, or not at all.
        public var abort: Abort?
        /// Responses that are slowed down.
        public var throttle: Throttle?
        /// Responses that end early.
        public var truncate: Truncate?
        /// Responses of which bytes are changed.
        public var corrupt: Corrupt?
        /// Which requests are considered; all when nil.
        public var when: RequestCondition.Configuration?
        /// What requests may ask for themselves; nothing when nil.
        public var fromHeaders: FromHeaders?
        /// What makes a run repeatable; the system's random bits decide when nil.
        public var seed: Int?
        /// When the experiment ends (RFC 3339); never when nil.
        public var expires: String?
        /// How long the experiment runs; for ever when nil.
        public var `for`: ConfigDuration?
        /// The most requests with faults at a time; no bound when nil.
        public var maxConcurrent: Int?

        /// Describes an experiment without faults.
        public init() {}
    }

    /// Requests that wait: one of the five fields besides `percentage` says how long.
    public struct Delay: Decodable, Sendable {
        /// Always as long.
        public var fixed: ConfigDuration?
        /// The same as `fixed`.
        public var duration: ConfigDuration?
        /// Any length between two as likely as any other.
        public var uniform: Uniform?
        /// Short ones more likely than long ones.
        public var exponential: Exponential?
        /// The lengths that shares of the requests stay below.
        public var percentiles: [String: ConfigDuration]?
        /// Which share waits; all when nil.
        public var percentage: Percentage?

        /// Describes a delay; give one of the lengths a value.
        public init(fixed: ConfigDuration? = nil, percentage: Percentage? = nil) {
            self.fixed = fixed
            self.percentage = percentage
        }
    }

    /// Lengths between two.
    public struct Uniform: Decodable, Sendable {
        /// The shortest; none at all when nil.
        public var min: ConfigDuration?
        /// The longest.
        public var max: ConfigDuration
    }

    /// Lengths around a mean, as between events that do not know of each other.
    public struct Exponential: Decodable, Sendable {
        /// The mean, but for what `max` cuts off.
        public var mean: ConfigDuration
        /// The longest; ten times the mean when nil.
        public var max: ConfigDuration?
    }

    /// Requests that do not reach the upstream.
    public struct Abort: Decodable, Sendable {
        /// The status of the answer.
        public var status: Int?
        /// The outcome that gRPC clients are told.
        public var grpcStatus: Int?
        /// `reset` or `close` for no answer at all.
        public var connection: String?
        /// Which share; all when nil.
        public var percentage: Percentage?
        /// The body of the answer; none when nil.
        public var body: String?

        /// Describes an answer.
        public init(status: Int? = nil, percentage: Percentage? = nil, body: String? = nil) {
            self.status = status
            self.percentage = percentage
            self.body = body
        }
    }

    /// Responses that are slowed down.
    public struct Throttle: Decodable, Sendable {
        /// Bytes of body per second.
        public var rate: ConfigSize
        /// Which share; all when nil.
        public var percentage: Percentage?
    }

    /// Responses that end early.
    public struct Truncate: Decodable, Sendable {
        /// How many bytes of body get through.
        public var after: ConfigSize
        /// `close` or `reset`; `close` when nil.
        public var connection: String?
        /// Which share; all when nil.
        public var percentage: Percentage?
    }

    /// Responses of which bytes are changed.
    public struct Corrupt: Decodable, Sendable {
        /// Which share of the bytes; 1% when nil.
        public var bytes: Percentage?
        /// Which share of the responses; all when nil.
        public var percentage: Percentage?
    }

    /// What requests may ask for themselves.
    public struct FromHeaders: Decodable, Sendable {
        /// Whether they may; they may not when nil.
        public var allowed: Bool?
        /// The longest delay; 10 s when nil.
        public var maxDelay: ConfigDuration?
        /// The lowest rate, in bytes per second; 1 KiB when nil.
        public var minRate: ConfigSize?
        /// The largest share; all when nil.
        public var maxPercentage: Percentage?
    }
}
