public import WeirFilter

extension FilterTest {
    /// What the filters say, in chain order, that they would do with a request: `weir explain`.
    public func explain(_ request: TestRequest = TestRequest()) -> [String] {
        let exchange = begin(request)
        defer { exchange.reset() }
        return factories.flatMap { $0.explain(exchange.engine.stream) }
    }
}

extension TestExchange {
    /// Who filters have found the client to be, in the order in which they did.
    public var identities: [ClientIdentity] { engine.stream.identities }
}
