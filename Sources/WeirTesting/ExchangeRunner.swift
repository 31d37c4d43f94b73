/// Carries out exchanges through a chain of filters: in memory, or over sockets against a gateway.
///
/// A test written against this protocol runs at either depth. A live runner writes the chain into
/// a configuration file (`TestConfiguration.description` is YAML), puts an origin that runs
/// `upstream` behind it, and leaves `TestResult.events` empty.
public protocol ExchangeRunner {
    /// Prepares a chain.
    init(chain: [TestFilter]) throws

    /// Runs an exchange to its end.
    func exchange(
        _ request: TestRequest, delivery: Delivery, upstream: @escaping TestUpstream
    ) async throws -> TestResult
}
