public import WeirBase

/// The byte stream under a connection. Plain TCP is built in; a connection filter such as TLS
/// wraps another one.
///
/// All calls are non-blocking and happen on the connection's loop. The loop tells about changes of
/// the socket by edges, so two rules hold for every transport: a read of fewer bytes than there was
/// room for means that nothing more is there now, unless `hasMore` says so, and a write of fewer
/// bytes than were given means that the peer takes no more now.
public protocol Transport: AnyObject {
    /// Takes the handshake as far as it goes now; called again when the socket is ready for more.
    ///
    /// Only the outermost transport is asked: one that stands on another makes that one's first.
    func handshake() -> HandshakeProgress

    /// Reads into the buffer's free room.
    func read(into buffer: ByteBuffer) -> IOResult

    /// Whether the next read says something although the last one left room in its buffer: that the
    /// stream has ended, which a transport with frames of its own learns with the last bytes.
    var hasMore: Bool { get }

    /// Writes bytes from `first`, then from `second`, as far as the peer takes them at once.
    func write(_ first: Span<UInt8>, _ second: Span<UInt8>) -> IOResult

    /// Whether bytes that a `write` took are still on this side, as the peer takes no more now.
    var hasBacklog: Bool { get }

    /// Sends what it can of the backlog; called when the socket is writable.
    func flush()

    /// Ends our sending side, so that the peer sees the end of the stream.
    func shutdownWrite()

    /// Ends everything. Later calls return `.closed`.
    func close()

    /// What the handshake has settled; nil for a transport that protects nothing.
    var security: ConnectionSecurity? { get }
}

extension Transport {
    /// There is none to make.
    public func handshake() -> HandshakeProgress { .done }

    /// The system says by another event when there is more.
    public var hasMore: Bool { false }

    /// What is written goes to the system at once.
    public var hasBacklog: Bool { false }

    /// Has nothing to send.
    public func flush() {}

    /// Protects nothing.
    public var security: ConnectionSecurity? { nil }
}

/// How far a handshake has come.
public enum HandshakeProgress {
    /// The transport carries bytes now.
    case done
    /// It waits for the peer, or for room to write.
    case wouldBlock
    /// It has failed, and the connection is of no use. The transport has told the peer what it
    /// could.
    case failed(HandshakeFailure)
}

/// Why a handshake failed.
public struct HandshakeFailure: Error {
    /// The reason in a word that machines can read: `tls_plain_http`, `tls_no_shared_cipher`. It
    /// stands in metrics.
    public let cause: StaticString
    /// What is known besides, for the log; empty for nothing.
    public let detail: String

    /// Describes a failure.
    public init(_ cause: StaticString, detail: String = "") {
        self.cause = cause
        self.detail = detail
    }
}
