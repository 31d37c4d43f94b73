import Testing
import WeirBase
import WeirFilter
import WeirLiveTesting
import WeirTesting

/// One case, two depths: the cases of the shipped filters in memory, where every delivery can be
/// tried, and over sockets, where nothing stands in for the gateway. Both must come to the same.
@Suite struct TwoDepthsTests {
    @Test(arguments: FilterCase.all)
    func aCaseComesToTheSameAtBothDepths(_ filterCase: FilterCase) async throws {
        let memory = try await filterCase.runInMemory()
        let live = try await filterCase.runLive()
        #expect(live.response.map(comparable) == memory.response.map(comparable))
        #expect(live.upstreamRequest.map(comparable) == memory.upstreamRequest.map(comparable))
        #expect(live.cause == memory.cause)
        #expect(live.isRequestComplete == memory.isRequestComplete)
        #expect(live.isComplete == memory.isComplete)
        #expect(live.outcome.status == memory.outcome.status)
        #expect(live.outcome.responseBytes == memory.outcome.responseBytes)
        #expect(live.outcome.duration >= memory.pausedFor)
    }

    @Test func exchangesFollowEachOther() async throws {
        let filterCase = try #require(FilterCase.headers.first)
        let runner = try LiveRunner(chain: filterCase.chain)
        for _ in 0..<3 { try await filterCase.run(on: runner) }
    }

    private func comparable(_ request: TestRequest) -> TestRequest {
        var copy = request
        copy.headers = comparable(request.headers)
        copy.trailers = request.trailers?.canonical
        return copy
    }

    private func comparable(_ response: TestResponse) -> TestResponse {
        var copy = response
        copy.headers = comparable(response.headers)
        copy.trailers = response.trailers?.canonical
        return copy
    }

    /// The fields without the length, which on the wire is a matter of framing, and the date, which
    /// the gateway adds, and with all random identifiers alike.
    private func comparable(_ fields: TestFields) -> TestFields {
        var copy = fields.canonical
        copy.lines.removeAll { ["content-length", "date"].contains($0.name) }
        for index in copy.lines.indices {
            let value = copy.lines[index].value.utf8
            let isRandom = value.count == 32 && value.allSatisfy { $0.hexValue != nil }
            if isRandom { copy.lines[index].value = "128 random bits" }
        }
        return copy
    }
}
