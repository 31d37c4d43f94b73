/// A cluster of the configuration, as a filter asks it: with its endpoints, connections, TLS and
/// limits. Made by `GatewayServices.cluster`.
public final class Cluster: Sendable {
    /// The cluster's name.
    public let name: String
    private let caller: any ClusterCaller

    package init(name: String, caller: any ClusterCaller) {
        self.name = name
        self.caller = caller
    }

    /// Asks on behalf of a stream, on its loop. `done` is called there, later, never from inside
    /// this call, and not at all when the stream ends before: so pause the stream meanwhile.
    public func call(
        _ request: CallRequest, for stream: FilterStream,
        _ done: @escaping (CallResult) -> Void
    ) {
        guard let driver = stream.driver else {
            preconditionFailure("a stream without a driver cannot call")
        }
        driver.call(name, request, done)
    }

    /// Asks on the gateway's behalf, from any thread. `done` is called once, on a thread that must
    /// not be blocked.
    public func call(_ request: CallRequest, _ done: @escaping @Sendable (CallResult) -> Void) {
        caller.call(name, request, done)
    }
}

/// Who makes calls that belong to no stream.
package protocol ClusterCaller: Sendable {
    func call(
        _ cluster: String, _ request: CallRequest, _ done: @escaping @Sendable (CallResult) -> Void)
}
