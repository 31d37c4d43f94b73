public import WeirBase

/// Who sent a message, and so who is at fault when it is broken.
public enum MessageSource: Sendable {
    /// The client: problems are 4xx or 5xx of their own.
    case client
    /// The upstream: problems are 502 with causes that start with `upstream_`.
    case upstream
}

/// How far a head was parsed.
public enum HeadProgress: Equatable, Sendable {
    /// The head is not complete; call again with the same bytes and more after them.
    case needMore
    /// The head is complete and took so many bytes from the front.
    case complete(byteCount: Int)
    /// The head is refused.
    case failed(ProtocolProblem)
}
