import OpenSSLDigest
import Testing
import WebhookSignatureFilter
import WeirBase
import WeirFilter
import WeirTesting

@Suite struct WebhookSignatureTests {
    private static let configuration: TestConfiguration = [
        "secrets": ["It's a Secret to Everybody", "the one from before"],
        "header": "x-hub-signature-256", "limit": "64B",
    ]

    private func exchange(_ signature: String?, _ body: ByteString?) throws -> TestResult {
        let headers: TestFields = signature.map { ["X-Hub-Signature-256": $0] } ?? [:]
        return try FilterTest(WebhookSignature.self, Self.configuration)
            .everySplit(TestRequest("POST", "/hook", headers: headers, body: body))
    }

    private func signature(_ body: ByteString, _ secret: ByteString) -> String {
        "sha256=\(SHA256Signer(key: secret.span).sign(body.span))"
    }

    /// The example in GitHub's documentation of webhooks.
    @Test func aPublishedExampleIsLetIn() throws {
        let result = try exchange(
            "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
            "Hello, World!")
        #expect(result.response?.status == 200)
        #expect(result.upstreamRequest?.body == "Hello, World!")
    }

    @Test func anySecretWillDo() throws {
        let result = try exchange(signature("abc", "the one from before"), "abc")
        #expect(result.response?.status == 200)
        let empty = try exchange(signature("", "the one from before"), nil)
        #expect(empty.response?.status == 200)
    }

    @Test func othersAreRefused() throws {
        let good = signature("abc", "the one from before")
        let wrong = signature("abc", "somebody else's one")
        for claim in [nil, "", "sha256=", "sha1=00", String(good.dropLast()), wrong] {
            let result = try exchange(claim, "abc")
            #expect(result.response?.status == 401)
            #expect(result.cause == "webhook_signature_invalid")
            #expect(result.upstreamRequest == nil)
        }
        #expect(try exchange(good, "abd").response?.status == 401)
    }

    @Test func twoSignaturesAreNone() throws {
        let good = signature("abc", "the one from before")
        let test = try FilterTest(WebhookSignature.self, Self.configuration)
        let headers: TestFields = ["x-hub-signature-256": good, "x-hub-signature-256": good]
        let result = try test.everySplit(TestRequest("POST", headers: headers, body: "abc"))
        #expect(result.response?.status == 401)
    }

    @Test func aBodyThatIsTooLongIsRefused() throws {
        let body = ByteString([UInt8](repeating: 0x61, count: 65))
        let result = try exchange(signature(body, "the one from before"), body)
        #expect(result.response?.status == 413)
    }

    @Test func mistakesAreNamed() {
        func path(_ configuration: TestConfiguration) -> [String]? {
            TestFilter(WebhookSignature.self, configuration).configurationError?.path
        }
        #expect(path(["secrets": []]) == ["secrets"])
        #expect(path(["secrets": ["too short"]]) == ["secrets", "0"])
        #expect(
            path(["secrets": ["long enough for this"], "header": "a:b"]) == ["header"])
    }

    @Test func theDocumentationIsComplete() throws {
        #expect(
            try TestFilter(WebhookSignature.self, Self.configuration).documentationErrors()
                == [])
    }
}
