internal import WeirBase
public import WeirFilter

/// HTTP/2 through nghttp2, for clients and for upstreams.
public struct Http2: CodecFactory {
    /// `http2`
    public static let name = "http2"

    /// What TLS peers call it.
    public static let applicationProtocol = "h2"

    /// What a client with prior knowledge begins with (RFC 9113, section 3.4).
    public static let preface: StaticString = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

    private let settings: CodecSettings

    /// Checks the numbers.
    public init(_ configuration: Configuration) throws {
        settings = try CodecSettings(configuration)
    }

    /// The codec of a client's connection.
    public func makeServer(_ host: any ServerHost) -> any ServerCodec {
        ServerConnection(host, settings, NativeSession(isServer: true, settings))
    }

    /// The codec of a connection to an endpoint.
    public func makeClient(_ host: any ClientHost) -> any ClientCodec {
        ClientConnection(host, settings, NativeSession(isServer: false, settings))
    }
}
