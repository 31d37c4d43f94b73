import FaultFilter
import HeadersFilter
import IpAccessFilter
import RequestIdFilter
import Testing
import WeirBase
import WeirFilter
import WeirTesting

/// The cases of the filters that ship.
extension FilterCase {
    /// A filter answers, and the upstream is not asked.
    static func refused(
        _ name: String, _ filter: TestFilter, request: TestRequest = TestRequest(),
        with status: Int, body: ByteString? = nil, cause: String
    ) -> FilterCase {
        FilterCase(name, filter, request: request) { result in
            #expect(result.response?.status == status)
            #expect(result.response?.body == body)
            #expect(result.cause == cause)
            #expect(result.upstreamRequest == nil)
        }
    }

    /// The upstream is asked and answers.
    static func passed(
        _ name: String, _ filter: TestFilter, request: TestRequest = TestRequest()
    ) -> FilterCase {
        FilterCase(name, filter, request: request) { result in
            #expect(result.response?.status == 200)
            #expect(result.response?.body == "ok")
            #expect(result.cause == "")
            #expect(result.isRequestComplete)
        }
    }

    static let all =
        access + requestId + headers + fault + ipAccess + jwt + secure + tracing + chains
}

/// A request from that address; nil for one on a Unix socket.
private func from(_ client: String?) -> TestRequest {
    var request = TestRequest()
    request.client = client.flatMap { IPAddress($0) }
    return request
}

extension FilterCase {
    static let requestId = [
        FilterCase("request-id: everyone gets one", TestFilter(RequestId.self)) { result in
            #expect(result.upstreamRequest?.headers["x-request-id"]?.utf8.count == 32)
            #expect(result.response?.headers["x-request-id"] == nil)
        },
        FilterCase(
            "request-id: an outsider's is replaced", TestFilter(RequestId.self),
            request: TestRequest(headers: ["X-Request-ID": "mine"])
        ) { result in
            let values = try #require(result.upstreamRequest).headers.values("x-request-id")
            #expect(values.map(\.utf8.count) == [32])
        },
        FilterCase(
            "request-id: a trusted one is kept",
            TestFilter(RequestId.self, ["trust-incoming": true]),
            request: TestRequest(headers: ["x-request-id": "a-b_c.d~e!"])
        ) { result in
            #expect(result.upstreamRequest?.headers["x-request-id"] == "a-b_c.d~e!")
        },
        FilterCase(
            "request-id: a malformed one is not",
            TestFilter(RequestId.self, ["trust-incoming": true]),
            request: TestRequest(headers: ["x-request-id": "a;b=c"])
        ) { result in
            #expect(result.upstreamRequest?.headers["x-request-id"]?.utf8.count == 32)
        },
        FilterCase(
            "request-id: another field, echoed",
            TestFilter(RequestId.self, ["header": "X-Correlation", "echo": true]),
            request: TestRequest("POST", body: "abc"),
            upstream: { _ in TestResponse(headers: ["x-correlation": "the upstream's"]) }
        ) { result in
            let identifier = try #require(result.upstreamRequest?.headers["x-correlation"])
            #expect(result.response?.headers.values("x-correlation") == [identifier])
            #expect(result.upstreamRequest?.body == "abc")
        },
    ]

    static let fault = [
        passed("fault: nothing configured", TestFilter(Fault.self)),
        FilterCase(
            "fault: delay", TestFilter(Fault.self, ["delay": ["duration": "20ms"]])
        ) { result in
            #expect(result.response?.status == 200)
            #expect(result.outcome.duration >= .milliseconds(20))
        },
        refused(
            "fault: abort", TestFilter(Fault.self, ["abort": ["status": 503]]), with: 503,
            cause: "fault_abort"),
        refused(
            "fault: abort with a body",
            TestFilter(Fault.self, ["abort": ["status": 418, "body": "short and stout\n"]]),
            request: TestRequest("POST", body: "tea"), with: 418, body: "short and stout\n",
            cause: "fault_abort"),
        refused(
            "fault: delay, then abort",
            TestFilter(Fault.self, ["delay": ["duration": "20ms"], "abort": ["status": 503]]),
            with: 503, cause: "fault_abort"),
        passed(
            "fault: a share of nothing",
            TestFilter(Fault.self, ["abort": ["status": 503, "percentage": "0%"]])),
        passed(
            "fault: a condition that does not hold", onCondition,
            request: TestRequest(headers: ["x-fault": "Yes"])),
        refused(
            "fault: a condition that holds", onCondition,
            request: TestRequest(headers: ["x-fault": "no", "x-fault": "yes"]), with: 503,
            cause: "fault_abort"),
    ]

    private static let onCondition = TestFilter(
        Fault.self, ["abort": ["status": 503], "when": ["headers": ["X-Fault": "yes"]]])

    static let ipAccess = [
        passed("ip-access: allowed", lists, request: from("10.0.0.1")),
        refused(
            "ip-access: denied within what is allowed", lists, request: from("10.1.0.1"), with: 403,
            cause: "ip_denied"),
        refused(
            "ip-access: not allowed", lists, request: from("192.0.2.1"), with: 403,
            cause: "ip_denied"),
        passed("ip-access: IPv6", lists, request: from("2001:db8::1")),
        refused(
            "ip-access: a mapped address", TestFilter(IpAccess.self, ["deny": ["10.0.0.0/8"]]),
            request: from("::ffff:10.0.0.1"), with: 403,
            cause: "ip_denied"),
        refused(
            "ip-access: no address", lists, request: from(nil), with: 403,
            cause: "ip_denied"),
        passed(
            "ip-access: no address is needed",
            TestFilter(IpAccess.self, ["allow": ["::1"], "unix-clients": "allow"]),
            request: from(nil)),
    ]

    private static let lists = TestFilter(
        IpAccess.self, ["allow": ["10.0.0.0/8", "2001:db8::/32"], "deny": ["10.1.0.0/16"]])
}
