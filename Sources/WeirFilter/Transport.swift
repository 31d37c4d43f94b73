public import WeirBase

/// The first seam: a byte stream under a connection. Plain TCP is built in; TLS wraps another one.
///
/// All calls are non-blocking and happen on the connection's loop.
public protocol Transport: AnyObject {
    /// Reads into the buffer's free room.
    func read(into buffer: ByteBuffer) -> TransportResult

    /// Writes bytes from `first`, then from `second`, as far as the peer takes them at once.
    func write(_ first: Span<UInt8>, _ second: Span<UInt8>) -> TransportResult

    /// Ends our sending side, so that the peer sees the end of the stream.
    func shutdownWrite()

    /// Ends everything. Later calls return `.closed`.
    func close()

    /// Why the transport says what the application protocol is (ALPN); empty for plain TCP.
    var applicationProtocol: String { get }
}

/// What came of a read or a write.
public enum TransportResult: Equatable, Sendable {
    /// So many bytes, at least one for a read.
    case bytes(Int)
    /// Nothing now; the loop will say when to try again.
    case wouldBlock
    /// The peer has ended its sending side.
    case end
    /// The connection is gone, with the system's error number (0 when it was closed here).
    case closed(errno: Int32)
}
