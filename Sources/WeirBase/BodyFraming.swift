/// How the end of a body is found (RFC 9112, section 6.3).
public enum BodyFraming: Equatable, Sendable {
    /// There is no body.
    case none
    /// So many bytes.
    case length(Int64)
    /// It says so itself: the chunked transfer coding, or a protocol whose frames do.
    case chunked
    /// Everything until the peer closes: responses, and both directions of a tunnel.
    case untilClose
}
