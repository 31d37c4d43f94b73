internal import WeirBase

/// Trailers that are received.
extension Stream {
    /// What may not follow a body: routing, authentication and framing are over by then
    /// (RFC 9110, section 6.5.1).
    static let forbiddenTrailers: KnownHeaders = [
        .authorization, .cacheControl, .connection, .contentEncoding, .contentLength, .contentType,
        .cookie, .expect, .forwarded, .host, .http2Settings, .keepAlive, .location,
        .proxyAuthenticate, .proxyAuthorization, .proxyConnection, .setCookie, .te, .trailer,
        .transferEncoding, .upgrade, .via, .xForwardedFor, .xForwardedHost, .xForwardedProto,
        .xRequestId,
    ]

    /// Adds a field that came after the body; false when there is no room for it.
    func addTrailer(_ name: Span<UInt8>, _ value: Span<UInt8>, bytes: Int, count: Int) -> Bool {
        let size = session.scratch.count + name.count + value.count
        guard size <= bytes, receivedTrailers.count < count, name.count <= UInt16.max else {
            return false
        }
        session.parsed(name, value, into: &receivedTrailers)
        return true
    }

    /// The trailers are complete.
    func finishTrailers() {
        guard !receivedTrailers.isEmpty else { return }
        let scratch = session.scratch
        receivedTrailers.adoptParsed(scratch.bytes)
        receivedTrailers.remove(Self.forbiddenTrailers)
    }
}
