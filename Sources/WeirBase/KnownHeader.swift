/// The field names that the core and common filters look for, recognised once while parsing.
///
/// Comparing two of these costs one byte; every other name is `.other` and compared as bytes.
public enum KnownHeader: UInt8, Sendable, CaseIterable {
    case other
    case accept, acceptEncoding, age, altSvc, authorization, cacheControl, connection
    case contentEncoding, contentLength, contentType, cookie, date, etag, expect, forwarded, host
    case http2Settings, keepAlive, location, origin, proxyAuthenticate, proxyAuthorization
    case proxyConnection, referer, retryAfter, server, setCookie, te, trailer, transferEncoding
    case upgrade, userAgent, via, xForwardedFor, xForwardedHost, xForwardedProto, xRequestId

    /// The name in lower case; empty for `.other`.
    public var name: StaticString {
        switch self {
        case .other: ""
        case .accept: "accept"
        case .acceptEncoding: "accept-encoding"
        case .age: "age"
        case .altSvc: "alt-svc"
        case .authorization: "authorization"
        case .cacheControl: "cache-control"
        case .connection: "connection"
        case .contentEncoding: "content-encoding"
        case .contentLength: "content-length"
        case .contentType: "content-type"
        case .cookie: "cookie"
        case .date: "date"
        case .etag: "etag"
        case .expect: "expect"
        case .forwarded: "forwarded"
        case .host: "host"
        case .http2Settings: "http2-settings"
        case .keepAlive: "keep-alive"
        case .location: "location"
        case .origin: "origin"
        case .proxyAuthenticate: "proxy-authenticate"
        case .proxyAuthorization: "proxy-authorization"
        case .proxyConnection: "proxy-connection"
        case .referer: "referer"
        case .retryAfter: "retry-after"
        case .server: "server"
        case .setCookie: "set-cookie"
        case .te: "te"
        case .trailer: "trailer"
        case .transferEncoding: "transfer-encoding"
        case .upgrade: "upgrade"
        case .userAgent: "user-agent"
        case .via: "via"
        case .xForwardedFor: "x-forwarded-for"
        case .xForwardedHost: "x-forwarded-host"
        case .xForwardedProto: "x-forwarded-proto"
        case .xRequestId: "x-request-id"
        }
    }

    /// Which known name `name` spells, in any case.
    public static func named(_ name: Span<UInt8>) -> KnownHeader {
        guard name.count >= 2 && name.count <= longest else { return .other }
        var slot = hash(count: name.count, first: name[0], last: name[name.count - 1])
        while true {
            let candidate = table[slot]
            if candidate == .other { return .other }
            if name.equalsIgnoringCase(candidate.name) { return candidate }
            slot = (slot + 1) & 255
        }
    }

    private static let longest = 19

    private static func hash(count: Int, first: UInt8, last: UInt8) -> Int {
        (count &* 37 &+ Int(first.lowercased) &* 5 &+ Int(last.lowercased) &* 11) & 255
    }

    /// Open addressing over (length, first byte, last byte); `.other` marks a free slot.
    private static let table: [KnownHeader] = {
        var table = [KnownHeader](repeating: .other, count: 256)
        for header in allCases where header != .other {
            let bytes = ByteString(header.name.description).storage
            var slot = hash(count: bytes.count, first: bytes[0], last: bytes[bytes.count - 1])
            while table[slot] != .other { slot = (slot + 1) & 255 }
            table[slot] = header
        }
        return table
    }()
}
