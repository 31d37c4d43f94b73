public import WeirBase

/// A request as an asynchronous filter sees it.
///
/// Belongs to its stream's loop and cannot leave the task. After the stream has ended it keeps what
/// it held then.
public final class Request {
    /// The head: method, target, path, query, authority, fields.
    public private(set) var head: RequestHead

    /// The body, for as long as it has not been sent on.
    public let body: MessageBody

    /// What the filter can reach besides the messages.
    public let context: FilterContext

    init(_ head: RequestHead, body: MessageBody, context: FilterContext) {
        self.head = head
        self.body = body
        self.context = context
    }

    /// The stream is over; its head goes to another one.
    func detach() { head = RequestHead(copying: head) }
}

extension Request {
    /// The method.
    public var method: Method {
        get { head.method }
        set { head.method = newValue }
    }

    /// The canonical path, which the upstream is asked for.
    public var path: ByteString {
        get { head.path }
        set { head.path = newValue }
    }

    /// The query without its `?`, or nil when there is none.
    public var query: ByteString? {
        get { head.query }
        set { head.query = newValue }
    }

    /// Whom the request is for, in lower case and with the port if one was given.
    public var authority: ByteString {
        get { head.authority }
        set { head.authority = newValue }
    }

    /// The fields.
    public var headers: HeaderMap {
        get { head.headers }
        _modify { yield &head.headers }
    }
}

extension RequestHead {
    fileprivate convenience init(copying other: RequestHead) {
        self.init()
        method = other.method
        methodName = other.methodName
        version = other.version
        target = other.target
        path = other.path
        query = other.query
        authority = other.authority
        scheme = other.scheme
        headers = other.headers
    }
}
