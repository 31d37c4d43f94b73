import AbSplitFilter
import BodyRedactionFilter
import HeaderRewriteFilter
import JsonMaskingFilter
import MaintenanceFilter
import OpenSSLDigest
import RequestSigningFilter
import RouteCacheFilter
import ShadowTrafficFilter
import TenantRoutingFilter
import Testing
import WebhookSignatureFilter
import WeirBase
import WeirFilter
import WeirLiveTesting
import WeirTesting

/// The filters of the cookbook behind real sockets.
@Suite struct CookbookTests {
    private static let post = TestRequest("POST", "/a", headers: ["x-a": "b"], body: "abc")

    private static func signed(_ body: ByteString) -> TestRequest {
        let key: ByteString = "a shared secret of ours"
        let signature = SHA256Signer(key: key.span).sign(body.span)
        return TestRequest(
            "POST", "/hook", headers: ["x-hub-signature-256": "sha256=\(signature)"], body: "abc")
    }

    private static func webhook(
        _ request: TestRequest, _ check: @escaping @Sendable (TestResult) throws -> Void
    ) -> FilterCase {
        FilterCase(
            "webhook-signature",
            TestFilter(WebhookSignature.self, ["secrets": ["a shared secret of ours"]]),
            request: request, delivery: Delivery(request: .bytes), check: check)
    }

    static let cases = [
        FilterCase(
            "header-rewrite",
            TestFilter(
                HeaderRewrite.self,
                ["response": [["field": "location", "replace": "inner", "with": "outer"]]]),
            upstream: { _ in TestResponse(302, headers: ["location": "http://inner/"]) }
        ) { result in
            #expect(result.response?.headers["location"] == "http://outer/")
        },
        FilterCase(
            "body-redaction", TestFilter(BodyRedaction.self, ["words": ["Ada"]]),
            delivery: Delivery(response: .bytes),
            upstream: { _ in TestResponse(body: "Ada: 4111 1111 1111 1111") }
        ) { result in
            #expect(result.response?.body == "***: **** **** **** 1111")
        },
        FilterCase(
            "ab-split", TestFilter(AbSplit.self, ["variants": [["name": "only"]]])
        ) { result in
            #expect(result.upstreamRequest?.headers["x-variant"] == "only")
            let cookie = result.response?.headers["set-cookie"]
            #expect(cookie?.hasPrefix("variant=only; Path=/") == true)
        },
        webhook(signed("abc")) { result in
            #expect(result.response?.status == 200)
            #expect(result.upstreamRequest?.body == "abc")
        },
        webhook(signed("abd")) { result in
            #expect(result.response?.status == 401)
            #expect(result.cause == "webhook_signature_invalid" && result.upstreamRequest == nil)
        },
        FilterCase(
            "json-masking", TestFilter(JsonMasking.self, ["fields": ["card"]]),
            upstream: { _ in
                TestResponse(
                    headers: ["content-type": "application/json"], body: #"{"card": [1, 2]}"#)
            }
        ) { result in
            #expect(result.response?.body == #"{"card": "***"}"#)
        },
        FilterCase("maintenance", TestFilter(Maintenance.self), request: post) { result in
            #expect(result.response?.status == 200)
        },
        FilterCase(
            "tenant-routing", TestFilter(TenantRouting.self, ["directory": "tenants"]),
            request: post,
            clusters: ["tenants": { _ in .success(CallResponse(status: 200, body: "acme")) }]
        ) { result in
            #expect(result.upstreamRequest?.target == "/acme/a")
            #expect(result.upstreamRequest?.headers["x-tenant"] == "acme")
        },
        FilterCase(
            "tenant-routing without a directory",
            TestFilter(TenantRouting.self, ["directory": "tenants"]), request: post,
            clusters: ["tenants": { _ in .failure(CallFailure("upstream_reset")) }]
        ) { result in
            #expect(result.response?.status == 503 && result.cause == "tenant_directory_failed")
        },
    ]

    @Test(arguments: cases) func inMemory(_ filterCase: FilterCase) async throws {
        try await filterCase.runInMemory()
    }

    @Test(arguments: cases) func live(_ filterCase: FilterCase) async throws {
        try await filterCase.runLive()
    }

    @Test func requestsAreSigned() async throws {
        let filter = TestFilter(
            RequestSigning.self, ["key-id": "edge", "secret": "sixteen bytes or more"])
        let result = try await LiveRunner(chain: [filter]).exchange(Self.post)
        let headers = result.upstreamRequest?.headers
        #expect(headers?["x-signature"]?.hasPrefix("key-id=edge, sha256=") == true)
        #expect(headers?["x-content-sha256"]?.hasPrefix("ba7816bf") == true)
        #expect(result.upstreamRequest?.body == "abc")
    }

    @Test func aKeptResponseIsAnsweredHere() async throws {
        let filter = TestFilter(RouteCache.self)
        // One after the other on one connection, so that one worker has both.
        let runner = try LiveRunner(chain: [filter])
        // On a busy machine a minute may pass in between.
        for cause in ["", "route_cache_hit"] {
            let result = try await runner.exchange(TestRequest("GET", "/a")) { _ in
                TestResponse(headers: ["cache-control": "max-age=3600"], body: "abc")
            }
            #expect(result.response?.body == "abc")
            #expect(result.cause == cause)
        }
    }

    @Test(.timeLimit(.minutes(1))) func theShadowGetsACopy() async throws {
        let (copies, arrived) = AsyncStream.makeStream(of: CallRequest.self)
        let shadow: TestCluster = { copy in
            arrived.yield(copy)
            return .success(CallResponse(status: 500))
        }
        let runner = try LiveRunner(
            chain: [TestFilter(ShadowTraffic.self, ["to": "next"])], clusters: ["next": shadow])
        let result = try await runner.exchange(Self.post, delivery: Delivery(request: .bytes))
        #expect(result.response?.status == 200)
        #expect(result.upstreamRequest?.headers["x-shadow"] == nil)
        let copy = try #require(await copies.first { _ in true })
        #expect(copy.method == .post && copy.path == "/a" && copy.body == "abc")
        #expect(copy.headers.contains { $0.0 == "x-a" && $0.1 == "b" })
    }
}
