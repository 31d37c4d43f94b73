package import WeirBase

/// One endpoint of a cluster as one worker sees it.
package final class Endpoint {
    package let address: SocketAddress
    package let name: String
    package internal(set) var weight: Int
    /// Requests in flight.
    package internal(set) var active = 0
    /// Open connections, in use or not.
    package internal(set) var open = 0
    /// Whether the endpoint has left the cluster; its connections end after their requests.
    package internal(set) var isRetired = false

    /// Whether it is none of the configuration's, but one that another has named.
    var isGuest = false

    /// Unused connections that carry one request at a time, the most recently used last.
    var idle: [HTTP1Client] = []
    /// Connections that carry several requests at a time and take more.
    var shared: [CodecClient] = []
    /// The one that is being made.
    var making: Connecting?
    /// The running balance of smooth weighted round-robin.
    var credit = 0

    let host: String?
    /// What the log calls it.
    var label: String { host.map { "\($0) (\(name))" } ?? name }
    var identity: EndpointAddress.Identity {
        EndpointAddress.Identity(address: address, host: host)
    }

    init(_ endpoint: EndpointAddress) {
        address = endpoint.address
        host = endpoint.host
        name = endpoint.address.description
        weight = endpoint.weight
    }

    /// A shared connection that takes another stream now.
    ///
    /// The first that does: those that only a burst needed become idle, and are closed.
    var roomy: CodecClient? {
        for client in shared where client.capacity > 0 { return client }
        return nil
    }
}
