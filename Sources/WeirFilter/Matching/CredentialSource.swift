public import WeirBase

/// The place in a request where a client shows who it is, as it is written in configuration:
/// `header:NAME`, `query:NAME` or `cookie:NAME`.
public struct CredentialSource: Decodable, Sendable, Hashable, CustomStringConvertible {
    enum Kind: Sendable, Hashable {
        case header(HeaderName)
        case query(ByteString)
        case cookie(ByteString)
    }

    let kind: Kind
    /// As it was written.
    public let description: String

    /// What a place may look like, for messages.
    public static let forms = "header:NAME, query:NAME or cookie:NAME"

    /// Reads the text of a configuration.
    public init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let value = CredentialSource(text) else {
            throw ConfigurationError("expected \(Self.forms), found `\(text)`")
        }
        self = value
    }

    /// Reads text; nil when it names no place that a credential may have. Fields that the gateway
    /// alone decides (`HeaderName.isReserved`) are no such place.
    public init?(_ text: String) {
        guard let colon = text.firstIndex(of: ":") else { return nil }
        let name = String(text[text.index(after: colon)...])
        switch text[..<colon] {
        case "header":
            guard let header = HeaderName(name), !header.isReserved else { return nil }
            kind = .header(header)
        case "query":
            guard !name.isEmpty else { return nil }
            kind = .query(ByteString(name))
        case "cookie":
            // A cookie's name is a token (RFC 6265, section 4.1.1).
            guard !name.isEmpty, name.utf8.allSatisfy({ $0.isToken }) else { return nil }
            kind = .cookie(ByteString(name))
        default: return nil
        }
        description = text
    }

    /// What the request has there, the first when there are several; nil when it has nothing.
    ///
    /// A query parameter is decoded, a cookie comes without quotes around it. Two of them may
    /// disagree: `forEach` shows all.
    public func find(in request: RequestHead) -> ByteString? {
        switch kind {
        case .header(let name): request.headers[name]
        case .query(let name): request.queryParameter(name)
        case .cookie(let name): request.cookie(name)
        }
    }

    /// Calls `body` with everything that the request has there, in order, as `find` shows it.
    public func forEach(in request: RequestHead, _ body: (Span<UInt8>) -> Void) {
        switch kind {
        case .header(let name):
            let headers = request.headers
            var line = headers.index(of: name)
            while let index = line {
                body(headers.value(at: index))
                line = headers.index(of: name, from: index + 1)
            }
        case .query(let name): request.forEachQueryParameter(name, body)
        case .cookie(let name): request.forEachCookie(name, body)
        }
    }

    /// Takes away everything that the request has there. Other parameters and cookies stay as they
    /// are, byte for byte; a query or a line of cookies of which nothing is left goes too.
    public func remove(from request: RequestHead) {
        switch kind {
        case .header(let name): request.headers.remove(name)
        case .query(let name):
            guard let query = request.query,
                let rest = QueryText.without(name, query.span)
            else { return }
            request.query = rest.isEmpty ? nil : rest
        case .cookie(let name):
            for (line, rest) in Self.lines(without: name, in: request.headers).reversed() {
                if rest.isEmpty {
                    request.headers.remove(at: line)
                } else {
                    request.headers.replaceValue(at: line, with: rest.span)
                }
            }
        }
    }

    /// The lines of cookies that have one of that name, with what is left of them.
    private static func lines(
        without name: ByteString, in headers: HeaderMap
    ) -> [(line: Int, rest: ByteString)] {
        var changed: [(line: Int, rest: ByteString)] = []
        var line = headers.index(of: .cookie)
        while let index = line {
            if let rest = CookieText.without(name, headers.value(at: index)) {
                changed.append((index, rest))
            }
            line = headers.index(of: .cookie, from: index + 1)
        }
        return changed
    }
}
