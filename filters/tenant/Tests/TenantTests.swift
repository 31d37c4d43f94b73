import TenantFilter
import Testing
import WeirFilter
import WeirTesting

/// A chain of the filter, in a gateway whose cluster `directory` knows one host.
private func makeTest() throws -> FilterTest {
    let services = TestServices()
    services.serve("directory") { request in
        switch request.path {
        case "/hosts/a.example": .success(CallResponse(status: 200, body: "Ada"))
        case "/hosts/b.example": .success(CallResponse(status: 200, body: "two\nlines"))
        case "/hosts/down.example": .failure(.timeout)
        default: .success(CallResponse(status: 404))
        }
    }
    return try FilterTest(Tenant.self, ["cluster": "directory"], services: services)
}

private func asking(for host: String) -> TestRequest {
    var request = TestRequest()
    request.authority = host
    return request
}

@Test func bothSidesLearnTheAnswer() throws {
    let result = try makeTest().everySplit(asking(for: "a.example"))
    #expect(result.upstreamRequest?.headers["x-tenant"] == "Ada")
    #expect(result.response?.headers["x-tenant"] == "Ada")
}

@Test(arguments: ["b.example", "c.example"])
func unknownHostsGoNoFurther(host: String) throws {
    let result = try makeTest().everySplit(asking(for: host))
    #expect(result.response?.status == 404)
    #expect(result.cause == "tenant_unknown")
    #expect(result.upstreamRequest == nil)
}

@Test func noAnswerIsAnError() throws {
    let result = try makeTest().everySplit(asking(for: "down.example"))
    #expect(result.response?.status == 500)
    #expect(result.cause == "filter_failed")
}

@Test func theClusterHasToExist() throws {
    let error = #expect(throws: ConfigurationError.self) {
        try FilterTest(Tenant.self, ["cluster": "nowhere"])
    }
    #expect(error?.path == ["cluster"])
}

@Test func documentationFits() throws {
    let filter = TestFilter(Tenant.self, ["cluster": "directory"])
    #expect(try filter.documentationErrors() == [])
}
