/// One exchange through a chain of filters, and what must come of it: written once, run in memory
/// and over sockets.
///
///     enum Cases {
///         static let all = [
///             FilterCase("no key, no way in", TestFilter(ApiKey.self, ["keys": […]])) { result in
///                 #expect(result.response?.status == 401)
///             }
///         ]
///     }
///
///     @Test(arguments: Cases.all) func inMemory(_ filterCase: FilterCase) async throws {
///         try await filterCase.runInMemory()
///     }
///
///     @Test(arguments: Cases.all) func live(_ filterCase: FilterCase) async throws {
///         try await filterCase.runLive()  // with `import WeirLiveTesting`
///     }
public struct FilterCase: Sendable, CustomStringConvertible {
    /// What the case is about, as test reports show it.
    public var name: String
    /// The filters, in chain order.
    public var chain: [TestFilter]
    /// What the client sends.
    public var request: TestRequest
    /// How the messages arrive.
    public var delivery: Delivery
    /// The clusters that the filters ask, by name.
    public var clusters: [String: TestCluster]
    /// What the origin behind the filters does.
    public var upstream: TestUpstream
    /// What must hold of the result.
    public var check: @Sendable (TestResult) throws -> Void

    /// Describes a case. Without further words a plain GET arrives at once, an origin answers it
    /// with 200 and the body `ok`, and there are no clusters to ask.
    public init(
        _ name: String, _ chain: TestFilter..., request: TestRequest = TestRequest(),
        delivery: Delivery = Delivery(), clusters: [String: TestCluster] = [:],
        upstream: @escaping TestUpstream = { _ in TestResponse() },
        check: @escaping @Sendable (TestResult) throws -> Void
    ) {
        self.name = name
        self.chain = chain
        self.request = request
        self.delivery = delivery
        self.clusters = clusters
        self.upstream = upstream
        self.check = check
    }

    /// The case's name.
    public var description: String { name }

    /// Runs the case in memory: as it is described, then in every way in which it can arrive
    /// (`FilterTest.everySplit`), each time with filters of its own.
    ///
    /// Throws what the check throws, and `TestFailure` when a way comes to something else, a stream
    /// hangs, or a rule of the contract breaks.
    @discardableResult
    public func runInMemory() async throws -> TestResult {
        let result = try await run(on: FilterTest(chain: chain, clusters: clusters))
        try FilterTest(chain: chain, clusters: clusters).everySplit(request, upstream: upstream)
        return result
    }

    /// Runs the case once on a runner that was made for its chain, and checks the result.
    @discardableResult
    public func run(on runner: some ExchangeRunner) async throws -> TestResult {
        let result = try await runner.exchange(request, delivery: delivery, upstream: upstream)
        try check(result)
        return result
    }
}
