public import WeirBase

/// What a filter decides in a phase. It is a return value, so nothing can be said twice.
public enum Verdict {
    /// Go on with the next filter.
    case `continue`
    /// Answer the client here. The filter has no further say in the stream.
    case respond(LocalResponse)
    /// Stop until the token behind the ticket is used; made by `FilterStream.pause`. While a stream
    /// is paused, nothing more is read from its source.
    case pause(PauseTicket)
    /// Collect the whole body, at most `upTo` bytes, then call this filter's body phase once with
    /// all of it before anything goes on. Only from a header phase. A longer body gives
    /// 413 for a request, 502 for a response.
    case buffer(upTo: Int)
    /// End the stream here without an answer, or without the rest of one that has begun. Nothing
    /// visits any filter any more.
    case cutOff(StaticString, CutOff)
}

/// How a client learns that there will be no answer, or no more of it.
public enum CutOff: Sendable {
    /// The connection is closed, or the HTTP/2 stream is reset.
    case close
    /// The connection is reset, so that the client's system reports an error; HTTP/2 as above.
    case reset
}

/// An answer made by the gateway itself.
public final class LocalResponse: Sendable {
    /// The status code.
    public let status: Int
    /// Fields to send; `content-length` is added.
    public let headers: [(HeaderName, ByteString)]
    /// The body.
    public let body: ByteString
    /// Why, in a word that machines can read: `fault_abort`, `ip_denied`. It stands in the access
    /// log, in metrics and, where configured, in a response header.
    public let cause: StaticString
    /// The outcome that a gRPC client is told; nil for the one that fits the status.
    public let grpcStatus: Int?

    /// Describes an answer.
    public init(
        status: Int, cause: StaticString, headers: [(HeaderName, ByteString)] = [],
        body: ByteString = "", grpcStatus: Int? = nil
    ) {
        self.grpcStatus = grpcStatus
        self.status = status
        self.cause = cause
        self.headers = headers
        self.body = body
    }
}
