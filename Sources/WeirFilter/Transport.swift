public import WeirBase

/// The first seam: a byte stream under a connection. Plain TCP is built in; TLS wraps another one.
///
/// All calls are non-blocking and happen on the connection's loop.
public protocol Transport: AnyObject {
    /// Reads into the buffer's free room.
    func read(into buffer: ByteBuffer) -> IOResult

    /// Writes bytes from `first`, then from `second`, as far as the peer takes them at once.
    func write(_ first: Span<UInt8>, _ second: Span<UInt8>) -> IOResult

    /// Ends our sending side, so that the peer sees the end of the stream.
    func shutdownWrite()

    /// Ends everything. Later calls return `.closed`.
    func close()

    /// The application protocol that was agreed on (ALPN); empty for plain TCP.
    var applicationProtocol: String { get }
}
