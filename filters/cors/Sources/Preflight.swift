internal import WeirBase
internal import WeirFilter

/// The fields of the protocol, and the answers to browsers that ask before they ask.
enum Preflight {
    static let method: HeaderName = "access-control-request-method"
    static let headers: HeaderName = "access-control-request-headers"
    static let privateNetwork: HeaderName = "access-control-request-private-network"
    static let allowOrigin: HeaderName = "access-control-allow-origin"
    static let allowCredentials: HeaderName = "access-control-allow-credentials"
    static let exposeHeaders: HeaderName = "access-control-expose-headers"
    static let vary: HeaderName = "vary"

    private static let varies: ByteString =
        "Origin, Access-Control-Request-Method, Access-Control-Request-Headers"

    /// Says no: without a field of the protocol, so that browsers stop here. The status tells
    /// people who look.
    static let refusal = LocalResponse(
        status: 403, cause: "cors_preflight_denied", headers: [(vary, varies)])

    /// Whether it is a preflight (Fetch, section 3.3.2), not an OPTIONS request of its own.
    static func isOne(_ request: RequestHead) -> Bool {
        request.method == .options && request.headers.contains(.origin)
            && request.headers.contains(method)
    }

    /// Says yes.
    static func answer(_ request: RequestHead, _ policy: Policy) -> LocalResponse {
        var fields: [(HeaderName, ByteString)] = [
            (allowOrigin, origin(of: request, policy)),
            ("access-control-allow-methods", policy.methodList),
        ]
        // All fields are allowed by naming those that were asked for: `*` leaves out some.
        let list = policy.headers == nil ? request.headers[headers] : policy.headerList
        if let list { fields.append(("access-control-allow-headers", list)) }
        if policy.allowsCredentials { fields.append((allowCredentials, "true")) }
        if let maxAge = policy.maxAge { fields.append(("access-control-max-age", maxAge)) }
        if request.headers.contains(privateNetwork) && policy.allowsPrivateNetwork {
            fields.append(("access-control-allow-private-network", "true"))
        }
        fields.append((vary, varies))
        return LocalResponse(status: 204, cause: "cors_preflight", headers: fields)
    }

    /// Who may read: all, or the one that asks.
    static func origin(of request: RequestHead, _ policy: Policy) -> ByteString {
        policy.origins == nil ? "*" : request.headers[HeaderName(.origin)] ?? ""
    }
}
