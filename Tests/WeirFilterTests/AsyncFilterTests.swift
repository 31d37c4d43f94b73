import Testing
import WeirBase
import WeirFilter
import WeirTesting

/// The asynchronous contract, in memory and in every way in which an exchange can arrive.
@Suite struct AsyncFilterTests {
    private func test(
        _ phases: Phases = [], _ handle: @escaping Handler
    ) throws -> FilterTest {
        try FilterTest([TestFilter(scripted: phases, handle)])
    }

    private static let everything: Phases = [
        .requestBody, .requestTrailers, .responseBody, .responseTrailers,
    ]

    @Test func anEmptyOneChangesNothing() throws {
        let test = try test(Self.everything) { request, next in try await next(request) }
        let result = try test.everySplit(
            TestRequest("POST", "/a", body: "abc", trailers: ["x-t": "1"])
        ) { _ in TestResponse(201, headers: ["x-h": "2"], body: "defg", trailers: ["x-u": "3"]) }
        #expect(result.upstreamRequest?.body == "abc")
        #expect(result.upstreamRequest?.trailers?["x-t"] == "1")
        #expect(result.response?.status == 201)
        #expect(result.response?.body == "defg")
        #expect(result.response?.trailers?["x-u"] == "3")
    }

    @Test func headsAreReadAndChanged() throws {
        let test = try test { request, next in
            request.headers.set("x-seen", request.path.description)
            request.path = "/other"
            let response = try await next(request)
            response.headers.set("x-status", "\(response.status)")
            response.status = 203
            return response
        }
        let result = try test.everySplit(TestRequest("GET", "/a"))
        #expect(result.upstreamRequest?.headers["x-seen"] == "/a")
        #expect(result.upstreamRequest?.target == "/other")
        #expect(result.response?.status == 203)
        #expect(result.response?.headers["x-status"] == "200")
    }

    @Test func itAnswersWithoutTheUpstream() throws {
        let test = try test { _, _ in
            Response(status: 403, cause: "not_today", headers: [("x-a", "b")], body: "no")
        }
        let result = try test.everySplit(TestRequest("POST", "/", body: "abc"))
        #expect(result.response?.status == 403)
        #expect(result.response?.headers["x-a"] == "b")
        #expect(result.response?.body == "no")
        #expect(result.cause == "not_today")
        #expect(result.upstreamRequest == nil)
    }

    @Test func itAnswersInsteadOfTheUpstream() throws {
        let test = try test { request, next in
            let response = try await next(request)
            guard response.status == 500 else { return response }
            throw LocalResponse(status: 503, cause: "hidden", body: "later")
        }
        let result = try test.everySplit { _ in TestResponse(500, body: "stack trace") }
        #expect(result.response?.status == 503)
        #expect(result.response?.body == "later")
        #expect(result.cause == "hidden")
    }

    @Test func anErrorIsA500WithALineInTheLog() throws {
        struct Broken: Error {}
        let services = TestServices()
        let test = try FilterTest(
            [TestFilter(scripted: []) { _, _ in throw Broken() }], services: services)
        let result = try test.everySplit(TestRequest("POST", "/", body: "abc"))
        #expect(result.response?.status == 500)
        #expect(result.cause == "filter_failed")
        #expect(services.lines.contains { $0.contains("`scripted`") && $0.contains("Broken()") })
    }

    @Test func bodiesAreCollectedAndReplaced() throws {
        let test = try test([.requestBody, .responseBody]) { request, next in
            let body = try await request.body.collect(upTo: 100)
            try request.body.replace(with: ByteString("<\(body)>"))
            let response = try await next(request)
            let answer = try await response.body.collect(upTo: 100)
            #expect(try await response.body.collect(upTo: 100) == answer)
            try response.body.replace(with: ByteString("[\(answer)]"))
            return response
        }
        let result = try test.everySplit(TestRequest("POST", "/", body: "abc")) { _ in
            TestResponse(body: "defg")
        }
        #expect(result.upstreamRequest?.body == "<abc>")
        #expect(result.response?.body == "[defg]")
        let empty = try test.everySplit(TestRequest("GET", "/")) { _ in TestResponse(body: nil) }
        #expect(empty.upstreamRequest?.body == "<>")
        #expect(empty.response?.body == "[]")
    }

    @Test func bodiesAreReplacedUnread() throws {
        let test = try test([.requestBody, .responseBody]) { request, next in
            try request.body.replace(with: "new")
            let response = try await next(request)
            try response.body.replace(with: "newer")
            return response
        }
        for body in ["abc", nil] as [ByteString?] {
            let result = try test.everySplit(TestRequest("POST", "/", body: body)) { _ in
                TestResponse(body: body)
            }
            #expect(result.upstreamRequest?.body == "new")
            #expect(result.response?.body == "newer")
        }
    }

    @Test func aBodyThatIsTooLongIsRefused() throws {
        let test = try test([.requestBody]) { request, next in
            _ = try await request.body.collect(upTo: 2)
            return try await next(request)
        }
        let result = try test.everySplit(TestRequest("POST", "/", body: "abc"))
        #expect(result.response?.status == 413)
        #expect(result.cause == "request_buffer_overflow")
    }

    @Test func piecesAreEditedAsTheyPass() throws {
        let test = try test([.requestBody, .responseBody]) { request, next in
            try request.body.edit { chunk, _ in
                chunk.bytes = ByteString(chunk.bytes.storage.map { $0 ^ 0x20 })
            }
            let response = try await next(request)
            var count = 0
            try response.body.edit { chunk, isLast in
                count += chunk.bytes.count
                if isLast { chunk.bytes.append(ByteString(":\(count)")) }
            }
            return response
        }
        let result = try test.everySplit(TestRequest("POST", "/", body: "abc")) { _ in
            TestResponse(body: "defg")
        }
        #expect(result.upstreamRequest?.body == "ABC")
        #expect(result.response?.body == "defg:4")
    }

    @Test func tasksTransformBodies() throws {
        let test = try test(Self.everything) { request, next in
            try request.body.transform { incoming, outgoing in
                while let piece = try await incoming.next() {
                    await Task.yield()
                    try await outgoing.write(ByteString(piece.storage.map { $0 ^ 0x20 }))
                }
                try await outgoing.write("!")
            }
            let response = try await next(request)
            try response.body.transform { incoming, outgoing in
                var count = 0
                while let piece = try await incoming.next() { count += piece.count }
                try await outgoing.write(ByteString("\(count)"))
                outgoing.trailers.append("x-count", "\(count)")
            }
            return response
        }
        let result = try test.everySplit(
            TestRequest("POST", "/", body: "abc", trailers: ["x-t": "1"])
        ) { _ in TestResponse(body: "defg") }
        #expect(result.upstreamRequest?.body == "ABC!")
        #expect(result.upstreamRequest?.trailers?["x-t"] == "1")
        #expect(result.response?.body == "4")
        #expect(result.response?.trailers?["x-count"] == "4")
    }

    @Test func aTransformationMayStopEarlyAndWriteMuch() throws {
        let test = try test([.responseBody]) { request, next in
            let response = try await next(request)
            try response.body.transform { incoming, outgoing in
                _ = try await incoming.next()
                for _ in 0..<10 {
                    try await outgoing.write(ByteString([UInt8](repeating: 0x61, count: 50_000)))
                }
            }
            return response
        }
        let result = try test.exchange(
            TestRequest("GET", "/"), delivery: Delivery(response: .bytes)
        ) { _ in TestResponse(body: "defg") }
        #expect(result.response?.body?.count == 500_000)
    }

    @Test func aResponseMayWaitForTheRequestsBody() throws {
        let test = try test([.requestBody]) { request, next in
            let (counts, found) = AsyncStream.makeStream(of: Int.self)
            try request.body.transform { incoming, outgoing in
                var count = 0
                while let piece = try await incoming.next() {
                    count += piece.count
                    try await outgoing.write(piece)
                }
                found.yield(count)
                found.finish()
            }
            let response = try await next(request)
            for await count in counts { response.headers.set("x-count", "\(count)") }
            return response
        }
        var delivery = Self.slowly
        delivery.request = .bytes
        delivery.answersEarly = true
        let result = try test.exchange(
            TestRequest("POST", "/", body: "abc"), delivery: delivery)
        #expect(result.response?.headers["x-count"] == "3")
        #expect(result.upstreamRequest?.body == "abc")
    }

    @Test func trailersAreAddedAndChanged() throws {
        let test = try test(Self.everything) { request, next in
            try request.body.editTrailers { $0.set("x-a", "1") }
            let response = try await next(request)
            try response.body.editTrailers { $0.set("x-b", "2") }
            return response
        }
        for trailers in [nil, ["x-b": "0"]] as [TestFields?] {
            let result = try test.everySplit(
                TestRequest("POST", "/", body: "abc", trailers: trailers)
            ) { _ in TestResponse(body: "defg", trailers: trailers) }
            #expect(result.upstreamRequest?.trailers?["x-a"] == "1")
            #expect(result.upstreamRequest?.trailers?["x-b"] == trailers?["x-b"])
            #expect(result.response?.trailers?.values("x-b") == ["2"])
        }
    }

    @Test func clustersAreAsked() throws {
        let services = TestServices()
        services.serve("idp") { request in
            request.path == "/name" ? .success(CallResponse(status: 200, body: "Ada")) : nil
        }
        let test = try FilterTest(
            [
                TestFilter(scripted: []) { request, next in
                    let answer = try await request.context.call("idp", CallRequest(.get, "/name"))
                    request.headers.set("x-name", answer.body.span)
                    return try await next(request)
                }
            ], services: services)
        let result = try test.everySplit(TestRequest("POST", "/", body: "abc"))
        #expect(result.upstreamRequest?.headers["x-name"] == "Ada")
    }

    @Test func anUnknownClusterIsAFailure() throws {
        let test = try test { request, next in
            await #expect(throws: CallFailure.self) {
                try await request.context.call("nobody", CallRequest(.get, "/"))
            }
            return try await next(request)
        }
        #expect(try test.exchange().response?.status == 200)
    }

    @Test func timePassesOnTheFakeClock() throws {
        let test = try test { request, next in
            try await request.context.sleep(for: .milliseconds(50))
            let response = try await next(request)
            try await request.context.sleep(for: .milliseconds(70))
            return response
        }
        #expect(try test.exchange().pausedFor == .milliseconds(120))
        _ = try test.everySplit(TestRequest("POST", "/", body: "abc"))
    }

    @Test func misuseIsNamed() throws {
        func failure(_ phases: Phases = [], _ handle: @escaping Handler) throws -> String {
            let services = TestServices()
            let test = try FilterTest(
                [TestFilter(scripted: phases, handle)], services: services)
            let result = try test.exchange(TestRequest("POST", "/", body: "abc"))
            #expect(result.response?.status == 500)
            return services.lines.joined()
        }
        #expect(
            try failure { request, next in
                _ = try await next(request)
                return try await next(request)
            }.contains("`next` may be called once"))
        #expect(
            try failure { request, next in
                _ = try await request.body.collect(upTo: 1)
                return try await next(request)
            }.contains("does not declare the phase `request body`"))
        #expect(
            try failure([.requestBody]) { request, next in
                let response = try await next(request)
                try request.body.replace(with: "late")
                return response
            }.contains("has been sent on"))
    }

    @Test func theEndOfTheStreamCancelsWhatWaits() async throws {
        let ended = Ended()
        let test = try test { request, next in
            defer { ended.note(Task.isCancelled) }
            try await request.context.sleep(for: .seconds(100))
            return try await next(request)
        }
        let exchange = test.begin()
        exchange.turn()
        #expect(exchange.isPaused && ended.all.isEmpty)
        exchange.reset()
        #expect(ended.all == [true])
        try exchange.checkRules()
    }

    private static var slowly: Delivery {
        var delivery = Delivery()
        delivery.gap = .seconds(1)
        return delivery
    }

    @Test func whatHappenedAfterTheEndIsNotSeenByTheNextStream() throws {
        let ended = Ended()
        let test = try test { request, next in
            do {
                return try await next(request)
            } catch {
                ended.path = request.path.description
                request.headers.set("x-late", "1")
                throw error
            }
        }
        let exchange = test.begin(TestRequest("POST", "/first", body: "abc"), delivery: Self.slowly)
        exchange.turn()
        exchange.reset()
        #expect(try test.exchange(TestRequest("GET", "/second")).response?.status == 200)
        #expect(ended.path == "/first" || ended.path == "")
    }
}

private final class Ended: @unchecked Sendable {
    var all: [Bool] = []
    var path = ""
    func note(_ isCancelled: Bool) { all.append(isCancelled) }
}

typealias Handler = @Sendable (Request, Next) async throws -> Response

extension TestFilter {
    /// An asynchronous filter of a closure.
    init(scripted phases: Phases, _ handle: @escaping Handler) {
        let factory = ScriptedAsyncFilter(phases, handle)
        self.init("scripted", factory.phases) { factory.makeFilter() }
    }
}

private struct ScriptedAsyncFilter: AsyncFilter {
    struct Configuration: Decodable, Sendable {}

    static let name = "scripted"
    static let documentation = FilterDocumentation(
        summary: "Does what a test wants.", status: .alpha,
        securityPosture: .requiresTrustedDownstreamAndUpstream, phases: [], fields: [])

    let phases: Phases
    private let body: Handler

    init(_ configuration: Configuration) throws {
        throw ConfigurationError("made by tests, not from configuration")
    }

    init(_ phases: Phases, _ body: @escaping Handler) {
        self.phases = phases.union([.requestHeaders, .responseHeaders, .streamComplete])
        self.body = body
    }

    func handle(_ request: Request, next: Next) async throws -> Response {
        try await body(request, next)
    }
}
