internal import CLinux
public import WeirBase

/// A connected stream socket, TCP or Unix, that never blocks.
///
/// It is used on one loop and owns its descriptor: take it off the loop with `unwatch` before it is
/// closed or let go.
public final class StreamSocket {
    private var number: Int32

    /// The descriptor, or -1 once closed.
    public var descriptor: Int32 { number }

    /// Takes over a connected, non-blocking descriptor.
    public init(descriptor: Int32) { number = descriptor }

    deinit { close() }

    /// Whether the socket has not been closed on this side.
    public var isOpen: Bool { descriptor >= 0 }

    // MARK: Bytes

    /// Reads once into the buffer's free room; a full buffer gives `.bytes(0)`, unread.
    public func read(into buffer: ByteBuffer) -> IOResult {
        guard buffer.room > 0 else { return .bytes(0) }
        let count = receive(descriptor, into: buffer)
        if count > 0 { return .bytes(count) }
        return count == 0 ? .end : failure
    }

    /// Writes once, bytes of `first` and then of `second`, as many as the socket takes at once.
    ///
    /// Fewer than all means that the socket is full: the loop reports when it is writable. A peer
    /// that has gone gives `.closed`, and no signal.
    public func write(_ first: Span<UInt8>, _ second: Span<UInt8>) -> IOResult {
        let count =
            second.isEmpty
            ? transmit(descriptor, first)
            : first.isEmpty
                ? transmit(descriptor, second) : transmit(descriptor, first, second)
        return count >= 0 ? .bytes(count) : failure
    }

    private var failure: IOResult {
        let number = weir_errno()
        if number == EAGAIN { return .wouldBlock }
        return .closed(errno: isOpen ? number : 0)
    }

    // MARK: State

    /// Whether an idle connection is of no more use: the peer has closed or reset it, or has sent
    /// bytes that nobody asked for. To be asked before a kept-alive upstream connection is used
    /// again.
    public func isStale() -> Bool { peekByte(descriptor) >= 0 || weir_errno() != EAGAIN }

    /// Whether bytes, if only the end of the stream, wait to be read.
    public var hasPendingInput: Bool { peekByte(descriptor) >= 0 }

    /// Whether neither side has closed the connection as far as is known; unread bytes hide an end
    /// that comes after them.
    public var isAlive: Bool {
        let count = peekByte(descriptor)
        return count > 0 || count < 0 && weir_errno() == EAGAIN
    }

    /// The error that waits on the socket, 0 for none; asking takes it away.
    ///
    /// It tells how `connect` went, once the socket is writable.
    public func connectError() -> Int32 {
        option(descriptor, SOL_SOCKET, SO_ERROR) ?? weir_errno()
    }

    /// The other side's address; nil when it is gone or, as most Unix clients, has none.
    public var peerAddress: SocketAddress? { SystemAddress.peer(descriptor) }

    /// This side's address.
    public var localAddress: SocketAddress? { SystemAddress.local(descriptor) }

    // MARK: Ends

    /// Ends our sending side, so that the peer sees the end of the stream.
    public func shutdownWrite() { _ = shutdown(descriptor, Int32(SHUT_WR)) }

    /// Closes the socket; what was written is still delivered. Calling it again does nothing.
    public func close() {
        guard descriptor >= 0 else { return }
        _ = CLinux.close(descriptor)
        number = -1
    }

    /// Closes the socket and resets a TCP connection, so that nothing of it stays behind.
    public func abort() {
        guard descriptor >= 0 else { return }
        setResetOnClose(descriptor)
        close()
    }
}
