/// The field names that the core and common filters look for, recognised once while parsing.
///
/// Comparing two of these costs one byte; every other name is `.other` and compared as bytes.
public enum KnownHeader: UInt8, Sendable, CaseIterable {
    case other
    case accept, acceptEncoding, age, altSvc, authorization, baggage, cacheControl, connection
    case contentEncoding, contentLength, contentType, cookie, date, etag, expect, forwarded, host
    case http2Settings, keepAlive, location, origin, proxyAuthenticate, proxyAuthorization
    case proxyConnection, referer, retryAfter, server, setCookie, te, trailer, transferEncoding
    case traceparent, tracestate, upgrade, userAgent, via, xForwardedClientCert, xForwardedFor
    case xForwardedHost, xForwardedProto, xRequestId

    /// The name in lower case; empty for `.other`.
    public var name: StaticString {
        switch self {
        case .other: ""
        case .accept: "accept"
        case .acceptEncoding: "accept-encoding"
        case .age: "age"
        case .altSvc: "alt-svc"
        case .authorization: "authorization"
        case .baggage: "baggage"
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
        case .traceparent: "traceparent"
        case .tracestate: "tracestate"
        case .trailer: "trailer"
        case .transferEncoding: "transfer-encoding"
        case .upgrade: "upgrade"
        case .userAgent: "user-agent"
        case .via: "via"
        case .xForwardedClientCert: "x-forwarded-client-cert"
        case .xForwardedFor: "x-forwarded-for"
        case .xForwardedHost: "x-forwarded-host"
        case .xForwardedProto: "x-forwarded-proto"
        case .xRequestId: "x-request-id"
        }
    }

    /// Which known name `name` spells, in any case.
    public static func named(_ name: Span<UInt8>) -> KnownHeader {
        guard name.count >= 2 && name.count < 256 else { return .other }
        let candidate = candidate(Int(name[0].lowercased) << 8 | name.count)
        return candidate != .other && name.equalsIgnoringCase(candidate.name) ? candidate : .other
    }

    /// The only known name with that key: its first letter in ASCII, then two digits of its length.
    ///
    /// Names of one key would need another letter to be told apart; a test finds them.
    private static func candidate(_ key: Int) -> KnownHeader {
        switch key {
        case 0x61_03: .age
        case 0x61_06: .accept
        case 0x61_07: .altSvc
        case 0x61_0D: .authorization
        case 0x61_0F: .acceptEncoding
        case 0x62_07: .baggage
        case 0x63_06: .cookie
        case 0x63_0A: .connection
        case 0x63_0C: .contentType
        case 0x63_0D: .cacheControl
        case 0x63_0E: .contentLength
        case 0x63_10: .contentEncoding
        case 0x64_04: .date
        case 0x65_04: .etag
        case 0x65_06: .expect
        case 0x66_09: .forwarded
        case 0x68_04: .host
        case 0x68_0E: .http2Settings
        case 0x6B_0A: .keepAlive
        case 0x6C_08: .location
        case 0x6F_06: .origin
        case 0x70_10: .proxyConnection
        case 0x70_12: .proxyAuthenticate
        case 0x70_13: .proxyAuthorization
        case 0x72_07: .referer
        case 0x72_0B: .retryAfter
        case 0x73_06: .server
        case 0x73_0A: .setCookie
        case 0x74_02: .te
        case 0x74_07: .trailer
        case 0x74_0A: .tracestate
        case 0x74_0B: .traceparent
        case 0x74_11: .transferEncoding
        case 0x75_07: .upgrade
        case 0x75_0A: .userAgent
        case 0x76_03: .via
        case 0x78_0C: .xRequestId
        case 0x78_0F: .xForwardedFor
        case 0x78_17: .xForwardedClientCert
        case 0x78_10: .xForwardedHost
        case 0x78_11: .xForwardedProto
        default: .other
        }
    }
}
