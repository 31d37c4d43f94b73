import Synchronization
import TenantRoutingFilter
import Testing
import WeirBase
import WeirFilter
import WeirTesting

@Suite struct TenantRoutingTests {
    private static let configuration: TestConfiguration = [
        "directory": "tenants", "path": "/by-host/", "remember": "10s",
    ]

    /// A gateway with a directory that answers so.
    private func services(_ answer: @escaping TestCluster) -> TestServices {
        let services = TestServices()
        services.serve("tenants", answer)
        return services
    }

    private func test(_ answer: @escaping TestCluster) throws -> FilterTest {
        try FilterTest(TenantRouting.self, Self.configuration, services: services(answer))
    }

    private func request(_ authority: String = "shop.example:8443") -> TestRequest {
        var request = TestRequest(
            "POST", "/cart?a=b", headers: ["x-tenant": "mine"], body: "abc")
        request.authority = authority
        return request
    }

    @Test func theTenantIsFound() throws {
        let test = try test { request in
            .success(
                CallResponse(
                    status: request.path == "/by-host/shop.example" ? 200 : 404, body: "acme"))
        }
        let result = try test.everySplit(request())
        #expect(result.upstreamRequest?.headers.values("x-tenant") == ["acme"])
        #expect(result.upstreamRequest?.target == "/acme/cart?a=b")
        #expect(result.upstreamRequest?.body == "abc")
    }

    @Test func anUnknownHostIs404() throws {
        let test = try test { _ in .success(CallResponse(status: 404)) }
        for host in ["other.example", "[::1]", "a/b", ".."] {
            let result = try test.everySplit(request(host))
            #expect(result.response?.status == 404)
            #expect(result.cause == "tenant_unknown")
            #expect(result.upstreamRequest == nil)
        }
    }

    @Test func aDirectoryThatFailsIs503() throws {
        let answers: [CallResult] = [
            .failure(.timeout), .success(CallResponse(status: 500, body: "acme")),
            .success(CallResponse(status: 200, body: "../admin")),
        ]
        for answer in answers {
            let result = try test { _ in answer }.everySplit(request())
            #expect(result.response?.status == 503)
            #expect(result.cause == "tenant_directory_failed")
        }
    }

    @Test func answersAreRememberedForAWhile() throws {
        let asked = Atomic<Int>(0)
        let test = try FilterTest(
            TenantRouting.self, Self.configuration,
            services: services { request in
                asked.add(1, ordering: .relaxed)
                let isKnown = request.path == "/by-host/shop.example"
                return .success(CallResponse(status: isKnown ? 200 : 404, body: "acme"))
            })
        for _ in 0..<3 {
            #expect(try test.exchange(request()).response?.status == 200)
            #expect(try test.exchange(request("other.example")).response?.status == 404)
        }
        #expect(asked.load(ordering: .relaxed) == 2)
        test.begin(request()).advance(by: .seconds(10))
        #expect(try test.exchange(request()).response?.status == 200)
        #expect(asked.load(ordering: .relaxed) == 3)
    }

    @Test func theEndOfTheStreamEndsTheLookUp() throws {
        let services = services { _ in nil }
        let test = try FilterTest(
            TenantRouting.self, Self.configuration, services: services)
        let exchange = test.begin(request())
        exchange.turn()
        #expect(exchange.isPaused && services.waitingCalls.count == 1)
        exchange.reset()
        #expect(services.waitingCalls.isEmpty)
        try exchange.checkRules()
    }

    @Test func mistakesAreNamed() {
        let relative = TestFilter(TenantRouting.self, ["directory": "a", "path": "b"])
        #expect(relative.configurationError?.path == ["path"])
        let error = #expect(throws: ConfigurationError.self) {
            _ = try FilterTest(TenantRouting.self, ["directory": "nobody"])
        }
        #expect(error?.path == ["directory"])
    }

    @Test func theDocumentationIsComplete() throws {
        #expect(
            try TestFilter(TenantRouting.self, Self.configuration).documentationErrors() == [])
    }
}
