/// The head of a request as filters and routes see it; one object per stream, reused.
public final class RequestHead {
    /// The method.
    public var method: Method = .get

    /// The method's name when `method` is `.other`.
    public var methodName = ByteString()

    /// The protocol version that the client spoke.
    public var version: HTTPVersion = .http11

    /// The request target exactly as it was received.
    public var target = ByteString()

    /// The canonical path, computed once: what routes, filters and the upstream see.
    ///
    /// It starts with `/`, has no dot segments, no empty segments and no ambiguous escapes; for an
    /// `OPTIONS *` request it is `*`.
    public var path = ByteString()

    /// The query without its `?`, or nil when there is none.
    public var query: ByteString?

    /// Whom the request is for, in lower case and with the port if one was given.
    public var authority = ByteString()

    /// How the client spoke to us.
    public var scheme: Scheme = .http

    /// The fields.
    public var headers = HeaderMap()

    /// Creates an empty head.
    public init() {}

    /// Makes the head ready for the next request and keeps its storage.
    public func clear() {
        method = .get
        methodName.clear()
        version = .http11
        target.clear()
        path.clear()
        query = nil
        authority.clear()
        scheme = .http
        headers.clear()
    }
}

/// The scheme of a request.
public enum Scheme: UInt8, Sendable {
    case http, https

    /// The scheme as it stands in a URL.
    public var name: StaticString { self == .http ? "http" : "https" }
}

/// A version of HTTP.
public enum HTTPVersion: UInt8, Sendable, Comparable {
    case http10, http11, http2

    /// The version as it stands in `Via` and in logs.
    public var name: StaticString {
        switch self {
        case .http10: "1.0"
        case .http11: "1.1"
        case .http2: "2"
        }
    }

    /// Orders by age.
    public static func < (left: HTTPVersion, right: HTTPVersion) -> Bool {
        left.rawValue < right.rawValue
    }
}
