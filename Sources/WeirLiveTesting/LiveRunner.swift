internal import WeirRuntime
public import WeirTesting

/// Runs a chain of filters in a gateway of this process, between a client and an origin at real
/// sockets, which see what `FilterTest` sees in memory.
///
///     let runner = try LiveRunner(chain: [TestFilter(Fault.self, ["abort": ["status": 503]])])
///     let result = try await runner.exchange(TestRequest())
///
/// The gateway is the one that ships: its loader reads the chain's configuration, its workers serve
/// the exchange. It may run any filter, scripted ones too. Its threads end with the runner; runners
/// do not disturb each other.
///
/// Different from memory: time and random bits are real; the kernel's buffers stand in for
/// `Delivery.refusals`; `resetAt` and `failedAttempts` fail, as steps and attempts are made in
/// memory only; events are the calls of filters alone, and `pausedFor` is zero.
public final class LiveRunner: ExchangeRunner, Sendable {
    private let setup: LiveSetup

    /// Prepares a chain, and an endpoint for each of the clusters. The gateway starts with the
    /// first exchange, which throws when it does not accept the chain.
    public init(chain: [TestFilter], clusters: [String: TestCluster]) throws {
        setup = try LiveSetup(chain, clusters)
    }

    /// Runs an exchange to its end. Throws `TestFailure` when there is none in ten seconds.
    public func exchange(
        _ request: TestRequest = TestRequest(), delivery: Delivery = Delivery(),
        upstream: @escaping TestUpstream = { _ in TestResponse() }
    ) async throws -> TestResult {
        guard delivery.resetAt == nil, delivery.failedAttempts == 0 else {
            throw TestFailure("steps and attempts in vain are known in memory only: \(delivery)")
        }
        let setup = self.setup
        // Sockets are waited for on a thread that may block, unlike those of Swift's tasks.
        return try await withCheckedThrowingContinuation { continuation in
            do {
                _ = try WorkerThread.start(name: "test-client") {
                    continuation.resume(
                        with: Result { try setup.exchange(request, delivery, upstream) })
                }
            } catch {
                continuation.resume(throwing: error)
            }
        }
    }
}
