package import WeirBase
package import WeirHTTP

/// Where the body of a message goes, on either side of the proxy.
///
/// Calls gather; bytes are handed to the system and the other side is told at the end of the loop's
/// turn, so that no call comes back to its caller while it works.
package protocol MessageSink: AnyObject {
    /// Takes as much of a piece of body as the peer takes; the rest has to be offered again once
    /// the sink says that it is writable.
    func sendBody(_ bytes: Span<UInt8>) -> Int

    /// Ends the message.
    func sendEnd(_ trailers: borrowing HeaderMap)
}

/// The upstream side of one request, whatever protocol carries it.
package protocol UpstreamStream: MessageSink {
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
package protocol UpstreamReceiver: AnyObject {
    /// Where the response's head goes.
    var upstreamResponse: ResponseHead { get }

    /// The request's method, which decides how the response is framed.
    var upstreamMethod: Method { get }

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
package struct UpstreamFailure: Error, Sendable, Equatable {
    /// The status to answer with if nothing has been sent to the client yet.
    package let status: Int
    /// The reason in a word that machines can read.
    package let cause: StaticString
    /// Whether the request may be sent again: nothing of it can have been acted upon, or the
    /// connection was a pooled one that the upstream had closed in the meantime.
    package let retry: Retry

    /// When a request may be sent again.
    package enum Retry: Sendable {
        case never
        /// The upstream may have seen the request: only when the method is idempotent.
        case ifIdempotent
        /// The upstream has seen nothing.
        case always
    }

    package init(status: Int, cause: StaticString, retry: Retry = .never) {
        self.status = status
        self.cause = cause
        self.retry = retry
    }

    package static func == (left: UpstreamFailure, right: UpstreamFailure) -> Bool {
        left.status == right.status && left.cause.description == right.cause.description
    }

    package static let noEndpoint = UpstreamFailure(status: 503, cause: "no_endpoint")
    package static let unresolved = UpstreamFailure(status: 503, cause: "endpoint_unresolved")
    package static let overflow = UpstreamFailure(status: 503, cause: "pool_overflow")
    package static let connectFailed = UpstreamFailure(
        status: 502, cause: "connect_failed", retry: .always)
    package static let connectTimeout = UpstreamFailure(
        status: 504, cause: "connect_timeout", retry: .always)
    package static let stale = UpstreamFailure(
        status: 502, cause: "stale_connection", retry: .ifIdempotent)
    package static let staleForGood = UpstreamFailure(status: 502, cause: "stale_connection")
    package static let pendingTimeout = UpstreamFailure(status: 503, cause: "pending_timeout")
    package static let closedEarly = UpstreamFailure(status: 502, cause: "upstream_closed_early")
    package static let reset = UpstreamFailure(status: 502, cause: "upstream_reset")
    package static let truncated = UpstreamFailure(status: 502, cause: "upstream_truncated")
}
