import WeirBase

/// Which fields may stand after a body.
///
/// A trailer field arrives when routing, authentication and framing are over; one that would have
/// changed them must not be merged or passed on (RFC 9110, section 6.5.1). Framing fields and Host
/// refuse the message outright, as nobody sends them in good faith; the others are dropped.
enum Trailers {
    private static let forbidden: KnownHeaders = [
        .authorization, .cacheControl, .connection, .contentEncoding, .contentLength, .contentType,
        .cookie, .expect, .forwarded, .host, .http2Settings, .keepAlive, .location,
        .proxyAuthenticate, .proxyAuthorization, .proxyConnection, .setCookie, .te, .trailer,
        .transferEncoding, .upgrade, .via, .xForwardedFor, .xForwardedHost, .xForwardedProto,
        .xRequestId,
    ]

    static func removeForbidden(_ trailers: inout HeaderMap) { trailers.remove(forbidden) }
}
