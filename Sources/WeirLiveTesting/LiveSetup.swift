internal import Synchronization
internal import WeirBase
internal import WeirFilter
internal import WeirTesting

/// The gateways of one chain under test, with what stands behind them, and the one client on each.
final class LiveSetup: Sendable {
    private let chain: LiveChain
    private let journal = Journal()
    private let outcomes = Outcomes()
    private let upstream = LiveUpstream()
    private let origin: Origin
    private let clusters: [String: LiveCluster]
    private let entrances = Mutex<[LivePlace: Carried]>([:])

    /// One exchange follows the other, so that one thread at a time has it.
    private struct Carried: @unchecked Sendable {
        var entrance: Entrance
    }

    init(_ filters: [TestFilter], _ clusters: [String: TestCluster]) throws {
        guard clusters["test"] == nil else {
            throw TestFailure("`test` is the cluster of the origin behind the filters")
        }
        chain = LiveChain(filters, noting: journal)
        let upstream = self.upstream
        origin = try Origin { try upstream.serve($0) }
        self.clusters = try clusters.mapValues { try LiveCluster($0) }
    }

    func exchange(
        _ request: TestRequest, _ delivery: Delivery, _ answer: @escaping TestUpstream
    ) throws -> TestResult {
        let place = try LivePlace(of: request)
        var entrance = try entrance(at: place)
        upstream.prepare(delivery, answer)
        _ = journal.take()
        let (response, isComplete) = try entrance.ask(request, delivery)
        let outcome = try outcomes.next()
        entrance.gateway.settle()
        let carried = Carried(entrance: entrance)
        entrances.withLock { $0[place] = carried }
        let seen = upstream.seen
        return TestResult(
            response: response, upstreamRequest: seen.request,
            isRequestComplete: seen.isComplete, isComplete: isComplete, outcome: outcome,
            events: journal.take())
    }

    private func entrance(at place: LivePlace) throws -> Entrance {
        if let known = entrances.withLock({ $0[place] }) { return known.entrance }
        let outcomes = self.outcomes
        let gateway = try LiveGateway(configuration(of: place), filters: chain.types) {
            outcomes.add($0)
        }
        return Entrance(gateway: gateway)
    }

    /// Names and trusted hops are such that filters see the place and the client of the test.
    /// Between two exchanges of a test any time may pass on a busy machine.
    private func configuration(of place: LivePlace) -> String {
        let others = clusters.sorted { $0.key < $1.key }.map { name, cluster in
            "\n  \(name): {endpoints: [\"\(cluster.endpoint)\"]}"
        }
        return """
            runtime: {workers: 1}
            admin: off
            access-log: off
            listeners:
              - name: test
                address: "\(place.isUnix ? UnixName.next() : "127.0.0.1:0")"
                client-address: {trusted-hops: 1}
                forwarding: {x-forwarded: false}
                timeouts: {keep-alive: 1h}
                filters: \(chain.text)
                routes:
                  - name: test
                    match: {path: "\(place.path)"}
                    to: test
            clusters:
              test: {endpoints: ["\(origin.address)"]}\(others.joined())
            """
    }
}

/// A gateway with a route for one kind of request, and the connection kept to it.
private struct Entrance {
    let gateway: LiveGateway
    var client: RawClient?

    /// Sends a request and reads the response, if one comes, and says whether all of it came.
    mutating func ask(
        _ request: TestRequest, _ delivery: Delivery
    ) throws -> (TestResponse?, Bool) {
        let client = try self.client ?? gateway.client("test")
        self.client = nil
        // An early answer may end the connection before all is sent; it counts nevertheless.
        try? LiveMessage(request, delivery.request).send(
            delivery, headOnly: delivery.departure == .requestHead, to: client.socket)
        if delivery.departure == .requestHead || delivery.departure == .request {
            gateway.settle()
            client.socket.reset()
            return (nil, false)
        }
        do {
            guard var message = try client.reader.finalHead() else { return (nil, false) }
            if delivery.departure == .responseHead {
                gateway.settle()
                client.socket.reset()
                return (message.testResponse, false)
            }
            let isBodiless = request.method == "HEAD" || [204, 304].contains(message.status)
            do {
                if !isBodiless { try client.reader.body(of: &message, untilEnd: true) }
            } catch is CutOff {
                return (message.testResponse, false)
            }
            if message["connection"] != "close" { self.client = client }
            return (message.testResponse, true)
        } catch is SocketReset {
            return (nil, false)
        }
    }
}

extension MessageReader {
    /// The head of a response that is no interim one; nil when the stream ends instead.
    fileprivate func finalHead() throws -> Message? {
        while let message = try head() {
            if message.status / 100 != 1 { return message }
        }
        return nil
    }
}
