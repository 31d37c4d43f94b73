import HstsFilter
import HttpsRedirectFilter
import Testing
import WeirBase
import WeirTesting

/// Without TLS, as the runner that works over sockets has none.
extension FilterCase {
    static let secure = [
        FilterCase(
            "https-redirect: to the same place", TestFilter(HttpsRedirect.self),
            request: TestRequest("POST", "/a/b?c=d", body: "abc")
        ) { result in
            #expect(result.response?.status == 308)
            #expect(result.response?.headers["location"] == "https://test.example/a/b?c=d")
            #expect(result.cause == "https_redirect")
            #expect(result.upstreamRequest == nil)
        },
        FilterCase(
            "https-redirect: to another port",
            TestFilter(HttpsRedirect.self, ["port": 8443, "status": 302]), request: onPort80
        ) { result in
            #expect(result.response?.status == 302)
            #expect(result.response?.headers["location"] == "https://a.example:8443/")
        },
        FilterCase(
            "hsts: not without TLS", TestFilter(Hsts.self),
            upstream: { _ in TestResponse(headers: ["strict-transport-security": "max-age=1"]) }
        ) { result in
            #expect(result.response?.status == 200)
            #expect(result.response?.headers["strict-transport-security"] == nil)
        },
    ]

    private static let onPort80 = {
        var request = TestRequest()
        request.authority = "a.example:80"
        return request
    }()
}
