public import WeirBase

/// The upstream side of one request, whatever protocol carries it.
public protocol UpstreamStream: MessageSink {
    /// The endpoint's address as text, for logs.
    var endpointName: String { get }

    /// Starts the request. `upgrade` passes the client's wish to switch protocols on.
    func sendHead(_ head: RequestHead, framing: BodyFraming, upgrade: Bool)

    /// Makes the connection a tunnel instead of sending a request: bytes go both ways as they are.
    func startTunnel()

    /// The receiver can take more of the response.
    func resumeResponse()

    /// Nobody waits for the response any more.
    func cancel()
}

/// Who asked for the request, and gets its response.
public protocol UpstreamReceiver: AnyObject {
    /// Where the response's head goes.
    var upstreamResponse: ResponseHead { get }

    /// The request's method, which decides how the response is framed.
    var upstreamMethod: Method { get }

    /// A connection to that endpoint is being made.
    func upstreamChosen(_ endpoint: String)

    /// A connection is there; send the request.
    func upstreamReady(_ stream: any UpstreamStream)

    /// There is no response, or no more of it.
    func upstreamFailed(_ failure: UpstreamFailure)

    /// An interim response (1xx other than 101) is in `upstreamResponse`.
    func upstreamInformational()

    /// The final response's head is in `upstreamResponse`.
    func upstreamHead(framing: BodyFraming, upgraded: Bool)

    /// A piece of the response's body; returns how much of it was taken.
    func upstreamBody(_ bytes: Span<UInt8>) -> Int

    /// The response is complete.
    func upstreamEnd(_ trailers: borrowing HeaderMap)

    /// More of the request's body can be sent.
    func upstreamWritable()
}

/// Why there is no response, or no more of it.
public struct UpstreamFailure: Error, Sendable, Equatable {
    /// The status to answer with if nothing has been sent to the client yet.
    public let status: Int
    /// The reason in a word that machines can read.
    public let cause: StaticString
    /// Whether the request may be sent again: nothing of it can have been acted upon, or the
    /// connection was a pooled one that the upstream had closed in the meantime.
    public let retry: Retry

    /// When a request may be sent again.
    public enum Retry: Sendable {
        /// It may not.
        case never
        /// The upstream may have seen the request: only when the method is idempotent.
        case ifIdempotent
        /// The upstream has seen nothing.
        case always
    }

    /// Describes a failure.
    public init(status: Int, cause: StaticString, retry: Retry = .never) {
        self.status = status
        self.cause = cause
        self.retry = retry
    }

    /// Compares status and cause.
    public static func == (left: UpstreamFailure, right: UpstreamFailure) -> Bool {
        left.status == right.status && left.cause.description == right.cause.description
    }

    /// No endpoint can be asked.
    public static let noEndpoint = UpstreamFailure(status: 503, cause: "no_endpoint")
    /// The endpoints' host names have no address yet.
    public static let unresolved = UpstreamFailure(status: 503, cause: "endpoint_unresolved")
    /// Too many requests wait for a connection.
    public static let overflow = UpstreamFailure(status: 503, cause: "pool_overflow")
    /// No connection could be made.
    public static let connectFailed = UpstreamFailure(
        status: 502, cause: "connect_failed", retry: .always)
    /// Making a connection took too long.
    public static let connectTimeout = UpstreamFailure(
        status: 504, cause: "connect_timeout", retry: .always)
    /// A kept connection turned out to be closed.
    public static let stale = UpstreamFailure(
        status: 502, cause: "stale_connection", retry: .ifIdempotent)
    /// The same, where the cluster does not want another try.
    public static let staleForGood = UpstreamFailure(status: 502, cause: "stale_connection")
    /// Waiting for a connection took too long.
    public static let pendingTimeout = UpstreamFailure(status: 503, cause: "pending_timeout")
    /// The upstream closed before it answered.
    public static let closedEarly = UpstreamFailure(status: 502, cause: "upstream_closed_early")
    /// The upstream broke the connection or the stream.
    public static let reset = UpstreamFailure(status: 502, cause: "upstream_reset")
    /// The response ended before it was complete.
    public static let truncated = UpstreamFailure(status: 502, cause: "upstream_truncated")
}
