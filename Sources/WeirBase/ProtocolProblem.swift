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
