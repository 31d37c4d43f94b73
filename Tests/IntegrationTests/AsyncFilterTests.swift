import Testing
import WeirBase
import WeirFilter
import WeirLiveTesting
import WeirTesting

/// Asynchronous filters behind real sockets come to the same as in memory.
@Suite struct AsyncFilterTests {
    /// Does to both messages what its setting says.
    struct Bodies: AsyncFilter {
        struct Configuration: Decodable, Sendable { var way: String }

        static let name = "bodies"
        static let documentation = FilterDocumentation(
            summary: "Changes bodies.",
            phases: [.requestBody, .requestTrailers, .responseBody, .responseTrailers],
            fields: [ConfigurationField("way", "text", default: nil, "How.")])

        private let way: String

        init(_ configuration: Configuration) { way = configuration.way }

        func handle(_ request: Request, next: Next) async throws -> Response {
            try await change(request.body)
            let response = try await next(request)
            try await change(response.body)
            return response
        }

        private func change(_ body: MessageBody) async throws {
            switch way {
            case "collect":
                let bytes = try await body.collect(upTo: 100_000)
                try body.replace(with: ByteString("<\(bytes)>"))
            case "edit":
                try body.edit { chunk, _ in
                    chunk.bytes = ByteString(chunk.bytes.storage.map { $0 ^ 0x20 })
                }
            case "transform":
                try body.transform { incoming, outgoing in
                    var count = 0
                    while let piece = try await incoming.next() {
                        count += piece.count
                        await Task.yield()
                        try await outgoing.write(
                            ByteString(piece.storage.flatMap { [$0, $0] }))
                    }
                    outgoing.trailers.append("x-count", "\(count)")
                }
            case "fail":
                try body.edit { _, _ in throw CallFailure("broken") }
            default: throw CallFailure("no_such_way")
            }
        }
    }

    private static let long = ByteString([UInt8](repeating: 0x61, count: 70_000))

    private static func bodies(
        _ way: String, _ body: ByteString? = "abc", delivery: Delivery = Delivery(),
        _ check: @escaping @Sendable (TestResult) throws -> Void
    ) -> FilterCase {
        FilterCase(
            "\(way) \(body?.count ?? -1)", TestFilter(Bodies.self, ["way": .text(way)]),
            request: TestRequest("POST", "/a", body: body), delivery: delivery,
            upstream: { _ in TestResponse(body: body) }, check: check)
    }

    static let cases = [
        bodies("collect") { result in
            #expect(result.upstreamRequest?.body == "<abc>")
            #expect(result.response?.body == "<abc>")
        },
        bodies("collect", nil) { result in
            #expect(result.upstreamRequest?.body == "<>")
            #expect(result.response?.body == "<>")
        },
        bodies("edit", delivery: Delivery(request: .bytes, response: .bytes)) { result in
            #expect(result.upstreamRequest?.body == "ABC")
            #expect(result.response?.body == "ABC")
        },
        bodies("transform") { result in
            #expect(result.upstreamRequest?.trailers?["x-count"] == "3")
            #expect(result.response?.body?.count == 6)
            #expect(result.response?.trailers?["x-count"] == "3")
        },
        bodies("transform", long) { result in
            #expect(result.upstreamRequest?.body?.count == 140_000)
            #expect(result.response?.body?.count == 140_000)
            #expect(result.response?.trailers?["x-count"] == "70000")
        },
        bodies("none") { result in
            #expect(result.response?.status == 500)
            #expect(result.cause == "filter_failed" && result.upstreamRequest == nil)
        },
        bodies("fail") { result in
            #expect(result.cause == "filter_failed")
        },
    ]

    @Test(arguments: cases.filter { $0.request.body?.count ?? 0 < 100 })
    func inMemory(_ filterCase: FilterCase) async throws {
        try await filterCase.runInMemory()
    }

    @Test(arguments: cases) func live(_ filterCase: FilterCase) async throws {
        try await filterCase.runLive()
    }

    /// A filter that waits for longer than it may ends its own stream, and is named.
    @Test func aFilterThatKeepsAStreamWaitingEndsIt() throws {
        let silent = try Origin { connection in while try connection.request() != nil {} }
        let gateway = try Gateway(
            yaml: """
                admin: {address: "127.0.0.1:0"}
                access-log: {path: "${DIR}/access.log", flush: 1ms}
                listeners:
                  - name: web
                    address: "127.0.0.1:0"
                    timeouts: {filter-wait: 50ms}
                    filters:
                      - external-auth: {http: {cluster: silent}, timeout: 60s}
                    routes: [{respond: {body: in}}]
                clusters:
                  silent: {endpoints: ["\(silent.address)"]}
                """, origins: [silent])
        let answer = try gateway.client("web").get("/")
        #expect(answer.status == 500)
        try eventually("it is logged") {
            gateway.accessLog().last?["cause"] as? String == "filter_timeout"
        }
    }
}
