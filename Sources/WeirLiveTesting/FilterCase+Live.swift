public import WeirTesting

extension FilterCase {
    /// Runs the case over sockets, as it is described, through a gateway of its own.
    ///
    /// Throws what the check throws, and `TestFailure` or `ConfigurationError` when the gateway
    /// cannot run the chain.
    @discardableResult
    public func runLive() async throws -> TestResult {
        try await run(on: LiveRunner(chain: chain, clusters: clusters))
    }
}
