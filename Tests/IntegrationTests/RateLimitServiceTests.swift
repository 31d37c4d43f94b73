import Foundation
import Testing
import WeirLiveTesting

/// Limits that a service of Envoy's protocol decides about: gRPC's library with the messages that
/// Envoy publishes.
@Suite struct RateLimitServiceTests {
    /// A gateway and its service.
    private final class Bench {
        let folder: TemporaryFolder
        let service: Subprocess
        let origin: Origin
        let gateway: Gateway

        init(_ limits: String, domain: String = "edge", more: String = "") throws {
            let folder = try TemporaryFolder()
            self.folder = folder
            let path = "\(Repository.root)/Tests/IntegrationTests/Scripts/rate_limit_service.py"
            let service = try Subprocess(
                Python.command(path) + [folder.path], writingTo: folder, name: "service")
            self.service = service
            try eventually("the service listens", within: .seconds(30)) {
                if service.status != nil { throw HarnessError(folder.read("service.err")) }
                return FileManager.default.fileExists(atPath: "\(folder.path)/ready")
            }
            origin = try Origin { _ in "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n" }
            var configuration = Configuration(origin)
            configuration.workers = 1
            configuration.filters =
                "[rate-limit: {\(limits), headers: draft, store: {service: {cluster: rls, "
                + "domain: \(domain), timeout: 10s, when-unavailable: deny\(more)}}}]"
            let yaml =
                configuration.yaml
                + "\n  rls: {endpoints: [\"unix:\(folder.path)/service.sock\"], "
                + "connection: [http2]}\n"
            gateway = try Gateway(yaml: yaml, origins: [origin])
        }
    }

    @Test func theServiceDecides() throws {
        let bench = try Bench("key: [\"header:x-key\", method], name: keyed")
        let client = try bench.gateway.client()
        for index in 0..<3 {
            let response = try client.get("/", "x-key: a")
            #expect(response.status == 200)
            #expect(response["x-seen"] == "edge 1 header:x-key=a,method=GET*1")
            #expect(response["ratelimit"] == "\"keyed\";r=\(2 - index);t=1800")
            #expect(response["ratelimit-policy"] == "\"keyed\";q=3;w=3600")
            #expect(response["x-split"] == nil && response["x-evil"] == nil)
            #expect(response["content-length"] == "0")
        }
        let refused = try client.get("/", "x-key: a")
        #expect(refused.status == 429 && refused.cause == "rate_limited")
        #expect(refused["retry-after"] == "1800")
        #expect(refused["x-seen"] == "edge 1 header:x-key=a,method=GET*1")
        #expect(try client.get("/", "x-key: b").status == 200)
        // What the service adds to requests comes to the upstream, but not whom they are for.
        #expect(bench.origin.requests.allSatisfy { $0["x-plan"] == "gold" })
        #expect(bench.origin.requests.allSatisfy { $0["host"] == "a.example" })
        #expect(bench.origin.requests.count == 4)
    }

    @Test func entriesNumbersAndCostsAreSent() throws {
        let bench = try Bench(
            """
            limits: [{name: one, key: client-address, requests: 10, per: minute}, \
            {name: two, cost: 2}, {name: three, key: "header:x-none"}]
            """, more: ", entries: {client-address: remote_address}")
        let response = try bench.gateway.client().get("/")
        #expect(
            response["x-seen"]
                == "edge 1 remote_address=127.0.0.1*1/10-2 generic_key=two*2 generic_key=three*1")
        let second = try bench.gateway.client().get("/")
        #expect(second.status == 429)
    }

    @Test func aServiceThatFailsIsUnavailable() throws {
        let bench = try Bench("name: any", domain: "broken")
        let client = try bench.gateway.client()
        let response = try client.get("/")
        #expect(response.status == 503 && response.cause == "rate_limit_unavailable")
        bench.service.signal(SIGKILL)
        _ = try bench.service.wait(within: patience)
        #expect(try client.get("/").cause == "rate_limit_unavailable")
        #expect(
            try bench.gateway.metric("weir_rate_limit_store_calls_total", "outcome=\"failed\"") == 2
        )
    }
}
