import OpenSSLDigest
import RequestSigningFilter
import Testing
import WeirBase
import WeirFilter
import WeirTesting

@Suite struct RequestSigningTests {
    private static let secret = "sixteen bytes or more"
    private static let configuration: TestConfiguration = [
        "key-id": "edge-1", "secret": .text(secret), "limit": "64B",
    ]

    /// What an upstream finds that computes the signature itself.
    private func exchange(_ request: TestRequest) throws -> TestResult {
        try FilterTest([
            TestFilter(RequestSigning.self, Self.configuration),
            TestFilter("upstream", [.requestHeaders, .requestBody]) { Upstream(Self.secret) },
        ]).everySplit(request)
    }

    @Test func requestsAreSigned() throws {
        let result = try exchange(TestRequest("POST", "/orders?id=1", body: "abc"))
        #expect(result.upstreamRequest?.headers["x-signature"] == "valid")
        #expect(result.upstreamRequest?.body == "abc")
        let headers = result.upstreamRequest?.headers
        #expect(headers?["x-content-sha256"]?.hasPrefix("ba7816bf") == true)
    }

    @Test func requestsWithoutABodyAreSigned() throws {
        let result = try exchange(TestRequest("PURGE", "/a"))
        #expect(result.upstreamRequest?.headers["x-signature"] == "valid")
    }

    @Test func clientsCannotSign() throws {
        let headers: TestFields = [
            "X-Signature": "mine", "x-signature": "mine too", "x-signature-date": "1",
        ]
        let result = try exchange(TestRequest("GET", "/a", headers: headers))
        #expect(result.upstreamRequest?.headers.values("x-signature") == ["valid"])
    }

    @Test func theTimeIsTheGateways() throws {
        let services = TestServices()
        services.setTime(unixSeconds: 1_800_000_000)
        let test = try FilterTest(
            RequestSigning.self, Self.configuration, services: services)
        let headers = try test.exchange().upstreamRequest?.headers
        #expect(headers?["x-signature-date"] == "1800000000")
    }

    @Test func aBodyThatIsTooLongIsRefused() throws {
        let body = ByteString([UInt8](repeating: 0x61, count: 65))
        let result = try exchange(TestRequest("POST", body: body))
        #expect(result.response?.status == 413)
        #expect(result.upstreamRequest == nil)
    }

    @Test func mistakesAreNamed() {
        func path(_ configuration: TestConfiguration) -> [String]? {
            TestFilter(RequestSigning.self, configuration).configurationError?.path
        }
        #expect(path(["key-id": "a b", "secret": "sixteen bytes or more"]) == ["key-id"])
        #expect(path(["key-id": "a", "secret": "short"]) == ["secret"])
    }

    @Test func theDocumentationIsComplete() throws {
        #expect(
            try TestFilter(RequestSigning.self, Self.configuration).documentationErrors() == [])
    }
}

/// Checks the signature as an upstream would, and puts what it finds in its place: time goes on
/// from one replay to the next, so the date and the signature themselves differ.
private final class Upstream: HTTPFilter {
    private let signer: SHA256Signer

    init(_ secret: String) {
        let key = ByteString(secret)
        signer = SHA256Signer(key: key.span)
    }

    func requestHeaders(_ request: RequestHead, _ stream: FilterStream) -> Verdict {
        .buffer(upTo: 64)
    }

    func requestBody(_ chunk: BodyChunk, isLast: Bool, _ stream: FilterStream) -> Verdict {
        let request = stream.request
        let body = chunk.bytes
        let digest = SHA256Hasher().digest(body.span)
        let method = request.method == .other ? "\(request.methodName)" : "\(request.method.name)"
        let query = request.query.map { "?\($0)" } ?? ""
        let date = request.headers["x-signature-date"] ?? ""
        let text = ByteString("\(method)\n\(request.path)\(query)\n\(date)\n\(digest)\n")
        let expected = "key-id=edge-1, sha256=\(signer.sign(text.span))"
        let isValid = request.headers["x-signature"]?.description == expected
        request.headers.set("x-signature", isValid ? "valid" : "invalid")
        request.headers.remove("x-signature-date")
        return .continue
    }
}
