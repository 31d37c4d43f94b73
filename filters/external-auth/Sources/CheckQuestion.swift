internal import SwiftProtobuf
internal import WeirBase
internal import WeirFilter

/// What Envoy's protocol tells a service about a request.
struct CheckQuestion {
    private(set) var message = Envoy_Service_Auth_V3_CheckRequest()

    init(
        _ stream: FilterStream, sends: SentFields, body: ByteString?, bodyIsBytes: Bool,
        context: [String: String]
    ) {
        var attributes = Envoy_Service_Auth_V3_AttributeContext()
        attributes.source = Self.source(stream)
        attributes.request.time = Google_Protobuf_Timestamp(
            seconds: stream.unixNanoseconds / 1_000_000_000,
            nanos: Int32(stream.unixNanoseconds % 1_000_000_000))
        attributes.request.http = Self.http(stream.request, sends)
        if let body {
            attributes.request.http.size = Int64(body.count)
            if bodyIsBytes {
                attributes.request.http.rawBody.append(contentsOf: body.storage)
            } else {
                attributes.request.http.body = body.description
            }
        }
        attributes.contextExtensions = context
        if let name = stream.security?.serverName { attributes.tlsSession.sni = name }
        message.attributes = attributes
    }

    private static func source(
        _ stream: FilterStream
    ) -> Envoy_Service_Auth_V3_AttributeContext.Peer {
        var peer = Envoy_Service_Auth_V3_AttributeContext.Peer()
        if let address = stream.clientAddress {
            peer.address.socketAddress.address = address.description
            // The port belongs to the other end of the connection, not to a client before it.
            let isPeer = address == stream.peerAddress
            peer.address.socketAddress.portValue = isPeer ? UInt32(stream.peerPort) : 0
        } else {
            peer.address.pipe.path = ""
        }
        if let certificate = stream.security?.verifiedPeer {
            peer.principal =
                certificate.uris.first ?? certificate.dnsNames.first ?? certificate.subject
        }
        return peer
    }

    private static func http(
        _ request: RequestHead, _ sends: SentFields
    ) -> Envoy_Service_Auth_V3_AttributeContext.HttpRequest {
        var http = Envoy_Service_Auth_V3_AttributeContext.HttpRequest()
        http.id = request.headers.withFirst(HeaderName(.xRequestId)) { $0.string } ?? ""
        http.method = request.methodText.description
        http.path = request.pathAndQuery.description
        http.host = request.authority.description
        http.scheme = request.scheme.name.description
        http.protocol = "HTTP/\(request.version.name)"
        http.size = Int64(
            request.headers.withFirst(HeaderName(.contentLength)) { $0.decimal ?? -1 } ?? -1)
        // Services find them here too, as they do with Envoy, which keeps them as HTTP/2 has them.
        var headers = [
            ":method": http.method, ":path": http.path, ":authority": http.host,
            ":scheme": http.scheme,
        ]
        sends.forEach(in: request.headers) { name, value in
            // Cookies are joined as RFC 9113, section 8.2.3, has it, others as lists.
            let separator = name.known == .cookie ? "; " : ","
            headers[name.description] =
                headers[name.description].map { "\($0)\(separator)\(value)" } ?? value.description
        }
        http.headers = headers
        return http
    }
}
