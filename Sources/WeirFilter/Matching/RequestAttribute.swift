public import WeirBase

/// Something about a request that keys and rules name, as it is written in configuration:
/// `client-address`, `client`, `route`, `listener`, `method`, `host`, `path`, `scheme`,
/// `header:NAME`, `query:NAME`, `cookie:NAME`, `claim:PATH`, `server-name`,
/// `certificate:subject`, `certificate:fingerprint`.
public struct RequestAttribute: Decodable, Sendable, Hashable, CustomStringConvertible {
    enum Kind: Sendable, Hashable {
        case clientAddress, client, route, listener, method, host, path, scheme, serverName
        case header(HeaderName)
        case query(ByteString)
        case cookie(ByteString)
        case claim(ClaimPath)
        case certificateSubject, certificateFingerprint
    }

    let kind: Kind
    /// As it was written.
    public let description: String

    private static let plain: [String: Kind] = [
        "client-address": .clientAddress, "client": .client, "route": .route,
        "listener": .listener, "method": .method, "host": .host, "path": .path,
        "scheme": .scheme, "server-name": .serverName,
        "certificate:subject": .certificateSubject,
        "certificate:fingerprint": .certificateFingerprint,
    ]

    /// What an attribute may look like, for messages.
    public static let forms =
        "client-address, client, route, listener, method, host, path, scheme, server-name, "
        + "header:NAME, query:NAME, cookie:NAME, claim:PATH, certificate:subject or "
        + "certificate:fingerprint"

    /// Reads the text of a configuration.
    public init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let value = RequestAttribute(text) else {
            throw ConfigurationError("expected \(Self.forms), found `\(text)`")
        }
        self = value
    }

    /// Reads text; nil when it names nothing.
    public init?(_ text: String) {
        description = text
        if let kind = Self.plain[text] {
            self.kind = kind
            return
        }
        guard let colon = text.firstIndex(of: ":") else { return nil }
        let name = String(text[text.index(after: colon)...])
        guard !name.isEmpty else { return nil }
        switch text[..<colon] {
        case "header":
            guard let header = HeaderName(name) else { return nil }
            kind = .header(header)
        case "query": kind = .query(ByteString(name))
        case "cookie": kind = .cookie(ByteString(name))
        case "claim":
            guard let path = ClaimPath(name) else { return nil }
            kind = .claim(path)
        default: return nil
        }
    }

    /// Calls `body` with the value as bytes; nil when the request has none.
    ///
    /// A host has no port. Of a field that is there more than once the first line counts.
    public func withValue<Result>(
        of stream: FilterStream, _ body: (Span<UInt8>) -> Result
    ) -> Result? {
        let request = stream.request
        switch kind {
        case .clientAddress:
            guard let address = stream.clientAddress else { return nil }
            if address == stream.peerAddress, let text = stream.peerText {
                return body(text.span)
            }
            let text = ByteString(address.description)
            return body(text.span)
        case .client:
            guard let name = stream.client?.name else { return nil }
            return body(name.span)
        case .route: return Self.with(stream.place.route, body)
        case .listener: return Self.with(stream.place.listener, body)
        case .method:
            if request.method == .other {
                let name = request.methodName
                return body(name.span)
            }
            return body(request.method.name.span)
        case .host:
            let authority = request.authority
            return body(authority.span.extracting(0..<authority.hostCount))
        case .path:
            let path = request.path
            return body(path.span)
        case .scheme: return body(request.scheme.name.span)
        case .header(let name): return request.headers.withFirst(name, body)
        case .query(let name): return Self.with(request.queryParameter(name), body)
        case .cookie(let name): return Self.with(request.cookie(name), body)
        case .claim(let path): return Self.with(stream.claim(path)?.scalarText, body)
        case .serverName: return Self.with(stream.security?.serverName, body)
        case .certificateSubject:
            return Self.with(stream.security?.verifiedPeer?.subject, body)
        case .certificateFingerprint:
            return Self.with(stream.security?.verifiedPeer?.fingerprint, body)
        }
    }

    /// Whether `withValue` shows less than the request says: a field, query parameter or cookie
    /// that is there more than once, or a field in a spelling that upstreams may take for it
    /// (`HeaderName.isSpelling`). Whoever remembers something under the value has to ask.
    public func isAmbiguous(in stream: FilterStream) -> Bool {
        let request = stream.request
        var count = 0
        switch kind {
        case .header(let name):
            let headers = request.headers
            for index in 0..<headers.count where name.isSpelling(headers.name(at: index)) {
                count += 1
            }
            return count > 1 || count == 1 && !headers.contains(name)
        case .query(let name): request.forEachQueryParameter(name) { _ in count += 1 }
        case .cookie(let name): request.forEachCookie(name) { _ in count += 1 }
        case .clientAddress, .client, .route, .listener, .method, .host, .path, .scheme,
            .serverName, .claim, .certificateSubject, .certificateFingerprint:
            break
        }
        return count > 1
    }

    /// The value; nil when the request has none.
    public func value(of stream: FilterStream) -> ByteString? {
        withValue(of: stream) { ByteString($0) }
    }

    private static func with<Result>(
        _ text: String?, _ body: (Span<UInt8>) -> Result
    ) -> Result? {
        guard let text else { return nil }
        let bytes = ByteString(text)
        return body(bytes.span)
    }

    private static func with<Result>(
        _ text: ByteString?, _ body: (Span<UInt8>) -> Result
    ) -> Result? {
        guard let text else { return nil }
        return body(text.span)
    }
}

extension ConnectionSecurity {
    /// The peer's certificate, if it leads to a trusted authority.
    public var verifiedPeer: PeerCertificate? {
        guard let peer, peer.isVerified else { return nil }
        return peer
    }
}
