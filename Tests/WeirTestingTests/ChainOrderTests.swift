import Testing
import WeirBase
import WeirFilter
import WeirTesting

@Suite struct ChainOrderTests {
    @Test func requestGoesInOrderAndResponseInReverse() throws {
        let test = try FilterTest([.passing("a"), .passing("b"), .passing("c")])
        let result = try test.exchange(
            TestRequest("POST", body: "in", trailers: ["x-t": "1"])
        ) { _ in TestResponse(body: "out", trailers: ["x-t": "2"]) }
        #expect(
            result.trace == """
                a.Qh b.Qh c.Qh a.Qb b.Qb c.Qb a.Qt b.Qt c.Qt \
                c.Rh b.Rh a.Rh c.Rb b.Rb a.Rb c.Rt b.Rt a.Rt a.end b.end c.end
                """)
        #expect(result.upstreamRequest?.body == "in")
        #expect(result.upstreamRequest?.trailers?["x-t"] == "1")
        #expect(result.response?.body == "out")
        #expect(result.response?.trailers?["x-t"] == "2")
        #expect(result.isComplete && result.isRequestComplete)
        #expect(result.outcome.status == 200)
        #expect(result.outcome.requestBytes == 2)
        #expect(result.outcome.responseBytes == 3)
    }

    @Test func emptyChainPassesEverything() throws {
        let test = try FilterTest([])
        let result = try test.everySplit(
            TestRequest("POST", "/p?q=1", headers: ["x-a": "1", "x-a": "2"], body: "hello")
        ) { TestResponse(201, headers: ["x-b": "3"], body: $0.body) }
        #expect(result.upstreamRequest?.target == "/p?q=1")
        #expect(result.upstreamRequest?.headers.values("x-a") == ["1", "2"])
        #expect(result.response?.status == 201)
        #expect(result.response?.body == "hello")
    }

    @Test func messagesWithoutBodiesHaveNoBodyPhase() throws {
        let result = try FilterTest([.passing("a")]).exchange { _ in TestResponse(204) }
        #expect(result.trace == "a.Qh a.Rh a.end")
        #expect(result.upstreamRequest?.body == nil)
        #expect(result.response?.body == nil)
    }

    @Test func undeclaredPhasesAreNotCalled() throws {
        let test = try FilterTest([
            .passing("a", phases: [.requestBody]), .passing("b", phases: [.responseHeaders]),
            .passing("c", phases: []), .passing("d", phases: [.streamComplete]),
        ])
        let result = try test.everySplit(TestRequest("POST", body: "abc"))
        #expect(result.trace == "a.Qb b.Rh d.end")
    }

    @Test(arguments: [0, 1, 2])
    func answerVisitsOnlyThoseThatSawTheRequest(responder: Int) throws {
        let names = ["a", "b", "c"]
        var filters = names.map { TestFilter.passing($0) }
        filters[responder] = .answering(names[responder], in: .requestHeaders)
        let result = try FilterTest(filters).exchange()
        let heads = names[...responder].map { "\($0).Qh" }
        let back = names[..<responder].reversed()
        let expected =
            heads + back.map { "\($0).Rh" } + back.map { "\($0).Rb" } + names.map { "\($0).end" }
        #expect(result.trace == expected.joined(separator: " "))
        #expect(result.response?.status == 418)
        #expect(result.response?.body == "local")
        #expect(result.response?.headers["content-length"] == "5")
        #expect(result.upstreamRequest == nil)
        #expect(result.cause == "test_answer")
    }

    @Test func filtersBehindTheResponderSeeNothingWhateverTheyDeclare() throws {
        let result = try FilterTest([
            .passing("a", phases: [.responseHeaders]), .answering("b", in: .requestHeaders),
            .passing("c", phases: [.responseHeaders, .responseBody]),
        ]).exchange()
        #expect(result.trace == "b.Qh a.Rh b.end")
    }

    @Test func answerToABodyVisitsAllButTheResponder() throws {
        let result = try FilterTest([
            .passing("a"), .answering("b", in: .requestBody), .passing("c"),
        ]).exchange(TestRequest("POST", body: "x"))
        #expect(
            result.trace == """
                a.Qh b.Qh c.Qh a.Qb b.Qb c.Rh a.Rh c.Rb a.Rb a.end b.end c.end
                """)
        #expect(!result.isRequestComplete)
    }

    @Test func answerToAHeldBodyDoesNotVisitFiltersThatTheHeadNeverReached() throws {
        let result = try FilterTest([
            .answering("a", in: .requestBody),
            .buffering("b", in: .requestHeaders, upTo: 9), .passing("c"),
        ]).exchange(TestRequest("POST", body: "x"))
        #expect(result.trace == "a.Qh b.Qh a.Qb b.Rh b.Rb a.end b.end c.end")
    }

    @Test func filtersChangeWhatGoesOn() throws {
        let upper = TestFilter("upper", [.requestBody, .responseBody]) {
            ClosureFilter { _, chunk, _, _ in
                chunk?.bytes = ByteString(chunk?.bytes.description.uppercased() ?? "")
                return .continue
            }
        }
        let result = try FilterTest([upper]).everySplit(
            TestRequest("POST", body: "shout")
        ) { TestResponse(body: ByteString("\($0.body ?? "") back")) }
        #expect(result.upstreamRequest?.body == "SHOUT")
        #expect(result.response?.body == "SHOUT BACK")
    }

    @Test func streamsOnOneConnectionShareNothing() throws {
        let test = try FilterTest([
            .buffering("a", in: .requestHeaders, upTo: 100), .passing("b"),
        ])
        for body in ["one", "", "three"] {
            let result = try test.exchange(TestRequest("POST", body: ByteString(body)))
            #expect(result.upstreamRequest?.body == ByteString(body))
            #expect(result.trace.hasPrefix("a.Qh a.Qb b.Qh b.Qb b.Rh"))
        }
    }

    @Test func aFilterPerStreamAndItsStateEndWithTheStream() throws {
        let counting = TestFilter("count", [.requestHeaders, .responseHeaders]) {
            var calls = 0
            return ClosureFilter { _, _, _, stream in
                calls += 1
                stream.response.headers.set("x-calls", "\(calls)")
                return .continue
            }
        }
        let test = try FilterTest([counting])
        for _ in 0..<3 {
            #expect(try test.exchange().response?.headers["x-calls"] == "2")
        }
    }
}
