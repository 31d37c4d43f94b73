public import WeirFilter

extension Fault {
    /// What the operator can set. Without a delay and an abort nothing happens, so that a chain can
    /// name the filter and routes configure it.
    public struct Configuration: Decodable, Sendable {
        /// Requests that wait.
        public var delay: Delay?
        /// Requests that are answered here.
        public var abort: Abort?
        /// Which requests are considered; all when nil.
        public var when: Conditions?

        /// Describes what to inject.
        public init(delay: Delay? = nil, abort: Abort? = nil, when: Conditions? = nil) {
            self.delay = delay
            self.abort = abort
            self.when = when
        }
    }

    /// Requests that wait.
    public struct Delay: Decodable, Sendable {
        /// How long.
        public var duration: ConfigDuration
        /// Which share; all when nil.
        public var percentage: Percentage?

        /// Describes a delay.
        public init(duration: ConfigDuration, percentage: Percentage? = nil) {
            self.duration = duration
            self.percentage = percentage
        }
    }

    /// Requests that are answered here.
    public struct Abort: Decodable, Sendable {
        /// The status of the answer.
        public var status: Int
        /// Which share; all when nil.
        public var percentage: Percentage?
        /// The body of the answer; none when nil.
        public var body: String?

        /// Describes an answer.
        public init(status: Int, percentage: Percentage? = nil, body: String? = nil) {
            self.status = status
            self.percentage = percentage
            self.body = body
        }
    }

    /// Which requests are considered.
    public struct Conditions: Decodable, Sendable {
        /// Field names with the values that they must have.
        public var headers: [String: String]?

        /// Describes requests.
        public init(headers: [String: String]? = nil) { self.headers = headers }
    }
}
