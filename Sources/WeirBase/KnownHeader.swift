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
        guard name.count >= 2 else { return .other }
        let candidate = candidate(first: name[0].lowercased, count: name.count)
        return candidate != .other && name.equalsIgnoringCase(candidate.name) ? candidate : .other
    }

    /// The only name that starts with that lower-case letter and is so long.
    ///
    /// Two names that agree in both would need another letter to be told apart; a test finds them.
    private static func candidate(first: UInt8, count: Int) -> KnownHeader {
        switch first {
        case UInt8(ascii: "a"):
            switch count {
            case 3: .age
            case 6: .accept
            case 7: .altSvc
            case 13: .authorization
            case 15: .acceptEncoding
            default: .other
            }
        case UInt8(ascii: "c"):
            switch count {
            case 6: .cookie
            case 10: .connection
            case 12: .contentType
            case 13: .cacheControl
            case 14: .contentLength
            case 16: .contentEncoding
            default: .other
            }
        case UInt8(ascii: "d"):
            count == 4 ? .date : .other
        case UInt8(ascii: "e"):
            switch count {
            case 4: .etag
            case 6: .expect
            default: .other
            }
        case UInt8(ascii: "f"):
            count == 9 ? .forwarded : .other
        case UInt8(ascii: "h"):
            switch count {
            case 4: .host
            case 14: .http2Settings
            default: .other
            }
        case UInt8(ascii: "k"):
            count == 10 ? .keepAlive : .other
        case UInt8(ascii: "l"):
            count == 8 ? .location : .other
        case UInt8(ascii: "o"):
            count == 6 ? .origin : .other
        case UInt8(ascii: "p"):
            switch count {
            case 16: .proxyConnection
            case 18: .proxyAuthenticate
            case 19: .proxyAuthorization
            default: .other
            }
        case UInt8(ascii: "r"):
            switch count {
            case 7: .referer
            case 11: .retryAfter
            default: .other
            }
        case UInt8(ascii: "s"):
            switch count {
            case 6: .server
            case 10: .setCookie
            default: .other
            }
        case UInt8(ascii: "t"):
            switch count {
            case 2: .te
            case 7: .trailer
            case 17: .transferEncoding
            default: .other
            }
        case UInt8(ascii: "u"):
            switch count {
            case 7: .upgrade
            case 10: .userAgent
            default: .other
            }
        case UInt8(ascii: "v"):
            count == 3 ? .via : .other
        case UInt8(ascii: "x"):
            switch count {
            case 12: .xRequestId
            case 15: .xForwardedFor
            case 16: .xForwardedHost
            case 17: .xForwardedProto
            default: .other
            }
        default: .other
        }
    }
}
