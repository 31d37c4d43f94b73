package import WeirBase

/// What a tap keeps of one stream: copied, bounded and redacted, so that any thread may have it.
package struct StreamRecord: Sendable {
    /// When the request's head was complete, in nanoseconds since 1970-01-01 00:00 UTC.
    package var unixNanoseconds: Int64 = 0
    /// Whether the stream has ended. Of one that has not, this is what has happened so far.
    package var hasEnded = false
    /// The number of the worker, from 0.
    package var worker = 0
    package var listener = ""
    package var route = ""
    /// The client's address after trusted hops; empty on a Unix socket.
    package var client = ""
    /// The address at the other end of the connection; empty on a Unix socket.
    package var peer = ""
    /// The version of TLS; empty on an unprotected connection.
    package var security = ""
    /// Who filters have found the client to be, without claims.
    package var identities: [RecordedIdentity] = []
    /// The request as it came to the filters.
    package var request = RecordedHead()
    /// The request as it went to an endpoint the last time; nil when it did not.
    package var sent: RecordedHead?
    /// The response as it went to the client; nil when none did.
    package var response: RecordedHead?
    /// The filters of the route in order.
    package var filters: [RecordedFilter] = []
    /// What filters did, in the order in which they began.
    package var steps: [RecordedStep] = []
    /// How many steps are missing because there were too many.
    package var omittedSteps = 0
    /// The last answer that was the gateway's own.
    package var answer: RecordedAnswer?
    /// How the stream ended and what it took.
    package var outcome = StreamOutcome()

    package init() {}
}

/// A filter of the route.
package struct RecordedFilter: Sendable, Equatable {
    package let name: String
    package let phases: Phases
    /// Whether the request came as far as this filter.
    package let isReached: Bool
}

/// An identity by its name and the filter that found it out.
package struct RecordedIdentity: Sendable, Equatable {
    package let name: String
    package let source: String
}

/// An answer that the gateway made itself.
package struct RecordedAnswer: Sendable, Equatable {
    /// 0 when the stream was cut off instead.
    package let status: Int
    package let cause: String
    /// The filter that gave it; nil when none did.
    package let filter: String?

    package init(status: Int, cause: String, filter: String?) {
        self.status = status
        self.cause = cause
        self.filter = filter
    }
}

/// What filters did in one call, or in all calls with pieces of one body.
package struct RecordedStep: Sendable {
    package let filter: String
    /// The position of the filter in the chain, from 0.
    package let position: Int
    package let phase: Phases
    /// From the request's head to the first call.
    package let start: Interval
    package var calls = 0
    /// Time in the filter itself, waiting not included.
    package var nanoseconds: Int64 = 0
    /// The decision; of several the last one that was not to go on.
    package var verdict = VerdictKind.continue
    /// What belongs to that decision: a status and cause, the bound of a buffer.
    package var detail = ""
    /// Changes in a head or in trailers.
    package var changes: [RecordedChange] = []
    package var omittedChanges = 0
    /// Identities that were found out.
    package var identities: [RecordedIdentity] = []
    /// Bytes of body that the filter was given and that it let go on.
    package var bytesIn = 0
    package var bytesOut = 0
    package var pauses = 0
    /// How long the stream waited for the filter.
    package var waited = Interval.zero
    /// How the last pause ended; nil while it lasts, or when there was none.
    package var pauseEnd: PauseEnd?
}

/// How a pause ended.
package enum PauseEnd: String, Sendable {
    case resumed
    case askedAgain = "asked again"
    case responded
    case cutOff = "cut off"
    case dropped
    /// Something else ended the stream, or answered it.
    case abandoned
}

/// Something in a head or in trailers that a filter has changed.
package struct RecordedChange: Sendable, Equatable {
    package enum Kind: String, Sendable { case added, removed, changed }

    package let kind: Kind
    /// A field's name in lower case, or `:method`, `:path` with the query, `:authority`,
    /// `:scheme`, `:status`.
    package let name: String
    /// The values before; several lines are joined. Nil when there were none, or they are hidden.
    package let old: String?
    /// The same for the values after.
    package let new: String?

    package init(kind: Kind, name: String, old: String?, new: String?) {
        self.kind = kind
        self.name = name
        self.old = old
        self.new = new
    }
}

/// A head as it is shown.
package struct RecordedHead: Sendable, Equatable {
    /// `:method`, `:path` and so on, or `:status`; then the fields in their order.
    package var fields: [Field] = []
    /// How many fields are missing because there were too many.
    package var omittedFields = 0

    package struct Field: Sendable, Equatable {
        package let name: String
        package let value: String
    }

    package init() {}

    /// The value of the first field of that name; nil when there is none.
    package subscript(name: String) -> String? { fields.first { $0.name == name }?.value }
}
