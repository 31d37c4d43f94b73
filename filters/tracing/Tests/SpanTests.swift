import Testing
import WeirBase
import WeirFilter
import WeirTesting

@testable import TracingFilter

@Suite struct SpanTests {
    @Test func theServersSpanDescribesTheRequest() throws {
        let bench = try TracingBench()
        bench.test.place = StreamPlace(listener: "edge", route: "orders")
        var request = TestRequest(
            "POST", "/orders/7?token=secret&page=2&flag&empty=",
            headers: [
                "traceparent": "00-12345678901234567890123456789012-1234567890123456-01",
                "tracestate": "a=1", "user-agent": "probe/1 \"x\"",
            ], body: "abc")
        request.authority = "shop.example:8443"
        request.scheme = .https
        request.client = IPAddress("198.51.100.7")
        _ = try bench.test.exchange(request) { _ in TestResponse(201) }
        let spans = try bench.spans()
        try #require(spans.count == 2)
        let server = spans[0]
        #expect(server["trace"] == .string("12345678901234567890123456789012"))
        #expect(server["parent"] == .string("1234567890123456"))
        #expect(server["tracestate"] == .string("a=1"))
        #expect(server["kind"] == .string("server") && server["name"] == .string("POST orders"))
        #expect(server["service"] == .string("weir"))
        #expect(server["error"] == nil)
        let expected: [JSONValue.Member] = [
            .init("http.request.method", .string("POST")), .init("url.scheme", .string("https")),
            .init("url.path", .string("/orders/7")),
            .init("url.query", .string("token=REDACTED&page=REDACTED&REDACTED&empty=")),
            .init("http.route", .string("orders")), .init("weir.listener", .string("edge")),
            .init("network.protocol.version", .string("1.1")),
            .init("server.address", .string("shop.example")),
            .init("server.port", .integer(8443)),
            .init("client.address", .string("198.51.100.7")),
            .init("network.peer.address", .string("198.51.100.7")),
            .init("network.peer.port", .integer(49152)),
            .init("user_agent.original", .string("probe/1 \"x\"")),
            .init("http.response.status_code", .integer(201)),
            .init("weir.cluster", .string("test")),
        ]
        #expect(server["attributes"] == .object(expected))
        let client = spans[1]
        #expect(client["trace"] == server["trace"] && client["parent"] == server["span"])
        #expect(client["kind"] == .string("client") && client["name"] == .string("POST"))
        #expect(
            client["attributes"]
                == .object([
                    .init("http.request.method", .string("POST")),
                    .init("weir.cluster", .string("test")),
                    .init("server.address", .string("192.0.2.10")),
                    .init("server.port", .integer(8080)),
                    .init("http.response.status_code", .integer(201)),
                ]))
    }

    @Test func theEndpointIsToldTheSpanOfItsAttempt() throws {
        let bench = try TracingBench(["propagation": ["w3c", "b3", "b3-multi"]])
        let fields = try bench.forwarded()
        let client = try #require(try bench.spans().last?["span"]?.string)
        #expect(fields["traceparent"]?.contains("-\(client)-") == true)
        #expect(fields["b3"]?.contains("-\(client)-") == true)
        #expect(fields["x-b3-spanid"] == client)
    }

    @Test func everyAttemptHasASpan() throws {
        let bench = try TracingBench()
        var delivery = Delivery()
        delivery.failedAttempts = 2
        let result = try bench.test.exchange(TestRequest(), delivery: delivery)
        let spans = try bench.spans()
        try #require(spans.count == 4)
        #expect(Set(spans.map { $0["span"] }).count == 4)
        for (index, span) in spans.dropFirst().enumerated() {
            #expect(span["parent"] == spans[0]["span"])
            let attributes = try #require(span["attributes"])
            #expect(attributes["server.address"] == .string("192.0.2.\(10 + index)"))
            #expect(
                attributes["http.request.resend_count"]
                    == (index == 0 ? nil : .integer(Int64(index))))
            let failed = index < 2
            #expect(span["error"] == (failed ? .bool(true) : nil))
            #expect(attributes["error.type"] == (failed ? .string("upstream_reset") : nil))
        }
        #expect(spans[0]["error"] == nil)
        let last = try #require(spans.last?["span"]?.string)
        let parent = try #require(result.upstreamRequest?.headers["traceparent"])
        #expect(parent.contains("-\(last)-"))
    }

    @Test(arguments: [
        (200, false, false), (301, false, false), (404, false, true), (500, true, true),
        (503, true, true),
    ])
    func statusesAreErrorsToWhomTheyConcern(status: Int, server: Bool, client: Bool) throws {
        let bench = try TracingBench()
        _ = try bench.test.exchange { _ in TestResponse(status) }
        let spans = try bench.spans()
        try #require(spans.count == 2)
        #expect((spans[0]["error"] != nil) == server)
        #expect((spans[1]["error"] != nil) == client)
        let type = JSONValue.string("\(status)")
        #expect(spans[0]["attributes"]?["error.type"] == (server ? type : nil))
        #expect(spans[1]["attributes"]?["error.type"] == (client ? type : nil))
    }

    @Test func answersOfFiltersHaveTheirCause() throws {
        for (status, isError) in [(403, false), (503, true)] {
            let bench = try TracingBench(chain: [
                TracingBench.filter(),
                TestFilter("refuse", [.requestHeaders]) { Refuser(status) },
            ])
            _ = try bench.test.exchange()
            let spans = try bench.spans()
            try #require(spans.count == 1)
            #expect(spans[0]["attributes"]?["weir.cause"] == .string("refused"))
            #expect(
                spans[0]["attributes"]?["error.type"] == (isError ? .string("refused") : nil))
            #expect((spans[0]["error"] != nil) == isError)
            let event = try #require(spans[0]["events"]?.array?.last)
            #expect(event["name"] == .string("filter.verdict"))
            #expect(event["attributes"]?["filter"] == .string("refuse"))
            #expect(event["attributes"]?["verdict"] == .string("respond"))
        }
    }

    @Test func eventsHaveTheTimeOfDay() throws {
        final class Slow: HTTPFilter {
            func requestHeaders(_ request: RequestHead, _ stream: FilterStream) -> Verdict {
                stream.note("slow.begins", [("why", "a \"test\"")])
                return stream.pause(for: .milliseconds(250))
            }
            func responseHeaders(_ response: ResponseHead, _ stream: FilterStream) -> Verdict {
                stream.note("slow.ends")
                return .continue
            }
        }
        let bench = try TracingBench(chain: [
            TracingBench.filter(),
            TestFilter("slow", [.requestHeaders, .responseHeaders]) { Slow() },
        ])
        _ = try bench.test.exchange()
        let spans = try bench.spans()
        let events = try #require(spans.first?["events"]?.array)
        #expect(
            events.map { $0["name"]?.string } == ["slow.begins", "filter.verdict", "slow.ends"])
        #expect(events.map { $0["ms"]?.number } == [0, 0, 250])
        #expect(events[0]["attributes"]?["why"] == .string("a \"test\""))
        #expect(spans[0]["ms"]?.number == 250 && spans[1]["ms"]?.number == 0)
        // 2026-01-01, where the clock of tests begins.
        #expect(spans[0]["start"]?.number == 1_767_225_600)
        #expect(spans[1]["start"]?.number == 1_767_225_600.25)
    }

    @Test func clientsThatLeaveAreSeen() throws {
        let bench = try TracingBench()
        let exchange = bench.test.begin(TestRequest("POST", body: "abc"), delivery: slow)
        exchange.turn()
        exchange.reset()
        let spans = try bench.spans()
        try #require(spans.count == 2)
        #expect(spans.map { $0["error"] } == [.bool(true), .bool(true)])
        #expect(spans[0]["attributes"]?["error.type"] == .string("client_reset"))
    }

    private var slow: Delivery {
        var delivery = Delivery(request: .bytes)
        delivery.gap = .milliseconds(100)
        return delivery
    }

    @Test(arguments: [("0", false, false), ("5", false, true), ("14", true, true)])
    func callsAreNamed(status: String, server: Bool, client: Bool) throws {
        let bench = try TracingBench()
        let exchange = bench.test.begin(
            TestRequest(
                "POST", "/shop.Orders/Get", headers: ["content-type": "application/grpc+proto"],
                body: "x"))
        exchange.turn()
        let spans = try bench.spans()
        let attributes = try #require(spans.first?["attributes"])
        #expect(attributes["rpc.system"] == .string("grpc"))
        #expect(attributes["rpc.service"] == .string("shop.Orders"))
        #expect(attributes["rpc.method"] == .string("Get"))
        // How a call ended is the server's to find out; here by hand.
        var outcome = StreamOutcome()
        outcome.status = 200
        outcome.grpcStatus = try #require(Int(status))
        var span = FinishedSpan(
            traceHigh: 1, traceLow: 1, id: 1, parent: 0, flags: 1, name: "", kind: .server,
            start: 0)
        ServerSpan.addOutcome(outcome, isCall: true, to: &span)
        #expect(span.isError == server)
        #expect(span.attributes.contains(SpanAttribute("rpc.grpc.status_code", outcome.grpcStatus)))
    }

    @Test func unusualMethodsHaveNoNameOfTheirOwn() throws {
        let bench = try TracingBench(["query": "full"])
        bench.test.place = StreamPlace(listener: "edge", route: "")
        _ = try bench.test.exchange(TestRequest("PURGE", "/?a=b"))
        let spans = try bench.spans()
        #expect(spans.map { $0["name"] } == [.string("HTTP"), .string("HTTP")])
        let attributes = try #require(spans[0]["attributes"])
        #expect(attributes["http.request.method"] == .string("_OTHER"))
        #expect(attributes["http.request.method_original"] == .string("PURGE"))
        #expect(attributes["url.query"] == .string("a=b"))
        #expect(attributes["http.route"] == nil)
        #expect(attributes["server.port"] == .integer(80))
    }

    @Test func queriesCanBeLeftOut() throws {
        let bench = try TracingBench(["query": "none"])
        _ = try bench.test.exchange(TestRequest("GET", "/?a=b"))
        #expect(try bench.spans().first?["attributes"]?["url.query"] == nil)
    }

    @Test func longTextIsCut() throws {
        let bench = try TracingBench(["query": "full"])
        let long = String(repeating: "x", count: 1022) + "éé"
        let request = TestRequest("GET", "/\(long)?\(long)", headers: ["user-agent": long])
        _ = try bench.test.exchange(request)
        let attributes = try #require(try bench.spans().first?["attributes"])
        #expect(attributes["user_agent.original"] == .string(long.dropLast() + ""))
        #expect(attributes["url.query"]?.string?.utf8.count == 1024)
        // The cut goes through a character here.
        #expect(attributes["url.path"] == .string("/" + long.dropLast(2) + "\u{FFFD}"))
    }

    @Test func unsampledRequestsLeaveNothing() throws {
        let bench = try TracingBench(["sample": "0%"])
        for _ in 0..<3 { _ = try bench.test.exchange() }
        #expect(try bench.spans().isEmpty)
        #expect(bench.services.count("weir_tracing_spans_started_total") == 0)
    }

    private final class Refuser: HTTPFilter {
        let answer: LocalResponse
        init(_ status: Int) { answer = LocalResponse(status: status, cause: "refused") }
        func requestHeaders(_ request: RequestHead, _ stream: FilterStream) -> Verdict {
            .respond(answer)
        }
    }
}
