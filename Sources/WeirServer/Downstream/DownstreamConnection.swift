internal import WeirBase
internal import WeirFilter
internal import WeirRuntime

/// A client's connection, whatever it speaks, as the acceptor knows it.
protocol DownstreamConnection: AnyObject {
    /// The connection's place among the acceptor's.
    var slot: Int { get set }

    /// Ends the connection as soon as it has no request: the listener or the worker stops.
    func closeIfIdle()

    /// Ends the connection and what is on it at once.
    func close(aborting cause: StaticString?)
}

/// What is known of a client, by whichever connection it came; one object per connection.
final class ClientFacts {
    let address: SocketAddress?
    /// The address without the port, made once per connection.
    let text: ByteString?
    /// What a secure handshake has settled.
    let security: ConnectionSecurity?

    init(_ address: SocketAddress?, security: ConnectionSecurity?) {
        self.address = address
        self.security = security
        text = address?.ip.map { ByteString($0.description) }
    }
}

extension Exchange {
    /// Notes who is asking, once the request's head is complete.
    func introduce(_ client: ClientFacts) {
        stream.peerAddress = client.address?.ip
        stream.peerPort = client.address?.port ?? 0
        stream.peerText = client.text
        stream.security = client.security
        request.scheme = isSecure(client) ? .https : .http
        stream.clientAddress = ForwardingFields.clientAddress(
            request.headers, peer: client.address?.ip, trustedHops: listener.forwarding.trustedHops)
    }

    /// Whether the client came over https: to us, or to a hop before us that is trusted to say.
    private func isSecure(_ client: ClientFacts) -> Bool {
        if client.security != nil { return true }
        guard listener.forwarding.trustedHops > 0 else { return false }
        return request.headers.withFirst(HeaderName(.xForwardedProto)) {
            $0.equalsIgnoringCase("https")
        } ?? false
    }
}
