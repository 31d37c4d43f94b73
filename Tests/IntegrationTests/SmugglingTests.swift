import Foundation
import Testing
import WeirLiveTesting

/// What arrives as HTTP/2 and would be another request as HTTP/1 reaches no HTTP/1 origin; what
/// does reach it is right to the byte.
@Suite struct SmugglingTests {
    struct Outcome: Decodable {
        let name: String
        /// What the client was told.
        let got: String
        /// What the origin has to receive; nil for requests that have to be refused.
        let head: String?
        let body: String?
    }

    @Test func nothingIsSmuggled() throws {
        let origin = try Origin(answering: { _ in Answer.ok() })
        let gateway = try Gateway(to: origin) { $0.listener = ["connection: [http2]"] }
        let result = try Python.run("smuggle.py", ["\(gateway.address())"])
        guard result.status == 0 else { throw HarnessError(result.errors) }
        let outcomes = try JSONDecoder().decode([Outcome].self, from: Data(result.output.utf8))
        #expect(outcomes.count > 80)
        let requests = origin.requests
        for outcome in outcomes {
            guard let head = outcome.head else {
                let isRefused =
                    outcome.got == "stream PROTOCOL_ERROR" || outcome.got.hasPrefix("status 4")
                #expect(isRefused, "\(outcome.name): \(outcome.got)")
                continue
            }
            #expect(outcome.got == "status 200", "\(outcome.name)")
            let request = requests.first { $0.start == head.prefix { $0 != "\r\n" } }
            #expect(request?.rawHead.text == head, "\(outcome.name)")
            #expect(request?.rawBody.text == outcome.body, "\(outcome.name)")
        }
        // Nor has anything else come: not as a request, not as a part of one.
        let passed = outcomes.filter { $0.head != nil }
        #expect(requests.count == passed.count)
        for bytes in origin.received {
            #expect(!bytes.text.replacing(Self.bodies, with: "").contains("smuggled"))
        }
    }

    /// The only place where the word may stand: in a body that is framed as one.
    static let bodies = "GET /smuggled HTTP/1.1\r\nhost: smuggled\r\n\r\n"
}
