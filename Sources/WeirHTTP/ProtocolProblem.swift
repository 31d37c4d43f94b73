/// Why a message was refused. The connection it came on cannot be used further.
public struct ProtocolProblem: Error, Sendable, Equatable, CustomStringConvertible {
    /// The status to answer with: 400, 414, 417, 431, 501 or 505 for a client's fault, 502 for an
    /// upstream's.
    public let status: Int

    /// A machine-readable name such as `bad_content_length` or `upstream_bad_header`.
    public let cause: StaticString

    /// Creates a problem.
    public init(status: Int, cause: StaticString) {
        self.status = status
        self.cause = cause
    }

    /// Compares status and cause.
    public static func == (left: ProtocolProblem, right: ProtocolProblem) -> Bool {
        left.status == right.status && left.cause.description == right.cause.description
    }

    /// The status and the cause.
    public var description: String { "\(status) \(cause)" }
}

/// Who sent a message, and so who is at fault when it is broken.
public enum MessageSource: Sendable {
    /// The client: problems are 4xx or 5xx of their own.
    case client
    /// The upstream: problems are 502 with causes that start with `upstream_`.
    case upstream
}

/// How the end of a body is found (RFC 9112, section 6.3).
public enum BodyFraming: Equatable, Sendable {
    /// There is no body.
    case none
    /// So many bytes.
    case length(Int64)
    /// The chunked transfer coding.
    case chunked
    /// Everything until the peer closes; responses only.
    case untilClose
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
