internal import WeirBase
internal import WeirFilter
internal import WeirUpstream

/// Takes one message's body from its source through the filters to its sink.
///
/// The same for requests and responses. Whatever the sink does not take stays with the source,
/// which is told so (`isSourceBlocked`) and resumed later; nothing piles up in between.
final class MessageRelay {
    private let pass: FilterPass
    private let bodyPhases: Phases

    /// Whether any filter of the chain may change the body.
    private(set) var isFiltered = false

    /// Where the body goes; nil until the head has been sent on.
    var sink: (any MessageSink)?
    /// Whether the rest of the message goes nowhere.
    var isDiscarding = false
    /// Whether the source was refused a piece and waits to be resumed.
    var isSourceBlocked = false
    /// Whether the message has no body by its framing: filters get none to see.
    var isBodiless = false
    /// Whether the source has delivered everything.
    private(set) var hasEnded = false
    /// Whether the end has been sent on.
    private(set) var isComplete = false
    /// Whether the end has been put through the filters.
    private var isEndOffered = false
    private var chunkOffset = 0
    private var trailers = HeaderMap()
    private(set) var byteCount: Int64 = 0

    init(_ pass: FilterPass) {
        self.pass = pass
        bodyPhases =
            pass.isRequest
            ? [.requestBody, .requestTrailers] : [.responseBody, .responseTrailers]
    }

    func reset() {
        sink = nil
        isDiscarding = false
        isSourceBlocked = false
        isBodiless = false
        hasEnded = false
        isComplete = false
        isEndOffered = false
        chunkOffset = 0
        if !trailers.isEmpty { trailers.clear() }
        byteCount = 0
    }

    /// The connection becomes a tunnel: what follows is a new body without an end in sight.
    func restart(to sink: any MessageSink) {
        hasEnded = false
        isComplete = false
        isEndOffered = false
        isDiscarding = false
        self.sink = sink
    }

    /// A stream begins that passes `chain`.
    func start(_ chain: FilterChain) {
        isFiltered = !chain.phases.isDisjoint(with: bodyPhases)
    }

    /// Whether pieces go straight from the source to the sink.
    private var isDirect: Bool { pass.headForwarded && !pass.hasChunk && !isFiltered }

    /// What the offered piece needs before it has gone.
    enum Offer {
        /// So many bytes went on; the source keeps the rest.
        case taken(Int)
        /// The pass holds the piece; advance it.
        case passed
    }

    /// Offers a piece of body from the source.
    func offer(_ bytes: Span<UInt8>) -> Offer {
        if isDiscarding { return .taken(bytes.count) }
        if isDirect {
            let taken = sink?.sendBody(bytes) ?? 0
            byteCount += Int64(taken)
            if taken < bytes.count { isSourceBlocked = true }
            return .taken(taken)
        }
        guard pass.acceptsBody else {
            isSourceBlocked = true
            return .taken(0)
        }
        byteCount += Int64(bytes.count)
        pass.offerBody(bytes, isLast: false)
        return .passed
    }

    /// The source has delivered everything.
    func end(_ fields: borrowing HeaderMap) {
        hasEnded = true
        if !fields.isEmpty { trailers = copy fields }
    }

    /// Puts the end of the message through, once the source has delivered everything.
    ///
    /// True when the pass has to be advanced again.
    func offerEnd() -> Bool {
        guard hasEnded && !isDiscarding && !isComplete else { return false }
        let hasNothingMore = pass.headForwarded && !pass.hasChunk
        if hasNothingMore && (isEndOffered || isBodiless || !isFiltered) {
            guard let sink else { return false }
            isEndOffered = true
            isComplete = true
            sink.sendEnd(trailers)
            return false
        }
        guard !isEndOffered, pass.acceptsBody else { return false }
        isEndOffered = true
        if isBodiless {
            // Whoever waits for a body learns that there is none, and may make one.
            guard pass.holdingAt != nil else { return false }
            pass.offerNoBody()
        } else {
            pass.offerBody(Span(), isLast: true)
            if !trailers.isEmpty { pass.offerTrailers(trailers) }
        }
        return true
    }

    /// The pass says that its piece has been through every filter.
    func pushChunk() -> Bool {
        guard let sink else { return false }
        let bytes = pass.chunk.bytes
        if chunkOffset < bytes.count {
            chunkOffset += sink.sendBody(bytes.span.extracting(chunkOffset..<bytes.count))
            guard chunkOffset == bytes.count else { return false }
        }
        chunkOffset = 0
        let isLast = pass.chunkIsLast
        pass.chunkForwarded()
        if isLast && !pass.hasTrailers {
            isComplete = true
            sink.sendEnd(HeaderMap())
        }
        return true
    }

    /// The pass says that the trailers have been through every filter.
    func pushTrailers() {
        isComplete = true
        sink?.sendEnd(pass.trailers)
    }
}
