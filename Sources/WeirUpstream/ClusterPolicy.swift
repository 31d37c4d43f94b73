package import WeirBase

/// How a cluster balances and bounds its connections. Bounds count per worker.
package struct ClusterPolicy: Sendable, Equatable {
    /// How an endpoint is chosen.
    package enum Balance: Sendable { case roundRobin, leastRequest }

    /// How an endpoint is chosen.
    package var balance = Balance.roundRobin
    /// How long a connection may take to be made.
    package var connectTimeout = Interval.seconds(5)
    /// How many connections may be open at once.
    package var connections = 1024
    /// How many connections that carry several requests at a time an endpoint may have.
    package var sharedConnections = 8
    /// How many requests may wait for a connection.
    package var pending = 1024
    /// How many requests a connection carries before it is closed; 0 for no bound.
    package var requestsPerConnection = 0
    /// How long an unused connection is kept.
    package var idleTimeout = Interval.seconds(60)
    /// How long a request may wait for a connection.
    package var pendingTimeout = Interval.seconds(5)
    /// How long a response may stand still.
    package var responseIdle = Interval.seconds(60)
    /// How long an endpoint may take nothing of a request.
    package var writeIdle = Interval.seconds(30)
    /// The longest response head, in bytes.
    package var headerBytes = 64 << 10
    /// The most fields of a response.
    package var headerCount = 200
    /// Whether a request is sent again when a pooled connection turns out to be closed.
    package var retriesStale = true

    package init() {}
}

/// An address to connect to, and its share of requests.
package struct EndpointAddress: Sendable, Hashable {
    package let address: SocketAddress
    /// The name that the configuration has for it, in lower case: what its certificate is checked
    /// against. Nil for an endpoint that is configured by its address.
    package let host: String?
    package let weight: Int

    package init(_ address: SocketAddress, host: String? = nil, weight: Int = 1) {
        self.address = address
        self.host = host
        self.weight = weight
    }

    /// What connections belong to: an address that two names stand for is two endpoints, as a
    /// connection that was verified for one name must not carry requests meant for the other.
    struct Identity: Hashable {
        let address: SocketAddress
        let host: String?
    }

    var identity: Identity { Identity(address: address, host: host) }
}
