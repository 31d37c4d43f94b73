import Testing
import WeirBase
import WeirConfig

@testable import WeirRouting

@Suite struct ExplainTests {
    @Test func saysWhatBecameOfEachRoute() throws {
        let index = try RouteIndex([
            route("/**"),
            route("/v1/users", methods: ["POST", "PUT"]),
            route("/v1/**", hosts: ["*.org"], headers: [("x-a", .exact("b"))]),
            route("/v1/**"),
            route("~/v2/.*", query: [("q", .present(true))]),
            route("/v1/{x}/y"),
        ])
        let candidates = index.explain(request("/v1/users"))
        #expect(candidates.map(\.route) == [3, 0, 1, 5, 2, 4])
        #expect(candidates[0].outcome == .taken)
        #expect(candidates[1].outcome == .outranked)
        #expect(reasons(candidates[2]) == ["the method is not POST or PUT"])
        #expect(reasons(candidates[3]) == ["the path does not match /v1/{x}/y"])
        #expect(
            reasons(candidates[5]) == [
                "the path does not match regex /v2/.*", "the query parameter q is missing",
            ])
        #expect(
            reasons(candidates[4]) == [
                "the host is not *.org", "the header x-a is not \"b\"",
            ])
    }

    @Test func listsTheNearestOfMany() throws {
        let index = try RouteIndex((0..<100).map { route("/service\($0)/**") })
        let candidates = index.explain(request("/service42x/orders"), limit: 3)
        #expect(candidates.map(\.route) == [42, 4, 40])
    }

    private func reasons(_ candidate: RouteCandidate) -> [String] {
        guard case .missed(let reasons) = candidate.outcome else { return [] }
        return reasons.map(\.description)
    }
}
