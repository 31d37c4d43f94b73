public import WeirBase

/// One time that a request was sent, or should have been sent, to an endpoint.
public struct UpstreamAttempt: Sendable {
    /// Counted from 1.
    public let number: Int
    /// The cluster's name.
    public let cluster: String
    /// The endpoint's address; empty when none could be chosen.
    public package(set) var endpoint = ""
    /// When a connection was asked for.
    public let started: MonotonicTime
    /// The status of the endpoint's response; 0 when there was none.
    public package(set) var status = 0
    /// Why there was no response, or not all of it; empty for a complete one.
    public package(set) var cause: StaticString = ""

    package init(number: Int, cluster: String, started: MonotonicTime) {
        self.number = number
        self.cluster = cluster
        self.started = started
    }
}
