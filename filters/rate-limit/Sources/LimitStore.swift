internal import WeirBase
internal import WeirFilter

/// Where the counts of a filter's limits are kept. Made once per configuration; called by all
/// workers.
///
/// What a request asks for is taken under all of its rules or under none: when a rule that is no
/// shadow has not enough left, nothing is taken.
protocol LimitStore: Sendable {
    /// Decides at once: sets the outcome of every demand. False when this store has to be asked,
    /// and then it has done nothing.
    ///
    /// On the stream's loop. It must not keep `demands`.
    func decide(_ demands: inout Demands, for stream: FilterStream) -> Bool

    /// Decides later; called when `decide` returned false, while the stream is being paused. Calls
    /// `done` once, from any thread, also from inside this call; not at all is allowed when the
    /// stream has ended.
    ///
    /// On the stream's loop. Copy what is needed of `demands`.
    func ask(
        _ demands: Demands, for stream: FilterStream,
        _ done: @escaping @Sendable (StoreReply) -> Void)

    /// Nothing uses the store any more.
    func cleanUp()
}

extension LimitStore {
    func ask(
        _ demands: Demands, for stream: FilterStream,
        _ done: @escaping @Sendable (StoreReply) -> Void
    ) { preconditionFailure("a store that decides at once is not asked") }

    func cleanUp() {}
}

/// What a store that had to be asked says.
struct StoreReply: Sendable {
    /// What comes of the request.
    enum Decision: Sendable {
        /// The outcomes say: one for each demand, in their order.
        case outcomes([LimitOutcome])
        /// It may go on, and nothing is known about quotas.
        case admit
        /// It is answered here.
        case respond(LocalResponse)
    }

    let decision: Decision
    /// Fields for the response, whoever makes it.
    var responseFields: [(HeaderName, ByteString)] = []
}

/// What a store is made with.
struct StoreContext {
    /// The filter's rules; demands name them by their position.
    let rules: [LimitRule]
    /// How many keys a local table remembers.
    let maxKeys: Int
    let services: any GatewayServices
}

extension RateLimit.StoreChoice {
    /// Whether limits are configured without numbers, because the store knows them.
    var knowsQuotas: Bool {
        switch self {
        case .local, .redis: false
        case .service: true
        }
    }

    /// Whether the store's replies bring fields for responses.
    var addsResponseFields: Bool {
        switch self {
        case .local, .redis: false
        case .service: true
        }
    }

    /// Makes the store. Throws `ConfigurationError` with the path below `store`.
    func makeStore(_ context: StoreContext) throws -> any LimitStore {
        switch self {
        case .local: LocalStore(context)
        case .redis(let choice): try RedisStore(choice, context)
        case .service(let choice): try ServiceStore(choice, context)
        }
    }
}
