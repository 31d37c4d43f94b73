import FaultFilter
import Synchronization
import Testing
import WeirBase
import WeirFilter
import WeirLiveTesting
import WeirTesting

/// The runner over sockets itself, with filters that no command has.
@Suite struct LiveRunnerTests {
    /// Lets in whom a service knows, and names them to the upstream.
    struct Who: AsyncFilter {
        struct Configuration: Decodable, Sendable { var cluster: String }

        static let name = "who"
        static let documentation = FilterDocumentation(
            summary: "Asks who it is.", status: .alpha,
            securityPosture: .robustToUntrustedDownstream, phases: [.requestHeaders],
            fields: [ConfigurationField("cluster", "cluster", default: nil, "Whom to ask.")])

        private let cluster: String

        init(_ configuration: Configuration) { cluster = configuration.cluster }

        func provision(_ services: any GatewayServices) throws {
            _ = try services.cluster(cluster, at: ["cluster"])
        }

        func handle(_ request: Request, next: Next) async throws -> Response {
            let key = request.headers["x-key"] ?? ""
            let call = CallRequest(.post, "/who?q=1", headers: [("x-key", key)], body: "tell me")
            do {
                let answer = try await request.context.call(cluster, call)
                guard answer.status == 200 else { return Response(status: 403, cause: "unknown") }
                request.headers.set("x-who", answer.body.span)
            } catch is CallFailure {
                return Response(status: 503, cause: "unanswered")
            }
            return try await next(request)
        }
    }

    static let directory: TestCluster = { call in
        guard call.method == .post, call.path == "/who?q=1", call.body == "tell me" else {
            return .success(CallResponse(status: 400))
        }
        switch call.headers.first(where: { $0.0 == "x-key" })?.1 {
        case "1": return .success(CallResponse(status: 200, body: "ada"))
        case "2": return .failure(CallFailure("upstream_reset"))
        case "3": return nil
        default: return .success(CallResponse(status: 404, body: "nobody"))
        }
    }

    private static func who(
        _ name: String, key: String, delivery: Delivery = Delivery(),
        _ check: @escaping @Sendable (TestResult) throws -> Void
    ) -> FilterCase {
        FilterCase(
            name, TestFilter(Who.self, ["cluster": "directory"]),
            request: TestRequest("POST", "/a", headers: ["x-key": key], body: "abc"),
            delivery: delivery, clusters: ["directory": directory], check: check)
    }

    private static let leaving: Delivery = {
        var delivery = Delivery()
        delivery.departure = .request
        return delivery
    }()

    static let cases = [
        who("a service knows the client", key: "1") { result in
            #expect(result.upstreamRequest?.headers["x-who"] == "ada")
            #expect(result.upstreamRequest?.body == "abc")
            #expect(result.response?.status == 200)
        },
        who("a service does not know the client", key: "9") { result in
            #expect(result.response?.status == 403)
            #expect(result.cause == "unknown" && result.upstreamRequest == nil)
        },
        who("a service breaks off", key: "2") { result in
            #expect(result.response?.status == 503 && result.cause == "unanswered")
        },
        FilterCase(
            "a filter without a factory", counting,
            request: TestRequest("POST", "/a", body: "abc")
        ) { result in
            #expect(result.response?.headers["x-bytes"] == "3")
            // How often a body comes is a matter of how it arrives.
            let phases: Set<Phases> = [
                .requestHeaders, .requestBody, .responseHeaders, .streamComplete,
            ]
            #expect(Set(result.phases(of: "counting")) == phases)
        },
        FilterCase(
            "the same filter twice",
            TestFilter("tag", [.requestHeaders]) { Tag() },
            TestFilter(Fault.self),
            TestFilter("tag", [.requestHeaders]) { Tag() }
        ) { result in
            #expect(result.upstreamRequest?.headers.values("x-tag") == ["1", "1"])
            #expect(result.calls.filter { $0.filter == "tag" }.map(\.link) == [0, 2])
        },
    ]

    /// Tells the client how long its body was.
    private static let counting = TestFilter(
        "counting", [.requestHeaders, .requestBody, .responseHeaders, .streamComplete]
    ) { Counting() }

    private final class Counting: HTTPFilter {
        private var count = 0

        func requestBody(_ chunk: BodyChunk, isLast: Bool, _ stream: FilterStream) -> Verdict {
            count += chunk.bytes.count
            return .continue
        }

        func responseHeaders(_ response: ResponseHead, _ stream: FilterStream) -> Verdict {
            response.headers.set("x-bytes", "\(count)")
            return .continue
        }
    }

    private final class Tag: HTTPFilter {
        func requestHeaders(_ request: RequestHead, _ stream: FilterStream) -> Verdict {
            request.headers.append("x-tag", "1")
            return .continue
        }
    }

    @Test(arguments: cases) func inMemory(_ filterCase: FilterCase) async throws {
        try await filterCase.runInMemory()
    }

    @Test(arguments: cases) func live(_ filterCase: FilterCase) async throws {
        try await filterCase.runLive()
    }

    @Test(arguments: Delivery.Departure.allCases)
    func clientsLeave(_ departure: Delivery.Departure) async throws {
        let ended = Ended()
        let chain = [
            TestFilter("ending", [.requestHeaders, .streamComplete]) { ended }
        ]
        for runner: any ExchangeRunner in [
            try FilterTest(chain: chain), try LiveRunner(chain: chain),
        ] {
            var delivery = Delivery()
            delivery.departure = departure
            let result = try await runner.exchange(
                TestRequest("POST", "/", body: "abc"), delivery: delivery
            ) { _ in TestResponse() }
            #expect(result.cause == "client_closed")
            #expect(!result.isComplete)
            #expect(result.response?.status == (departure == .responseHead ? 200 : nil))
            #expect(ended.take() == ["client_closed"])
            // The next exchange knows nothing of it.
            let next = try await runner.exchange(TestRequest(), delivery: Delivery()) { _ in
                TestResponse()
            }
            #expect(next.isComplete && ended.take() == [""])
        }
    }

    /// Notes why streams ended.
    private final class Ended: HTTPFilter, Sendable {
        private let causes = Mutex<[String]>([])

        func streamComplete(_ stream: FilterStream) {
            let cause = "\(stream.outcome.cause)"
            causes.withLock { $0.append(cause) }
        }

        func take() -> [String] {
            causes.withLock { causes in
                defer { causes = [] }
                return causes
            }
        }
    }

    @Test func aClientThatLeavesWhileAServiceIsAskedEndsTheStream() async throws {
        let filterCase = Self.who("gone", key: "3", delivery: Self.leaving) { result in
            #expect(result.cause == "client_closed" && result.response == nil)
            #expect(result.upstreamRequest == nil)
        }
        try await filterCase.run(
            on: FilterTest(chain: filterCase.chain, clusters: filterCase.clusters))
        try await filterCase.runLive()
    }

    @Test func whatTheGatewayDoesNotAcceptIsSaid() async throws {
        let unknown = try LiveRunner(chain: [TestFilter(Who.self, ["cluster": "other"])])
        let error = await #expect(throws: TestFailure.self) { try await unknown.exchange() }
        #expect(error?.description.contains("there is no cluster `other`") == true)
        let wrong = try LiveRunner(chain: [TestFilter(Fault.self, ["abort": ["status": 99]])])
        let problem = await #expect(throws: TestFailure.self) { try await wrong.exchange() }
        #expect(problem?.description.contains("abort.status") == true)
    }

    @Test func runnersDoNotDisturbEachOther() async throws {
        try await withThrowingTaskGroup(of: Int?.self) { group in
            for status in 500..<510 {
                group.addTask {
                    let abort: TestConfiguration = ["abort": ["status": .integer(status)]]
                    let runner = try LiveRunner(chain: [TestFilter(Fault.self, abort)])
                    _ = try await runner.exchange()
                    return try await runner.exchange().response?.status
                }
            }
            let seen = try await group.reduce(into: Set<Int?>()) { $0.insert($1) }
            #expect(seen == Set(500..<510))
        }
    }
}
