internal import WeirBase
internal import WeirFilter

/// The way to ask about a request and to read the answer. Pure: the asking itself is the gate's.
protocol AuthService: Sendable {
    /// The question; nil when it can't be written.
    func question(_ stream: FilterStream, body: ByteString?) -> CallRequest?

    /// The answer.
    func answer(_ result: CallResult) -> Answer

    /// What is asked, for `weir explain`.
    var summary: String { get }
}

/// What a service has said.
struct Answer {
    let decision: Decision
    /// How long it says that its decision holds; nil when it does not say.
    var lifetime: Interval?

    init(_ decision: Decision, lifetime: Interval? = nil) {
        self.decision = decision
        self.lifetime = lifetime
    }
}

/// What is to be done with a request.
enum Decision: Sendable {
    /// It goes on, perhaps changed.
    case allow(Consent)
    /// The service answers it.
    case deny(Refusal)
    /// There was no decision in time.
    case timedOut
    /// There was no decision, or none that makes sense.
    case failed
}

extension Decision {
    /// Whether it was made for one client alone, whatever else other requests have in common with
    /// its own: it gives the client a cookie, or sends it somewhere, often with a nonce of its own.
    var isPersonal: Bool {
        switch self {
        case .allow(let consent):
            consent.responseEdits.contains { $0.name.known == .setCookie }
        case .deny(let refusal):
            refusal.response.headers.contains { name, _ in
                name.known == .setCookie
                    || name.known == .location && (300..<400).contains(refusal.response.status)
            }
        case .timedOut, .failed: false
        }
    }
}

/// What changes with a request that is let in.
final class Consent: Sendable {
    let requestEdits: [FieldEdit]
    let removedFields: [HeaderName]
    let responseEdits: [FieldEdit]
    let query: QueryEdit?
    let identity: ClientIdentity?
    /// How many changes were asked for that no service may ask for.
    let refusedFields: Int

    init(
        requestEdits: [FieldEdit] = [], removedFields: [HeaderName] = [],
        responseEdits: [FieldEdit] = [], query: QueryEdit? = nil, identity: ClientIdentity? = nil,
        refusedFields: Int = 0
    ) {
        self.requestEdits = requestEdits
        self.removedFields = removedFields
        self.responseEdits = responseEdits
        self.query = query
        self.identity = identity
        self.refusedFields = refusedFields
    }

    /// About how much memory it takes.
    var byteCount: Int {
        let edits =
            requestEdits.reduce(0) { $0 + $1.byteCount }
            + responseEdits.reduce(0) { $0 + $1.byteCount }
            + removedFields.reduce(0) { $0 + $1.bytes.count + 64 }
        let client = identity.map { $0.name.count + $0.claims.byteCount } ?? 0
        return edits + (query?.byteCount ?? 0) + client + 256
    }
}

/// What the client gets instead of the upstream's response.
struct Refusal: Sendable {
    let response: LocalResponse
    /// How many fields were asked for that no service may set.
    var refusedFields = 0

    /// About how much memory it takes.
    var byteCount: Int {
        response.body.count + 256
            + response.headers.reduce(0) { $0 + $1.0.bytes.count + $1.1.count + 96 }
    }
}

extension JSONValue {
    /// About how much memory it takes.
    fileprivate var byteCount: Int {
        switch self {
        case .null, .bool, .integer, .number: 32
        case .string(let text): 48 + text.utf8.count
        case .array(let elements): elements.reduce(64) { $0 + $1.byteCount }
        case .object(let members):
            members.reduce(64) { $0 + $1.name.utf8.count + 32 + $1.value.byteCount }
        }
    }
}
