/// What came of a non-blocking read or write.
public enum IOResult: Equatable, Sendable {
    /// So many bytes, at least one for a read.
    case bytes(Int)
    /// Nothing now; the loop will say when to try again.
    case wouldBlock
    /// The peer has ended its sending side.
    case end
    /// The connection is gone, with the system's error number (0 when it was closed here).
    case closed(errno: Int32)
}
