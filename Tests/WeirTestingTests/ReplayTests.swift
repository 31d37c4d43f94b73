import Testing
import WeirBase
import WeirFilter
import WeirTesting

@Suite struct ReplayTests {
    private let request = TestRequest(
        "POST", headers: ["x-one": "1", "x-two": "2"], body: "abcdef")

    private func body(
        _ change: @escaping @Sendable (BodyChunk, Bool) -> Void
    ) -> TestFilter {
        TestFilter("body", [.requestBody]) {
            ClosureFilter { _, chunk, isLast, _ in
                if let chunk { change(chunk, isLast) }
                return .continue
            }
        }
    }

    private func failure(_ filter: TestFilter) throws -> String {
        let test = try FilterTest([filter])
        do {
            try test.everySplit(request)
            return "no failure"
        } catch let failure as TestFailure { return failure.description }
    }

    @Test func aFilterThatDependsOnTheSplitIsFound() throws {
        let starring = body { chunk, _ in chunk.bytes.append(UInt8(ascii: "*")) }
        #expect(try failure(starring).contains("the request to the upstream differs"))
    }

    @Test func aFilterThatMissesALateEndIsFound() throws {
        let cutting = body { chunk, isLast in
            if isLast && !chunk.bytes.isEmpty { chunk.bytes.append(UInt8(ascii: ".")) }
        }
        #expect(try failure(cutting).hasPrefix("request body lateEnd"))
    }

    @Test func aFilterThatDependsOnTheOrderOfFieldsIsFound() throws {
        let peeking = TestFilter("peek", [.requestHeaders]) {
            ClosureFilter { _, _, _, stream in
                let first = TestFields(stream.request.headers).lines.first?.name ?? ""
                stream.request.headers.set("x-first", first.lowercased())
                return .continue
            }
        }
        #expect(try failure(peeking).hasPrefix("fields in reverse order"))
    }

    @Test func aFilterThatDependsOnTheCaseOfNamesIsFound() throws {
        let spelling = TestFilter("spell", [.requestHeaders]) {
            ClosureFilter { _, _, _, stream in
                let hasOne = TestFields(stream.request.headers).lines.contains {
                    $0.name == "x-one"
                }
                return hasOne ? .continue : .respond(LocalResponse(status: 400, cause: "no_one"))
            }
        }
        #expect(try failure(spelling).hasPrefix("field names in upper case"))
    }

    @Test func aFilterThatKeepsItsTokenIsFound() throws {
        let test = try FilterTest([
            TestFilter("keep", [.requestBody]) {
                let box = TokenBox()
                return ClosureFilter { _, _, isLast, stream in
                    isLast ? .continue : stream.pause { box.put($0) }
                }
            }
        ])
        let exchange = test.begin(request, delivery: Delivery(request: .bytes))
        #expect(throws: TestFailure.self) { try exchange.run(patience: .milliseconds(1)) }
    }

    @Test func eachReplayHasFactoriesOfItsOwn() throws {
        // A filter with a budget in its factory: replays must not use it up for each other.
        let test = try FilterTest(OneRequest.self)
        try test.everySplit(request)
        #expect(try test.exchange().response?.status == 200)
        #expect(try test.exchange().response?.status == 429)
    }

    @Test func aWholeRunTakesMilliseconds() throws {
        let test = try FilterTest([.passing("a"), .passing("b"), .passing("c")])
        let body = ByteString(String(repeating: "x", count: 100))
        let time = try ContinuousClock().measure {
            try test.everySplit(TestRequest("POST", body: body)) { TestResponse(body: $0.body) }
        }
        // Some 1,000 exchanges in a debug build on a busy machine; a fraction of that otherwise.
        #expect(time < .seconds(10))
    }
}

/// Lets one request through.
private struct OneRequest: FilterFactory {
    struct Configuration: Decodable, Sendable {}

    static let name = "one-request"
    static let documentation = FilterDocumentation(
        summary: "Lets one request through.", status: .alpha,
        securityPosture: .requiresTrustedDownstreamAndUpstream, phases: [.requestHeaders],
        fields: [])
    let phases: Phases = [.requestHeaders]
    private let budget = Budget()

    init(_ configuration: Configuration) {}

    func makeFilter() -> any HTTPFilter {
        let budget = budget
        return ClosureFilter { _, _, _, _ in
            budget.take() ? .continue : .respond(LocalResponse(status: 429, cause: "used_up"))
        }
    }
}
