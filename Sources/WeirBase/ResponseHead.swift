/// The head of a response as filters see it; one object per stream, reused.
public final class ResponseHead {
    /// The status code, 100 to 999.
    public var status = 200

    /// The reason phrase that the upstream gave, passed on in HTTP/1; empty for the usual one.
    public var reason = ByteString()

    /// The protocol version that the upstream spoke.
    public var version: HTTPVersion = .http11

    /// The fields.
    public var headers = HeaderMap()

    /// Creates an empty head with status 200.
    public init() {}

    /// Makes the head ready for the next response and keeps its storage.
    public func clear() {
        status = 200
        reason.clear()
        version = .http11
        headers.clear()
    }
}

/// The usual reason phrases (RFC 9110, section 15, and the registry).
public func reasonPhrase(_ status: Int) -> StaticString {
    switch status {
    case 100: "Continue"
    case 101: "Switching Protocols"
    case 103: "Early Hints"
    case 200: "OK"
    case 201: "Created"
    case 202: "Accepted"
    case 204: "No Content"
    case 206: "Partial Content"
    case 301: "Moved Permanently"
    case 302: "Found"
    case 303: "See Other"
    case 304: "Not Modified"
    case 307: "Temporary Redirect"
    case 308: "Permanent Redirect"
    case 400: "Bad Request"
    case 401: "Unauthorized"
    case 403: "Forbidden"
    case 404: "Not Found"
    case 405: "Method Not Allowed"
    case 408: "Request Timeout"
    case 409: "Conflict"
    case 410: "Gone"
    case 413: "Content Too Large"
    case 414: "URI Too Long"
    case 417: "Expectation Failed"
    case 418: "I'm a Teapot"
    case 421: "Misdirected Request"
    case 422: "Unprocessable Content"
    case 426: "Upgrade Required"
    case 429: "Too Many Requests"
    case 431: "Request Header Fields Too Large"
    case 500: "Internal Server Error"
    case 501: "Not Implemented"
    case 502: "Bad Gateway"
    case 503: "Service Unavailable"
    case 504: "Gateway Timeout"
    case 505: "HTTP Version Not Supported"
    default: "Status"
    }
}
