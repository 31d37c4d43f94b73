public import WeirBase

/// A connection filter: has its say about every connection before a byte of HTTP is read.
///
/// Filters of this kind stand under `connection` of a listener or a cluster, outermost first: the
/// first one is next to the network.
public protocol ConnectionFilterFactory: Factory {
    /// Checks that the configuration makes sense on the side where it stands; called when a
    /// configuration is loaded, before `provision`. Throw `ConfigurationError` to name the field at
    /// fault. Nothing to object to unless declared.
    func validate(for side: ConnectionSide) throws

    /// A client has connected to a listener. `.accept` unless declared.
    func accept(_ connection: AcceptedConnection) -> ConnectionVerdict

    /// A connection to an endpoint of a cluster was made. `.accept` unless declared.
    func connect(_ connection: MadeConnection) -> ConnectionVerdict
}

/// Which side of the proxy a connection filter or a codec works on.
public enum ConnectionSide: Sendable {
    /// Connections from clients: it stands under a listener.
    case downstream
    /// Connections to endpoints: it stands under a cluster.
    case upstream
}

extension ConnectionFilterFactory {
    /// Makes sense on both.
    public func validate(for side: ConnectionSide) throws {}

    /// Has no objection.
    public func accept(_ connection: AcceptedConnection) -> ConnectionVerdict { .accept }

    /// Has no objection.
    public func connect(_ connection: MadeConnection) -> ConnectionVerdict { .accept }
}

/// What a connection filter decides.
public enum ConnectionVerdict {
    /// Go on with the next filter.
    case accept
    /// Go on with the next filter, and keep this object until the connection has ended.
    case acceptHolding(AnyObject)
    /// Close the connection. The cause, a word that machines can read, stands in metrics.
    case refuse(StaticString)
    /// Go on with the next filter, and carry the connection's bytes through this transport, which
    /// stands on the one that was given.
    case wrap(any Transport)
}

/// A connection from a client, as a connection filter sees it.
public struct AcceptedConnection {
    /// What carries the bytes so far: the socket, or what an outer filter has wrapped it in.
    public let transport: any Transport
    /// The other end; nil for a client on a Unix socket.
    public let peer: SocketAddress?
    /// The listener's name.
    public let listener: String
    /// The protocols that the listener speaks, the preferred one first, by their ALPN names.
    public let protocols: [String]

    /// Describes a connection.
    public init(
        transport: any Transport, peer: SocketAddress?, listener: String, protocols: [String]
    ) {
        self.transport = transport
        self.peer = peer
        self.listener = listener
        self.protocols = protocols
    }
}

/// A connection to an endpoint, as a connection filter sees it.
public struct MadeConnection {
    /// What carries the bytes so far.
    public let transport: any Transport
    /// The endpoint's address.
    public let address: SocketAddress
    /// The endpoint's host name, if it is configured by one, in lower case.
    public let host: String?
    /// The cluster's name.
    public let cluster: String
    /// The protocols that the cluster speaks, the preferred one first, by their ALPN names.
    public let protocols: [String]

    /// Describes a connection.
    public init(
        transport: any Transport, address: SocketAddress, host: String?, cluster: String,
        protocols: [String]
    ) {
        self.transport = transport
        self.address = address
        self.host = host
        self.cluster = cluster
        self.protocols = protocols
    }
}
