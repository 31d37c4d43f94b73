import Foundation
import Testing
import WeirLiveTesting

/// gRPC between the library's own client and server: all four kinds of calls, deadlines,
/// cancellation, metadata and the gateway's own answers.
@Suite struct GRPCTests {
    @Test func calls() throws {
        let folder = try TemporaryFolder()
        let socket = "unix:\(folder.path)/origin"
        let yaml = """
            runtime: {workers: 2}
            admin: {address: "127.0.0.1:0"}
            listeners:
              - {name: edge, address: "127.0.0.2:0", connection: [http2], routes: public}
            routes:
              public:
                - {match: {path: /weir.Test/**}, to: origin}
                - {match: {path: /weir.Down/**}, to: down}
            clusters:
              origin: {endpoints: ["\(socket)"], connection: [http2]}
              down: {endpoints: ["unix:\(folder.path)/nobody"], connection: [http2]}
            """
        let gateway = try Gateway(yaml: yaml)
        let result = try Python.run("grpc_peer.py", ["\(gateway.address())", socket])
        guard result.status == 0 else { throw HarnessError(result.errors) }
        let report = try JSONDecoder().decode(
            CombinationTests.Report.self, from: Data(result.output.utf8))
        #expect(report.count == 13)
        for (name, failure) in report.failures { Issue.record("\(name): \(failure)") }
        func calls(_ status: String) throws -> Double {
            try gateway.metric("weir_route_grpc_calls_total", "status=\"\(status)\"")
        }
        #expect(try calls("OK") > 300)
        #expect(try calls("FAILED_PRECONDITION") == 1)
        #expect(try calls("UNAVAILABLE") == 1)
        // One method that the server does not know, one service that has no route.
        #expect(try calls("UNIMPLEMENTED") == 2)
    }
}
