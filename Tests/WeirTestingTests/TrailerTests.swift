import Testing
import WeirBase
import WeirFilter
import WeirTesting

/// A filter may add trailers to a message that came without.
@Suite struct TrailerTests {
    private final class Stamp: HTTPFilter {
        func requestBody(
            _ chunk: BodyChunk, isLast: Bool, _ stream: FilterStream
        ) -> Verdict {
            if isLast { chunk.expectTrailers() }
            return .continue
        }

        func requestTrailers(_ trailers: inout HeaderMap, _ stream: FilterStream) -> Verdict {
            trailers.append("x-stamp", "1")
            return .continue
        }

        func responseBody(
            _ chunk: BodyChunk, isLast: Bool, _ stream: FilterStream
        ) -> Verdict {
            // Only what is said with the last piece counts.
            chunk.expectTrailers()
            return .continue
        }

        func responseTrailers(_ trailers: inout HeaderMap, _ stream: FilterStream) -> Verdict {
            trailers.append("x-stamp", "2")
            return .continue
        }
    }

    private let test: FilterTest

    init() throws { test = try FilterTest([TestFilter("stamp", .all) { Stamp() }]) }

    @Test func theyAreAddedToBothMessages() throws {
        let result = try test.everySplit(TestRequest("POST", body: "abc")) { _ in
            TestResponse(body: "defg")
        }
        #expect(result.upstreamRequest?.trailers?.values("x-stamp") == ["1"])
        #expect(result.response?.trailers?.values("x-stamp") == ["2"])
    }

    @Test func theyJoinThoseThatCame() throws {
        let result = try test.everySplit(
            TestRequest("POST", body: "abc", trailers: ["x-a": "b"])
        ) { _ in TestResponse(body: "defg", trailers: ["x-c": "d"]) }
        #expect(result.upstreamRequest?.trailers?["x-a"] == "b")
        #expect(result.upstreamRequest?.trailers?.values("x-stamp") == ["1"])
        #expect(result.response?.trailers?["x-c"] == "d")
        #expect(result.response?.trailers?.values("x-stamp") == ["2"])
    }

    @Test func aMessageWithoutABodyHasNone() throws {
        let result = try test.everySplit(TestRequest("GET", "/")) { _ in TestResponse(body: nil) }
        #expect(result.upstreamRequest?.trailers == nil)
        #expect(result.response?.trailers == nil)
    }
}
