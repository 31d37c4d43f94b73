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
    /// The address at the other end; nil on a Unix socket.
    let address: IPAddress?
    /// The port at the other end; 0 on a Unix socket.
    let port: UInt16
    /// The address as text, made once per connection.
    let text: ByteString?
    /// What a secure handshake has settled.
    let security: ConnectionSecurity?
    /// Whether there was such a handshake.
    let isSecure: Bool

    init(_ peer: SocketAddress?, security: ConnectionSecurity?) {
        address = peer?.ip
        port = peer?.port ?? 0
        self.security = security
        isSecure = security != nil
        text = peer?.ip.map { ByteString($0.description) }
    }
}

extension Exchange {
    /// Notes who is asking, once the request's head is complete.
    func introduce(_ client: ClientFacts) {
        stream.peerAddress = client.address
        stream.peerPort = client.port
        stream.peerText = client.text
        if client.isSecure { stream.security = client.security }
        let trustedHops = listener.forwarding.trustedHops
        request.scheme = ForwardingFields.scheme(
            request.headers, isSecure: client.isSecure, trustedHops: trustedHops)
        stream.clientAddress = ForwardingFields.clientAddress(
            request.headers, peer: client.address, trustedHops: trustedHops)
    }
}
