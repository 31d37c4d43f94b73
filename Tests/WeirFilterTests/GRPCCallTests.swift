import Testing
import WeirBase
import WeirTesting

@testable import WeirFilter

@Suite struct GRPCCallTests {
    private func response(
        _ body: [UInt8] = [0, 0, 0, 0, 2, 8, 1], status: Int = 200, headers: TestFields = [:],
        trailers: TestFields = ["grpc-status": "0"]
    ) -> CallResponse {
        CallResponse(
            status: status, headers: headers.headerMap, body: ByteString(body),
            trailers: trailers.headerMap)
    }

    private func failure(_ response: CallResponse) -> GRPCFailure? {
        guard case .failure(let failure) = GRPCCall.message(in: response) else { return nil }
        return failure
    }

    @Test func requestsAreFramed() throws {
        let call = GRPCCall(
            "/a.B/C", timeout: .milliseconds(200), responseLimit: 100, authority: "b.example",
            metadata: [("x-a", "1")])
        let message = ByteString([UInt8](repeating: 7, count: 300))
        let request = call.request(message)
        #expect(request.method == .post)
        #expect(request.path == "/a.B/C")
        #expect(request.authority == "b.example")
        #expect(request.timeout == .milliseconds(200))
        #expect(request.responseLimit == 105)
        #expect(!request.isRepeatable)
        #expect(GRPCCall("/a.B/C", isRepeatable: true).request("").isRepeatable)
        #expect(Array(request.body.storage.prefix(5)) == [0, 0, 0, 1, 44])
        #expect(Array(request.body.storage.dropFirst(5)) == message.storage)
        #expect(
            request.headers.map { "\($0.0): \($0.1)" } == [
                "te: trailers", "content-type: application/grpc", "grpc-timeout: 200000u",
                "x-a: 1",
            ])
    }

    @Test(arguments: [
        (1, "1n"), (99_999_999, "99999999n"), (100_000_000, "100000u"),
        (99_999_999_001, "100000m"), (99_999_999_000, "99999999u"), (100_000_000_001, "100001m"),
        (0, "1n"), (3_600_000_000_000, "3600000m"), (.max, "99999999M"),
    ])
    func timeoutsHaveAtMostEightDigits(_ nanoseconds: Int64, _ text: String) {
        #expect(GRPCCall.text(Interval(nanoseconds: nanoseconds)).description == text)
    }

    @Test func theMessageIsWhatFollowsThePrefix() throws {
        #expect(try GRPCCall.message(in: response()).get() == ByteString([8, 1]))
        #expect(try GRPCCall.message(in: response([0, 0, 0, 0, 0])).get() == "")
    }

    @Test(
        arguments: [
            ([], "no message"), ([0, 0, 0, 0], "no message"), ([1, 0, 0, 0, 0], "compressed"),
            ([0, 0, 0, 0, 2, 1], "not exactly one"), ([0, 0, 0, 0, 1, 1, 1], "not exactly one"),
            ([0, 0, 0, 0, 0, 0, 0, 0, 0, 0], "not exactly one"),
            ([0, 255, 255, 255, 255, 1], "not exactly one"),
        ] as [([UInt8], String)])
    func otherBodiesAreFailures(_ body: [UInt8], _ reason: String) {
        let failure = failure(response(body))
        #expect(failure?.code == .internal)
        #expect(failure?.message.contains(reason) == true)
    }

    @Test func failuresComeFromTrailersOrTheHead() {
        let fields: TestFields = [
            "grpc-status": "7", "grpc-message": "not%20you%2", "grpc-status-details-bin": "CAc",
        ]
        let expected = GRPCFailure(.permissionDenied, "not you%2", details: "CAc")
        #expect(failure(response(trailers: fields)) == expected)
        #expect(failure(response([], headers: fields, trailers: [:])) == expected)
        // Trailers count, should a head say otherwise.
        #expect(failure(response(headers: ["grpc-status": "0"], trailers: fields)) == expected)
    }

    @Test(arguments: [
        ("17", "x"), ("-1", "x"), ("", "x"), ("7 ", "x"), ("99999999999999999999", "x"),
    ])
    func numbersThatMeanNothingAreUnknown(_ status: String, _ message: String) {
        let failed = failure(
            response(trailers: ["grpc-status": status, "grpc-message": message]))
        #expect(failed == GRPCFailure(.unknown, "x"))
    }

    @Test(
        arguments: [
            (400, .internal), (401, .unauthenticated), (403, .permissionDenied),
            (404, .unimplemented), (429, .unavailable), (502, .unavailable), (503, .unavailable),
            (504, .unavailable), (200, .unknown), (500, .unknown), (302, .unknown),
        ] as [(Int, GRPCCode)])
    func httpStatusCountsWithoutAGRPCStatus(_ status: Int, _ code: GRPCCode) {
        #expect(failure(response(status: status, trailers: [:]))?.code == code)
        #expect(
            failure(response(status: status, trailers: ["grpc-status": "5"]))?.code == .notFound)
    }

    @Test func successOfAnotherHTTPStatusIsNone() {
        #expect(failure(response(status: 503))?.code == .unavailable)
    }

    @Test func failedCallsHaveACode() {
        #expect(GRPCFailure(.timeout).code == .deadlineExceeded)
        #expect(GRPCFailure(.tooLarge).code == .resourceExhausted)
        #expect(GRPCFailure(.gone) == GRPCFailure(.unavailable, "call_cluster_gone"))
    }

    @Test(arguments: [
        ("%E2%82%AC 5%", "€ 5%"), ("%", "%"), ("%4", "%4"), ("%zz", "%zz"), ("%41%42", "AB"),
        ("", ""),
    ])
    func escapesAreResolved(_ text: String, _ expected: String) {
        #expect(GRPCCall.unescaped(ByteString(text)) == expected)
    }

    @Test func theGatewayCallsByItself() throws {
        let services = TestServices()
        services.serve("checks") { request in
            guard request.path == "/a.B/C" else { return .failure(.gone) }
            return .success(
                CallResponse(
                    status: 200, body: request.body,
                    trailers: (["grpc-status": "0"] as TestFields).headerMap))
        }
        let cluster = try services.cluster("checks", at: [])
        let seen = Seen()
        GRPCCall("/a.B/C").call(cluster, "ping") { seen.note($0) }
        GRPCCall("/a.B/D").call(cluster, "ping") { seen.note($0) }
        services.answerCalls()
        #expect(
            seen.results == [
                .success("ping"), .failure(GRPCFailure(.unavailable, "call_cluster_gone")),
            ])
    }

    @Test func streamsCall() throws {
        let services = TestServices()
        services.serve("checks") { request in
            .success(
                CallResponse(
                    status: 200, body: request.body,
                    trailers: (["grpc-status": "0"] as TestFields).headerMap))
        }
        let cluster = try services.cluster("checks", at: [])
        let test = try FilterTest(
            [
                TestFilter("asks", [.requestHeaders]) { Asking(cluster) }
            ], services: services)
        let result = try test.exchange()
        #expect(result.upstreamRequest?.headers["x-answer"] == "ping")
    }
}

/// Asks a service and shows the upstream what it said.
private final class Asking: HTTPFilter {
    private let cluster: Cluster

    init(_ cluster: Cluster) { self.cluster = cluster }

    func requestHeaders(_ request: RequestHead, _ stream: FilterStream) -> Verdict {
        stream.pause { token in
            let token = token.shared()
            GRPCCall("/a.B/C").call(cluster, "ping", for: stream) { result in
                if case .success(let message) = result {
                    stream.request.headers.append("x-answer", message.span)
                }
                token.resume()
            }
        }
    }
}

/// What calls have brought, in order; everything happens on the test's thread.
private final class Seen: @unchecked Sendable {
    private(set) var results: [GRPCResult] = []

    func note(_ result: GRPCResult) { results.append(result) }
}
