public import WeirBase

extension HeaderName {
    /// Whether the gateway alone decides this field: it frames messages, manages one connection
    /// (RFC 9110, section 7.6.1) or says where a request goes.
    ///
    /// A filter that lets operators name fields refuses these in its configuration; changed by
    /// hand they would let one message be read as two.
    public var isReserved: Bool {
        switch known {
        case .connection, .contentLength, .host, .http2Settings, .keepAlive, .proxyConnection, .te,
            .trailer, .transferEncoding, .upgrade:
            true
        default: false
        }
    }
}
