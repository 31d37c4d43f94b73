public import WeirBase

/// A response as an asynchronous filter sees it: what `next` gave, or an answer of its own.
public final class Response {
    /// The head: status and fields.
    public private(set) var head: ResponseHead

    /// The body, for as long as the response has not been returned.
    public let body: MessageBody

    /// Why the gateway answers, for an answer of the filter's own; nil for what `next` gave.
    public let cause: StaticString?

    /// The response that `next` gives.
    init(_ head: ResponseHead, body: MessageBody) {
        self.head = head
        self.body = body
        cause = nil
    }

    /// An answer of the filter's own.
    ///
    /// `cause` is a word that machines can read, `tenant_unknown`; it stands in the access log and
    /// in metrics. `content-length` is added.
    public init(
        status: Int, cause: StaticString, headers: [(HeaderName, ByteString)] = [],
        body: ByteString = ""
    ) {
        head = ResponseHead()
        head.status = status
        for (name, value) in headers { head.headers.append(name, value.span) }
        self.body = MessageBody(whole: body)
        self.cause = cause
    }

    /// The stream is over; its head goes to another one.
    func detach() {
        let copy = ResponseHead()
        copy.status = head.status
        copy.reason = head.reason
        copy.version = head.version
        copy.headers = head.headers
        head = copy
    }

    /// The answer for the engine; nil for what `next` gave.
    var local: LocalResponse? {
        guard let cause else { return nil }
        var fields: [(HeaderName, ByteString)] = []
        for index in 0..<headers.count where headers.known(at: index) != .contentLength {
            guard let name = HeaderName(ByteString(headers.name(at: index)).description) else {
                continue
            }
            fields.append((name, ByteString(headers.value(at: index))))
        }
        return LocalResponse(status: status, cause: cause, headers: fields, body: body.whole)
    }
}

extension Response {
    /// The status code.
    public var status: Int {
        get { head.status }
        set { head.status = newValue }
    }

    /// The fields.
    public var headers: HeaderMap {
        get { head.headers }
        _modify { yield &head.headers }
    }
}

/// Thrown by an asynchronous filter, a local response answers the client.
extension LocalResponse: Error {}
