import Testing
import WeirBase
import WeirFilter
import WeirTesting

/// Filters that let a piece of body go on in parts.
@Suite struct KeptBytesTests {
    /// Lets at most `count` bytes go on at a time.
    private static func slicing(_ name: String, _ count: Int) -> TestFilter {
        TestFilter(name, .all) {
            ClosureFilter { _, chunk, _, _ in
                chunk?.keep(from: count)
                return .continue
            }
        }
    }

    /// Waits before each byte that it lets go on.
    private static func dripping(_ name: String) -> TestFilter {
        TestFilter(name, .all) {
            var mayPass = false
            return ClosureFilter { _, chunk, _, stream in
                guard let chunk, !chunk.bytes.isEmpty else { return .continue }
                mayPass.toggle()
                chunk.keep(from: mayPass ? 0 : 1)
                return mayPass ? stream.pause(for: .milliseconds(10)) : .continue
            }
        }
    }

    @Test func whatIsKeptComesBackToTheFilterAlone() throws {
        let test = try FilterTest([.passing("a"), Self.slicing("b", 2), .passing("c")])
        let result = try test.exchange(TestRequest("POST", body: "12345")) { _ in
            TestResponse(body: "xyz")
        }
        #expect(
            result.bodyTrace
                == "a.Qb5! b.Qb5! c.Qb2 b.Qb3! c.Qb2 b.Qb1! c.Qb1! "
                + "c.Rb3! b.Rb3! a.Rb2 b.Rb1! a.Rb1!")
        #expect(result.upstreamRequest?.body == "12345")
        #expect(result.response?.body == "xyz")
    }

    @Test func partsOfPartsKeepTheirOrder() throws {
        let test = try FilterTest([Self.slicing("a", 3), Self.slicing("b", 2), .passing("c")])
        let result = try test.exchange(
            TestRequest("POST", body: "abcdef", trailers: ["x-t": "1"])
        ) { _ in TestResponse(204) }
        #expect(
            result.bodyTrace
                == "a.Qb6! b.Qb3 c.Qb2 b.Qb1 c.Qb1 a.Qb3! b.Qb3! c.Qb2 b.Qb1! c.Qb1!")
        #expect(result.upstreamRequest?.body == "abcdef")
        #expect(result.upstreamRequest?.trailers == ["x-t": "1"])
    }

    @Test func aFilterMayWaitForEachPart() throws {
        let test = try FilterTest([.passing("a"), Self.dripping("b")])
        let result = try test.exchange { _ in TestResponse(body: "xyz") }
        #expect(result.response?.body == "xyz")
        #expect(result.pausedFor == .milliseconds(30))
        #expect(result.bodyTrace == "b.Rb3! b.Rb3! a.Rb1 b.Rb2! b.Rb2! a.Rb1 b.Rb1! b.Rb1! a.Rb1!")
    }

    @Test func nothingIsReadWhileBytesAreKept() throws {
        let test = try FilterTest([Self.slicing("a", 1)])
        var delivery = Delivery(response: .at(2))
        delivery.refusals = 1
        let exchange = test.begin(delivery: delivery) { _ in TestResponse(body: "wxyz") }
        exchange.turn()
        exchange.turn()
        // The first byte is out, the second waits: the second piece is not asked for.
        #expect(exchange.result.bodyTrace == "a.Rb2 a.Rb1")
        try exchange.run()
        try exchange.checkRules()
        #expect(exchange.result.response?.body == "wxyz")
    }

    @Test(arguments: [1, 2, 5, 100])
    func everyDeliveryComesToTheSame(count: Int) throws {
        let chains: [[TestFilter]] = [
            [Self.slicing("a", count)], [Self.slicing("a", count), Self.slicing("b", 3)],
            [Self.dripping("a"), Self.slicing("b", count)],
            [.buffering("x", in: .requestHeaders, upTo: 100), Self.slicing("a", count)],
            [Self.slicing("a", count), .buffering("x", in: .responseHeaders, upTo: 100)],
        ]
        for chain in chains {
            let result = try FilterTest(chain).everySplit(
                TestRequest("POST", body: "0123456789", trailers: ["x-t": "1"])
            ) { TestResponse(body: $0.body, trailers: $0.trailers) }
            #expect(result.response?.body == "0123456789")
            #expect(result.response?.trailers == ["x-t": "1"])
        }
    }

    /// The filter that collected the body lets it go on in parts.
    @Test func aBufferedBodyCanBeSliced() throws {
        let filter = TestFilter("b", .all) {
            ClosureFilter { phase, chunk, _, _ in
                chunk?.keep(from: 4)
                return phase == .requestHeaders ? .buffer(upTo: 10) : .continue
            }
        }
        let test = try FilterTest([filter, .passing("c")])
        let result = try test.exchange(
            TestRequest("POST", body: "0123456789"), delivery: Delivery(request: .bytes))
        #expect(result.bodyTrace.hasPrefix("b.Qb10! c.Qb4 b.Qb6! c.Qb4 b.Qb2! c.Qb2!"))
        #expect(result.upstreamRequest?.body == "0123456789")
    }

    @Test func keepingNothingOrEverythingWithoutAPauseLetsThePieceGo() throws {
        for index in [-1, 0, 3, 4] {
            let result = try FilterTest([Self.slicing("a", index)]).exchange { _ in
                TestResponse(body: "xyz")
            }
            #expect(result.response?.body == "xyz")
            #expect(result.calls.filter { $0.phase == .responseBody }.count == 1)
        }
    }

    @Test func aStreamCanEndAfterAPart() throws {
        let filter = TestFilter("a", .all) {
            var left = 2
            return ClosureFilter { phase, chunk, _, _ in
                guard phase == .responseBody, let chunk else { return .continue }
                if left == 0 { return .cutOff("test_cut", .reset) }
                chunk.keep(from: left)
                left -= min(left, chunk.bytes.count)
                return .continue
            }
        }
        for split in [Delivery.Split.whole, .at(1), .at(2), .at(3), .bytes, .lateEnd] {
            let result = try FilterTest([filter]).exchange(delivery: Delivery(response: split)) {
                _ in TestResponse(body: "wxyz")
            }
            #expect(result.response?.body == "wx")
            #expect(!result.isComplete && result.cause == "test_cut")
        }
    }

    @Test func aStreamCanEndAfterAPause() throws {
        let filter = TestFilter.saying("a", in: .requestHeaders) {
            $0.pause(for: .seconds(1), thenCutOff: "test_cut", .close)
        }
        let test = try FilterTest([filter])
        let exchange = test.begin()
        exchange.advance(by: .milliseconds(999))
        #expect(exchange.isPaused && !exchange.wasCutOff)
        exchange.advance(by: .milliseconds(1))
        #expect(exchange.isOver && exchange.wasCutOff)
        try exchange.checkRules()
        #expect(exchange.result.cause == "test_cut")
        #expect(exchange.result.response == nil && exchange.result.upstreamRequest == nil)
        // The next stream begins anew.
        #expect(try test.exchange().cause == "test_cut")
    }
}
