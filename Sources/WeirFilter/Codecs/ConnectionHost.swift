public import WeirBase

/// The connection under a codec, as the codec sees it.
public protocol ConnectionHost: AnyObject {
    /// The time now, read once per turn of the loop.
    var now: MonotonicTime { get }

    /// Random bits.
    var random: any RandomSource { get }

    /// What the handshake has settled; nil on an unprotected connection.
    var security: ConnectionSecurity? { get }

    /// Where `produce` writes. Not to be kept: it may be another buffer in the next turn.
    var output: ByteBuffer { get }

    /// How many bytes `produce` should write before it lets them be sent.
    var outputBound: Int { get }

    /// Bounds on heads and on how long a peer may take.
    var limits: CodecLimits { get }

    /// Asks for `produce` at the end of the turn.
    func schedule()

    /// Asks for `receive` with the bytes that the last call left, at the end of the turn.
    func resumeReceiving()

    /// Asks for `wakeUp` at a time; one time counts, the last one given; `.never` takes it back.
    func wake(at time: MonotonicTime)

    /// Sends what is in `output` and what `produce` adds to it, then closes the connection.
    ///
    /// `cause` is why, for a connection that does not end in order; it is counted in metrics.
    func end(_ cause: StaticString?)
}

/// A client's connection, as its codec sees it.
public protocol ServerHost: ConnectionHost {
    /// Whether requests come over a secured connection.
    var scheme: Scheme { get }

    /// The value of a `Date` field that is sent now (RFC 9110, section 6.6.1).
    var date: ByteString { get }

    /// Begins an exchange, whose responses go to `sink`.
    func open(_ sink: any ResponseSink) -> any RequestReceiver
}

/// A connection to an endpoint, as its codec sees it.
public protocol ClientHost: ConnectionHost {
    /// The endpoint's address as text, for logs.
    var endpointName: String { get }

    /// The codec's `capacity` has changed other than by `open` or the end of a stream. The host
    /// calls nothing of the codec before this returns.
    func capacityChanged()

    /// A stream that `open` began is over, whichever way: complete, failed, cancelled, or lost with
    /// the connection. Called exactly once per stream, by the time that `closed` returns, when
    /// `capacity` does not count the stream any more. The host calls nothing of the codec before
    /// this returns.
    func streamEnded()
}

/// Bounds that a codec keeps, whatever its protocol.
public struct CodecLimits: Sendable, Equatable {
    /// The most bytes of a head: names and values.
    public var headBytes = 32 * 1024
    /// The most fields of a head.
    public var fieldCount = 100
    /// How long the peer may take from the first byte of a head to its end.
    public var headTime = Interval.seconds(10)
    /// How long the peer may leave unread what was sent; then the host closes the connection.
    public var writeTime = Interval.seconds(30)
    /// How long a connection without streams is kept.
    public var idleTime = Interval.seconds(60)
    /// How many streams a connection may carry in its life; 0 for no bound.
    public var streamsPerConnection = 0

    /// All defaults.
    public init() {}
}
