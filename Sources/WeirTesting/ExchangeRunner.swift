public import WeirFilter

/// Carries out exchanges through a chain of filters: in memory (`FilterTest`), or over sockets
/// through a gateway (`LiveRunner` of `WeirLiveTesting`).
///
/// A test written against this protocol runs at either depth.
public protocol ExchangeRunner {
    /// Prepares a chain, and the clusters that its filters may ask, by name.
    ///
    /// Throws what making and provisioning the filters throws.
    init(chain: [TestFilter], clusters: [String: TestCluster]) throws

    /// Runs an exchange to its end. One exchange of a runner follows the other.
    func exchange(
        _ request: TestRequest, delivery: Delivery, upstream: @escaping TestUpstream
    ) async throws -> TestResult
}

extension ExchangeRunner {
    /// Prepares a chain whose filters ask no cluster.
    public init(chain: [TestFilter]) throws { try self.init(chain: chain, clusters: [:]) }
}

/// What a cluster answers to a call; nil to let it wait. It may run on another thread in a live
/// test, where a failure is a connection that breaks off.
public typealias TestCluster = @Sendable (CallRequest) -> CallResult?
