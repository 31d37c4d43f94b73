public import WeirBase

/// What the next bytes of a body are.
///
/// `skip` counts bytes of framing: drop them from the front of the buffer whatever else happens.
public enum BodyEvent: Equatable, Sendable {
    /// After the skipped bytes follow so many bytes of data. Call `consume` for those that are
    /// taken; `next` with the bytes after those goes on.
    case data(skip: Int, count: Int)
    /// Nothing more can be said of these bytes. Call again with those that were not skipped and
    /// more.
    case needMore(skip: Int)
    /// The body, trailers included, is over; what follows is another message's.
    case end(skip: Int)
    /// The body is refused, and the connection is of no further use.
    case failed(ProtocolProblem)
}

/// Finds the data in a message's body (RFC 9112, sections 6.3 and 7.1) without touching the bytes.
///
/// The caller owns the buffer: it drops what is skipped and takes as much of the data as it likes.
public struct BodyDecoder: Sendable {
    enum State: Equatable {
        /// In data, of which so many bytes are left to take.
        case data(Int64)
        case untilClose
        case chunkLine
        /// After a chunk's data, where its CRLF is due.
        case chunkEnd
        case trailers
        case ended
        case failed(Fault)
    }

    let limits: HTTPLimits
    let source: MessageSource
    let isChunked: Bool
    var state: State
    var line = ChunkLine()
    var section = FieldSection(isTrailers: true)
    /// How much longer than justified the chunk lines were so far.
    var excess = 0

    /// The trailer fields, complete once `next` has returned `end`. Fields that may not stand in a
    /// trailer section are left out (see `Trailers`).
    public internal(set) var trailers = HeaderMap()

    /// Creates a decoder for one body.
    ///
    /// - Parameter source: Who sends the body, and so whether problems are 400 or 502.
    public init(
        _ framing: BodyFraming, limits: HTTPLimits = HTTPLimits(),
        from source: MessageSource = .client
    ) {
        self.limits = limits
        self.source = source
        isChunked = framing == .chunked
        switch framing {
        case .none: state = .ended
        case .length(let count): state = count > 0 ? .data(count) : .ended
        case .chunked: state = .chunkLine
        case .untilClose: state = .untilClose
        }
    }

    /// Whether the body is over.
    public var isEnded: Bool { state == .ended }

    /// Looks at `bytes`, the unread bytes of the connection, and says what they are.
    ///
    /// Trailers are looked at as a whole: `bytes` may have to grow to `HTTPLimits.trailerBytes`.
    public mutating func next(_ bytes: Span<UInt8>) -> BodyEvent {
        var skip = 0
        while true {
            switch state {
            case .data(let left):
                let available = bytes.count - skip
                if available == 0 { return .needMore(skip: skip) }
                return .data(skip: skip, count: Int(min(left, Int64(available))))
            case .untilClose:
                return bytes.count == 0 ? .needMore(skip: 0) : .data(skip: 0, count: bytes.count)
            case .ended: return .end(skip: skip)
            case .failed(let fault): return .failed(fault.problem(from: source))
            case .chunkLine:
                guard let count = parseChunkLine(bytes, from: skip) else { break }
                skip += count
                if state == .chunkLine { return .needMore(skip: skip) }
            case .chunkEnd:
                guard let count = parseChunkEnd(bytes, from: skip) else { break }
                skip += count
                if state == .chunkEnd { return .needMore(skip: skip) }
            case .trailers:
                guard let count = parseTrailers(bytes, from: skip) else { break }
                skip += count
                if state == .trailers { return .needMore(skip: skip) }
            }
        }
    }

    /// Tells that `count` bytes of the data last offered were taken.
    public mutating func consume(_ count: Int) {
        guard case .data(let left) = state else {
            precondition(state == .untilClose || count == 0, "there was no data to take")
            return
        }
        precondition(count >= 0 && Int64(count) <= left, "more taken than offered")
        if Int64(count) < left {
            state = .data(left - Int64(count))
        } else {
            state = isChunked ? .chunkEnd : .ended
        }
    }

    /// Tells that the peer has closed its sending side after the bytes seen so far.
    ///
    /// - Returns: `end` when the body may end here, and otherwise `failed`, as it is incomplete
    ///   (RFC 9112, section 8).
    public mutating func endOfInput() -> BodyEvent {
        switch state {
        case .untilClose, .ended: state = .ended
        case .failed: break
        default: state = .failed(.bodyTruncated)
        }
        return next(Span())
    }
}
