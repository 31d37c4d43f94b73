public import WeirBase

/// One of `clusters`: endpoints that can answer the same requests, and how they are used.
public struct ClusterConfiguration: Sendable, Hashable {
    /// How an endpoint is chosen.
    public enum Balance: String, Sendable, CaseIterable {
        /// One after the other, by weight.
        case roundRobin = "round-robin"
        /// The one with the fewest open requests for its weight; of many, the better of two drawn.
        case leastRequest = "least-request"
    }

    /// The name.
    public var name: String
    /// Where it stands in the file.
    public var mark: SourceMark
    /// The endpoints; at least one.
    public var endpoints: [EndpointConfiguration] = []
    /// The connection filters and codecs, outermost first.
    public var connection: [FilterEntry] = []
    /// How an endpoint is chosen. Default: round-robin.
    public var balance = Balance.roundRobin
    /// For a connection to be made, handshakes of connection filters such as TLS included; then the
    /// next endpoint, or 504. Default: 5 s.
    public var connectTimeout: Interval = .seconds(5)
    /// Connections that are kept.
    public var pool = PoolConfiguration()
    /// How host names are looked up.
    public var dns = DNSConfiguration()
    /// Time limits towards the endpoints.
    public var timeouts = ClusterTimeouts()
    /// Bounds on responses.
    public var limits = ClusterLimits()
    /// Whether a request is sent once more when a kept connection turns out to be closed and
    /// nothing of the answer has come. Default: true.
    public var retriesStaleConnection = true

    /// A cluster without endpoints.
    public init(name: String, mark: SourceMark = .start) {
        self.name = name
        self.mark = mark
    }
}

/// One of a cluster's `endpoints`.
public struct EndpointConfiguration: Sendable, Hashable, CustomStringConvertible {
    /// Where it is.
    public enum Target: Sendable, Hashable {
        /// At an address, or on a Unix socket.
        case address(SocketAddress)
        /// At every address that a host name stands for.
        case host(String, port: UInt16)
    }

    /// Where it is.
    public let target: Target
    /// Its share of requests relative to the others; 0 for none. Default: 1.
    public let weight: Int

    /// Describes an endpoint.
    public init(_ target: Target, weight: Int = 1) {
        self.target = target
        self.weight = weight
    }

    /// The address as it would be written.
    public var description: String {
        switch target {
        case .address(let address): "\(address)"
        case .host(let name, let port): "\(name):\(port)"
        }
    }
}
