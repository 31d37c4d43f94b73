internal import WeirBase
internal import WeirFilter

/// Answers requests that came without TLS. Shared by all streams.
final class Redirector: HTTPFilter, Sendable {
    /// A client of HTTP/1.0 need not say whom it asks, and then there is no place to send it to.
    private static let refusal = LocalResponse(
        status: 400, cause: "https_redirect",
        headers: [("content-type", "text/plain; charset=utf-8")],
        body: "this address is served with https only\n")

    private let status: Int
    /// What stands behind the host: empty, or a colon and the port.
    private let suffix: ByteString

    init(status: Int, port: Int) {
        self.status = status
        // The scheme implies the port 443 (RFC 9110, section 4.2.2).
        suffix = port == 443 ? "" : ByteString(":\(port)")
    }

    func requestHeaders(_ request: RequestHead, _ stream: FilterStream) -> Verdict {
        if request.scheme == .https { return .continue }
        if request.authority.isEmpty { return .respond(Self.refusal) }
        var location = ByteString("https://")
        let authority = request.authority
        location.append(authority.span.extracting(0..<authority.hostCount))
        location.append(suffix)
        Self.appendPath(of: request, to: &location)
        return .respond(
            LocalResponse(
                status: status, cause: "https_redirect",
                headers: [(HeaderName(.location), location)]))
    }

    /// The path and the query as the client wrote them. Absolute targets have their authority in
    /// between, so the canonical path stands in for them; `*` and CONNECT have no path.
    private static func appendPath(of request: RequestHead, to location: inout ByteString) {
        if request.target.storage.first == UInt8(ascii: "/") {
            location.append(request.target)
        } else if request.path.storage.first == UInt8(ascii: "/") {
            location.append(request.path)
            guard let query = request.query else { return }
            location.append(UInt8(ascii: "?"))
            location.append(query)
        }
    }
}
