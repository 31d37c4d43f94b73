public import WeirFilter

/// Runs filters in memory, on the engine that the server uses, in microseconds.
///
///     let test = try FilterTest(Fault.self, ["abort": ["status": 503]])
///     #expect(try test.exchange(TestRequest()).response?.status == 503)
///
/// One exchange runs after the other, as on a keep-alive connection. Time is a fake clock, random
/// bits repeat with `seed`. Every exchange is checked against the rules of the contract.
public final class FilterTest: ExchangeRunner {
    /// The filters under test, in chain order.
    public let filters: [TestFilter]
    let seed: UInt64
    /// What the filters use of the gateway.
    public let services: TestServices
    let chain: FilterChain
    let journal: Journal
    let loop: TestLoop
    let engine: ChainRun
    let factories: [any FilterFactory]
    private weak var current: TestExchange?
    /// Makes the services of a replay; nil when replays use those of this test.
    private(set) var replayServices: (() -> TestServices)?

    /// Where in the configuration the streams belong.
    public var place = StreamPlace(listener: "test", route: "test")

    /// What a secure handshake has settled before the streams began; nil for none.
    public var security: ConnectionSecurity?

    /// Who filters before those under test have found the client to be.
    public var identities: [ClientIdentity] = []

    /// Makes a chain: decodes, checks and provisions every filter, and cleans up in the end or
    /// when one step fails.
    public init(
        _ filters: [TestFilter], seed: UInt64 = 1, services: TestServices = TestServices()
    ) throws {
        self.filters = filters
        self.services = services
        self.seed = seed
        journal = Journal()
        loop = TestLoop(seed: seed, services: services)
        engine = ChainRun(stream: FilterStream(driver: loop))
        var made: [any FilterFactory] = []
        do {
            for filter in filters {
                made.append(try filter.makeFactory())
                try made[made.count - 1].provision(services)
            }
        } catch {
            for factory in made.reversed() { factory.cleanUp() }
            throw error
        }
        factories = made
        let journal = journal
        chain = FilterChain(
            zip(filters, made).enumerated().map { link, entry in
                let (filter, factory) = entry
                return FilterChain.Link(
                    name: filter.name,
                    factory: WatchedFactory(factory, named: filter.name, at: link, in: journal))
            })
    }

    /// Makes a chain as a test's runner makes it. Its replays share nothing, services neither.
    public convenience init(chain: [TestFilter], clusters: [String: TestCluster]) throws {
        func makeServices() -> TestServices {
            let services = TestServices()
            for (name, answer) in clusters { services.serve(name, answer) }
            return services
        }
        try self.init(chain, services: makeServices())
        replayServices = makeServices
    }

    /// Makes a chain of one filter, configured as an operator would.
    public convenience init<Factory: FilterFactory>(
        _ type: Factory.Type, _ configuration: TestConfiguration = .null, seed: UInt64 = 1,
        services: TestServices = TestServices()
    ) throws {
        try self.init([TestFilter(type, configuration)], seed: seed, services: services)
    }

    deinit {
        for factory in factories.reversed() { factory.cleanUp() }
    }

    /// Begins an exchange; an unfinished one before it is reset.
    public func begin(
        _ request: TestRequest = TestRequest(), delivery: Delivery = Delivery(),
        upstream: @escaping TestUpstream = { _ in TestResponse() }
    ) -> TestExchange {
        current?.reset()
        let exchange = TestExchange(self, request, delivery, upstream)
        current = exchange
        return exchange
    }

    /// Runs an exchange to its end; fails when it hangs or breaks a rule of the contract.
    public func exchange(
        _ request: TestRequest = TestRequest(), delivery: Delivery = Delivery(),
        upstream: @escaping TestUpstream = { _ in TestResponse() }
    ) throws -> TestResult {
        let exchange = begin(request, delivery: delivery, upstream: upstream)
        try exchange.run()
        try exchange.checkRules()
        return exchange.result
    }
}
