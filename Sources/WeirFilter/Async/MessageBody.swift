public import WeirBase

/// The body of a request or response in an asynchronous filter.
///
/// It has not arrived when the head has. Say what becomes of it: `collect` it, or `edit`,
/// `transform` or `replace` it as it passes. What nobody says anything about passes untouched.
public final class MessageBody {
    /// What becomes of the body.
    enum Plan {
        /// It passes as it is.
        case pass
        /// Something else takes its place.
        case replace(ByteString)
        /// Each piece is changed in place.
        case edit((BodyChunk, _ isLast: Bool) throws -> Void)
        /// A task reads it and writes another one.
        case transform((BodyReader, BodyWriter) async throws -> Void)
    }

    /// How far `collect` has come.
    enum Collection {
        case none
        /// It is wanted, but the engine has not been told.
        case wanted(limit: Int)
        /// The engine collects.
        case underway
        case done(ByteString)
    }

    /// Where the message is; nil for an answer of the filter's own and once the stream is over.
    private var run: AsyncRun?
    private let bodyPhase: Phases
    private let trailersPhase: Phases
    private(set) var plan = Plan.pass
    var collection = Collection.none
    let wait = Wait<ByteString>()
    private(set) var trailerEdits: [(inout HeaderMap) throws -> Void] = []
    /// Whether the message has been sent on, so that nothing can be said about it any more.
    var isGone = false

    init(of run: AsyncRun, _ body: Phases, _ trailers: Phases) {
        self.run = run
        bodyPhase = body
        trailersPhase = trailers
    }

    /// The body of an answer of the filter's own.
    init(whole: ByteString) {
        bodyPhase = []
        trailersPhase = []
        collection = .done(whole)
    }

    // MARK: What a filter says

    /// Waits for the whole body, at most `limit` bytes; empty when there is none.
    ///
    /// The head waits too. A longer body ends the stream: 413 for a request, 502 for a response.
    /// Calling it again returns the same bytes. They pass on unless replaced.
    public func collect(upTo limit: Int) async throws -> ByteString {
        if case .done(let bytes) = collection { return bytes }
        try demand(bodyPhase)
        return try await wait.value { wait in
            guard let run else { return wait.cancel() }
            collection = .wanted(limit: limit)
            run.note(wait)
        }
    }

    /// Puts `bytes` in the body's place, also where there was none.
    public func replace(with bytes: ByteString) throws {
        if run == nil {
            collection = .done(bytes)
            return
        }
        try demand(bodyPhase)
        plan = .replace(bytes)
    }

    /// Has `edit` change each piece in place as it passes. Not called for a message without a body.
    ///
    /// `BodyChunk.keep(from:)` cuts a piece in two; what is to wait for the next piece, the filter
    /// keeps itself. An error ends the stream.
    public func edit(_ edit: @escaping (BodyChunk, _ isLast: Bool) throws -> Void) throws {
        try demand(bodyPhase)
        plan = .edit(edit)
    }

    /// Has a task of its own read the body and write another one, with as much waiting as it likes.
    /// Not called for a message without a body.
    ///
    /// What it does not read is dropped. An error ends the stream.
    public func transform(
        _ transform: @escaping (BodyReader, BodyWriter) async throws -> Void
    ) throws {
        try demand(bodyPhase)
        plan = .transform(transform)
    }

    /// Changes the trailer fields once the body has passed; there need not have been any. Not
    /// called for a message without a body.
    public func editTrailers(_ edit: @escaping (inout HeaderMap) throws -> Void) throws {
        try demand([bodyPhase, trailersPhase])
        trailerEdits.append(edit)
    }

    private func demand(_ phases: Phases) throws {
        guard !isGone else { throw AsyncFilterError.bodyIsGone }
        guard let run else {
            // An answer of the filter's own has all of its body, and no trailers.
            throw bodyPhase.isEmpty ? AsyncFilterError.bodyIsGone : CancellationError()
        }
        let missing = phases.subtracting(run.phases)
        guard missing.isEmpty else { throw AsyncFilterError.undeclared(missing) }
    }

    // MARK: The engine's side

    /// The stream is over.
    func detach() { run = nil }

    /// All of an answer's body.
    var whole: ByteString {
        if case .done(let bytes) = collection { return bytes }
        return ByteString()
    }
}
