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
    package let weight: Int

    package init(_ address: SocketAddress, weight: Int = 1) {
        self.address = address
        self.weight = weight
    }
}
