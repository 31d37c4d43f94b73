public import WeirBase

/// A request of the gateway's own, to a cluster of its configuration.
public struct CallRequest: Sendable {
    /// The method.
    public var method: Method
    /// The path, with a query if there is one.
    public var path: ByteString
    /// Whom it is for; the cluster's name when nil.
    public var authority: ByteString?
    /// Fields to send; `content-length` and `host` are added.
    public var headers: [(HeaderName, ByteString)]
    /// The body.
    public var body: ByteString
    /// How long it may take from the call to the end of the response.
    public var timeout: Interval
    /// The longest body of a response, in bytes.
    public var responseLimit: Int
    /// The endpoint to ask, as address and port; nil to let the cluster choose.
    public var endpoint: SocketAddress?
    /// Whether it may be sent once more when a kept connection turns out to be dead, although the
    /// endpoint might have seen it: for requests that change nothing, whatever their method.
    public var isRepeatable: Bool

    /// Describes a request. One whose method is idempotent is repeatable unless said otherwise.
    public init(
        _ method: Method = .get, _ path: ByteString, authority: ByteString? = nil,
        headers: [(HeaderName, ByteString)] = [], body: ByteString = ByteString(),
        timeout: Interval = .seconds(5), responseLimit: Int = 1 << 20,
        endpoint: SocketAddress? = nil, isRepeatable: Bool? = nil
    ) {
        self.method = method
        self.path = path
        self.authority = authority
        self.headers = headers
        self.body = body
        self.timeout = timeout
        self.responseLimit = responseLimit
        self.endpoint = endpoint
        self.isRepeatable = isRepeatable ?? method.isIdempotent
    }
}

/// The complete response to a request of the gateway's own.
public struct CallResponse: Sendable {
    /// The status code.
    public var status: Int
    /// The fields.
    public var headers: HeaderMap
    /// The body.
    public var body: ByteString
    /// The trailer fields.
    public var trailers: HeaderMap

    /// Describes a response.
    public init(
        status: Int, headers: HeaderMap = HeaderMap(), body: ByteString = ByteString(),
        trailers: HeaderMap = HeaderMap()
    ) {
        self.status = status
        self.headers = headers
        self.body = body
        self.trailers = trailers
    }
}

/// Why there is no response to a request of the gateway's own.
public struct CallFailure: Error, Sendable {
    /// The reason in a word that machines can read: `connect_failed`, `call_timeout`.
    public let cause: StaticString

    /// Names a reason.
    public init(_ cause: StaticString) { self.cause = cause }

    /// The response did not end in time.
    public static let timeout = CallFailure("call_timeout")
    /// The response's body is longer than the request allows.
    public static let tooLarge = CallFailure("call_response_too_large")
    /// The configuration that named the cluster is no longer in service.
    public static let gone = CallFailure("call_cluster_gone")
}

/// What came of a request of the gateway's own.
public typealias CallResult = Result<CallResponse, CallFailure>
