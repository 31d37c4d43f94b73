import Testing
import WeirBase
import WeirFilter
import WeirTesting

/// Runs a chain of filters in the command: a client and an origin at its sockets see what
/// `FilterTest` sees in memory.
///
/// Filters are those that ship. Delivery's `refusals` are left to the kernel's buffers, and a reset
/// has no steps to happen at. Of the outcome, the numbers are known.
final class LiveRunner: ExchangeRunner {
    private let filters: String
    private let upstream: LiveUpstream
    private let origin: Origin
    private var gateways: [LivePlace: LiveGateway] = [:]

    init(chain: [TestFilter]) throws {
        filters = "[" + chain.map(Self.entry).joined(separator: ", ") + "]"
        let upstream = LiveUpstream()
        self.upstream = upstream
        origin = try Origin { try upstream.serve($0) }
    }

    /// A filter in a configuration file.
    private static func entry(_ filter: TestFilter) -> String {
        if case .null = filter.configuration { return filter.type.name }
        let entry = TestConfiguration.mapping([(key: filter.type.name, value: filter.configuration)]
        )
        return entry.description
    }

    func exchange(
        _ request: TestRequest, delivery: Delivery, upstream answer: @escaping TestUpstream
    ) throws -> TestResult {
        guard delivery.resetAt == nil else {
            throw TestFailure("steps are known in memory only, so that nothing can be reset there")
        }
        let gateway = try gateway(at: LivePlace(of: request))
        upstream.prepare(delivery, answer)
        let (response, isComplete) = try gateway.ask(request, delivery)
        let (outcome, cause) = try gateway.outcome()
        let seen = upstream.seen
        return TestResult(
            response: response, upstreamRequest: seen.request,
            isRequestComplete: seen.isComplete, isComplete: isComplete, cause: cause,
            outcome: outcome)
    }

    private func gateway(at place: LivePlace) throws -> LiveGateway {
        if let running = gateways[place] { return running }
        let started = try LiveGateway(place, filters: filters, origin)
        gateways[place] = started
        return started
    }
}

/// What of a request stands in the configuration: where it comes in and which route takes it.
struct LivePlace: Hashable {
    let path: String
    let isUnix: Bool

    /// A route whose template captures what the request says.
    init(of request: TestRequest) throws {
        isUnix = request.client == nil
        guard !request.captures.isEmpty else {
            path = "/**"
            return
        }
        var captures = request.captures.lines[...]
        let segments = request.target.prefix { $0 != "?" }.split(
            separator: "/", omittingEmptySubsequences: false)
        path = segments.map { segment in
            guard let next = captures.first, next.value == segment else { return String(segment) }
            captures.removeFirst()
            return "{\(next.name)}"
        }.joined(separator: "/")
        guard captures.isEmpty else {
            throw TestFailure("`\(captures[captures.startIndex].value)` is no segment of the path")
        }
    }
}

/// The command with one route, and the one client on it.
private final class LiveGateway {
    private let gateway: Gateway
    private var client: RawClient?
    private var finished = 0

    /// Names and trusted hops are such that filters see the place and the client of the test.
    init(_ place: LivePlace, filters: String, _ origin: Origin) throws {
        gateway = try Gateway(
            yaml: """
                runtime: {workers: 1}
                admin: {address: "127.0.0.1:0"}
                access-log: {path: "${DIR}/access.log", flush: 1ms}
                listeners:
                  - name: test
                    address: "\(place.isUnix ? "unix:${DIR}/test.sock" : "127.0.0.2:0")"
                    client-address: {trusted-hops: 1}
                    forwarding: {x-forwarded: false}
                    filters: \(filters)
                    routes:
                      - name: test
                        match: {path: "\(place.path)"}
                        to: origin
                clusters:
                  origin: {endpoints: ["\(origin.address)"]}
                """, origins: [origin])
    }

    /// Sends a request and reads the response, if one comes, and says whether all of it came.
    func ask(_ request: TestRequest, _ delivery: Delivery) throws -> (TestResponse?, Bool) {
        let client = try self.client ?? gateway.client("test")
        self.client = nil
        // An early answer may end the connection before all is sent; it counts nevertheless.
        try? LiveMessage(request, delivery.request).send(delivery, to: client.socket)
        do {
            guard var message = try client.reader.head() else { return (nil, false) }
            while message.status / 100 == 1 {
                guard let next = try client.reader.head() else { return (nil, false) }
                message = next
            }
            guard request.method != "HEAD", ![204, 304].contains(message.status) else {
                self.client = client
                return (message.testResponse, true)
            }
            do {
                try client.reader.body(of: &message, untilEnd: true)
            } catch is CutOff {
                return (message.testResponse, false)
            }
            if message["connection"] != "close" { self.client = client }
            return (message.testResponse, true)
        } catch is SocketReset {
            return (nil, false)
        }
    }

    /// What the access log says of the exchange.
    func outcome() throws -> (StreamOutcome, cause: String) {
        var lines: [[String: Any]] = []
        finished += 1
        try eventually("the exchange is logged") {
            lines = gateway.accessLog()
            return lines.count >= finished
        }
        let line = lines[finished - 1]
        func number(_ name: String) -> Int { line[name] as? Int ?? 0 }
        var outcome = StreamOutcome()
        outcome.status = number("status")
        outcome.requestBytes = Int64(number("bytes_in"))
        outcome.responseBytes = Int64(number("bytes_out"))
        outcome.duration = Interval(nanoseconds: Int64(number("duration_us")) * 1000)
        outcome.attempts = number("attempts")
        return (outcome, line["cause"] as? String ?? "")
    }
}
