import Foundation
import Testing
import WeirLiveTesting

/// Every rule of RFC 9113 that a client can break, over real connections, against the whole
/// gateway: the right error of the connection or the stream each time, or none.
@Suite struct FrameRuleTests {
    struct Outcome: Decodable {
        let section: String
        let name: String
        let expected: String
        let got: String
    }

    @Test func brokenRules() throws {
        let gateway = try AttackTests.gateway()
        let result = try Python.run("rules.py", ["\(gateway.address())"])
        guard result.status == 0 else { throw HarnessError(result.errors) }
        let outcomes = try JSONDecoder().decode([Outcome].self, from: Data(result.output.utf8))
        #expect(outcomes.count > 160)
        for outcome in outcomes {
            #expect(outcome.got == outcome.expected, "\(outcome.section): \(outcome.name)")
        }
    }
}
