import SwiftProtobuf
import Synchronization
import Testing
import WeirBase
import WeirFilter
import WeirTesting

@testable import RateLimitFilter

/// Limits about which a service decides that says what the tests want.
@Suite struct ServiceStoreTests {
    /// A service that notes what it is asked.
    final class Service: Sendable {
        let services = TestServices()
        private let requests = Mutex<[CallRequest]>([])

        init(_ answer: @escaping @Sendable (Weir_RateLimit_Question) -> CallResult) {
            services.serve("rls") { [weak self] request in
                self?.requests.withLock { $0.append(request) }
                let message = Array(request.body.storage.dropFirst(5))
                guard let question = try? Weir_RateLimit_Question(serializedBytes: message) else {
                    return .failure(CallFailure("connect_failed"))
                }
                return answer(question)
            }
        }

        var asked: [CallRequest] { requests.withLock { $0 } }

        func questions() throws -> [Weir_RateLimit_Question] {
            try asked.map {
                try Weir_RateLimit_Question(serializedBytes: Array($0.body.storage.dropFirst(5)))
            }
        }
    }

    /// An answer as gRPC carries it.
    private static func answer(
        _ code: Weir_RateLimit_Code, _ change: (inout Weir_RateLimit_Answer) -> Void = { _ in }
    ) -> CallResult {
        var answer = Weir_RateLimit_Answer()
        answer.overallCode = code
        change(&answer)
        let bytes: [UInt8] = (try? answer.serializedBytes()) ?? []
        let size = UInt32(bytes.count)
        let prefix = [0] + stride(from: 24, through: 0, by: -8).map { UInt8(size >> $0 & 255) }
        var response = CallResponse(status: 200, body: ByteString(prefix + bytes))
        response.trailers.append("grpc-status", "0")
        return .success(response)
    }

    private static func status(
        _ code: Weir_RateLimit_Code, remaining: UInt32 = 0, seconds: Int64 = 0
    ) -> Weir_RateLimit_Status {
        var status = Weir_RateLimit_Status()
        status.code = code
        status.limitRemaining = remaining
        status.durationUntilReset.seconds = seconds
        return status
    }

    private static func configuration(
        _ limits: TestConfiguration, policy: String = "deny",
        _ more: [(key: String, value: TestConfiguration)] = []
    ) -> TestConfiguration {
        let service: [(key: String, value: TestConfiguration)] = [
            ("cluster", "rls"), ("domain", "edge"), ("when-unavailable", .text(policy)),
        ]
        let store: TestConfiguration = ["service": .mapping(service + more)]
        return ["limits": limits, "headers": "draft", "store": store]
    }

    private static func test(
        _ service: Service, _ limits: TestConfiguration, policy: String = "deny",
        _ more: [(key: String, value: TestConfiguration)] = []
    ) throws -> FilterTest {
        try FilterTest(
            RateLimit.self, configuration(limits, policy: policy, more),
            services: service.services)
    }

    private static let one: TestConfiguration = [["name": "one", "key": "client-address"]]

    // MARK: The question

    @Test func allLimitsAreOneQuestion() throws {
        let service = Service { _ in Self.answer(.ok) }
        let test = try Self.test(
            service,
            [
                [
                    "name": "one", "key": ["client-address", "header:x-tenant", "method"],
                    "cost": 2,
                ],
                ["name": "two", "requests": 5, "per": "minute"],
            ], [(key: "entries", value: ["client-address": "remote_address"])])
        #expect(try test.exchange().response?.status == 200)
        let request = try #require(service.asked.first)
        #expect(request.path == "/envoy.service.ratelimit.v3.RateLimitService/ShouldRateLimit")
        #expect(request.timeout == .milliseconds(20))
        let question = try #require(try service.questions().first)
        #expect(question.domain == "edge" && question.hitsAddend == 2)
        #expect(
            question.descriptors.map { $0.entries.map { "\($0.key)=\($0.value)" } } == [
                ["remote_address=192.0.2.1", "method=GET"], ["generic_key=two"],
            ])
        #expect(question.descriptors.map(\.hitsAddend.value) == [2, 1])
        #expect(question.descriptors.map(\.hasLimit) == [false, true])
        #expect(question.descriptors[1].limit.requestsPerUnit == 5)
        #expect(question.descriptors[1].limit.unit == .minute)
    }

    // MARK: The answer

    @Test func aRefusalSaysWhenToComeBack() throws {
        let service = Service { _ in
            Self.answer(.overLimit) { $0.statuses = [Self.status(.overLimit, seconds: 7)] }
        }
        let result = try Self.test(service, Self.one).exchange()
        #expect(result.response?.status == 429 && result.cause == "rate_limited")
        #expect(result.response?.headers["retry-after"] == "7")
        #expect(result.upstreamRequest == nil)
    }

    @Test func theLimitThatIsOverRefuses() throws {
        let service = Service { _ in
            Self.answer(.overLimit) { $0.statuses = [Self.status(.ok), Self.status(.overLimit)] }
        }
        let names = ["weir_rate_limit_requests_total{limit=\"one\",outcome=\"limited\"}"]
        let limits: TestConfiguration = [["name": "one"], ["name": "two", "shadow": true]]
        // A shadow refuses nobody, whatever the service makes of it.
        #expect(try Self.test(service, limits).exchange().response?.status == 200)
        #expect(names.map { service.services.count($0) } == [0])
        let bare = Service { _ in Self.answer(.overLimit) }
        #expect(try Self.test(bare, limits).exchange().response?.status == 429)
        #expect(names.map { bare.services.count($0) } == [1])
    }

    @Test func whatTheServiceAddsGoesOn() throws {
        func field(_ name: String, _ value: String) -> Weir_RateLimit_Field {
            var field = Weir_RateLimit_Field()
            field.key = name
            field.value = value
            return field
        }
        let framing = field("content-length", "5")
        let split = field("x-split", "a\r\nb: c")
        let up = field("x-plan", "gold")
        let down = field("x-left", "4")
        let service = Service { _ in
            Self.answer(.ok) {
                $0.requestHeadersToAdd = [up, framing, split]
                $0.responseHeadersToAdd = [down, framing, split]
                var status = Self.status(.ok, remaining: 4, seconds: 30)
                status.currentLimit.requestsPerUnit = 5
                status.currentLimit.unit = .minute
                $0.statuses = [status]
            }
        }
        let result = try Self.test(service, Self.one).exchange()
        let request = try #require(result.upstreamRequest).headers
        #expect(request["x-plan"] == "gold" && request["x-left"] == nil)
        #expect(request["content-length"] == nil && request["x-split"] == nil)
        let response = try #require(result.response).headers
        #expect(response["x-left"] == "4" && response["x-plan"] == nil)
        #expect(response["content-length"] != "5" && response["x-split"] == nil)
        #expect(response["ratelimit-policy"] == "\"one\";q=5;w=60")
        #expect(response["ratelimit"] == "\"one\";r=4;t=30")
    }

    // MARK: No answer

    /// Results that decide nothing.
    static let troubles: [CallResult] = {
        var refusal = CallResponse(status: 200)
        refusal.trailers.append("grpc-status", "14")
        var nonsense = CallResponse(status: 200, body: ByteString([0, 0, 0, 0, 1, 0xFF]))
        nonsense.trailers.append("grpc-status", "0")
        return [
            .failure(.timeout), .failure(CallFailure("connect_failed")),
            .success(CallResponse(status: 503)), .success(refusal), .success(nonsense),
            answer(.unknown),
        ]
    }()

    @Test(arguments: troubles.indices)
    func withoutADecisionThePolicyHolds(_ index: Int) throws {
        let trouble = Self.troubles[index]
        let service = Service { _ in trouble }
        let denied = try Self.test(service, Self.one).exchange()
        #expect(denied.response?.status == 503 && denied.cause == "rate_limit_unavailable")
        let allowed = try Self.test(service, Self.one, policy: "allow").exchange()
        #expect(allowed.response?.status == 200)
        let numbers: TestConfiguration = [["requests": 2, "per": "minute", "name": "one"]]
        let local = try Self.test(service, numbers, policy: "local")
        let statuses = try (0..<3).map { _ in try local.exchange().response?.status }
        #expect(statuses == [200, 200, 429])
    }

    @Test func aServiceThatIsAwayIsSpared() throws {
        let service = Service { _ in .failure(CallFailure("connect_failed")) }
        let test = try Self.test(service, Self.one)
        for _ in 0..<20 { #expect(try test.exchange().response?.status == 503) }
        #expect(service.asked.count == StoreBreaker.patience)
        let skipped = "weir_rate_limit_store_calls_total{cluster=\"rls\",outcome=\"skipped\"}"
        #expect(service.services.count(skipped) == 20 - StoreBreaker.patience)
    }

    // MARK: Configuration

    @Test func mistakesNameTheirField() {
        func path(
            _ service: TestConfiguration, _ limit: TestConfiguration = ["name": "one"]
        ) -> [String]? {
            TestFilter(RateLimit.self, ["limits": [limit], "store": ["service": service]])
                .pathOfError(serving: "rls")
        }
        func with(_ field: String, _ value: TestConfiguration) -> TestConfiguration {
            let fields: [(key: String, value: TestConfiguration)] = [
                ("cluster", "rls"), ("domain", "edge"), ("when-unavailable", "allow"),
            ]
            return .mapping(fields.filter { $0.key != field } + [(key: field, value: value)])
        }
        let place = ["store", "service"]
        #expect(path(with("timeout", "1s")) == nil)
        #expect(path(with("timeout", "0s")) == place + ["timeout"])
        #expect(path(with("timeout", "11s")) == place + ["timeout"])
        #expect(path(with("cluster", "nope")) == place + ["cluster"])
        #expect(path(with("domain", "")) == place + ["domain"])
        #expect(path(with("entries", ["colour": "c"])) == place + ["entries", "colour"])
        #expect(path(with("entries", ["method": ""])) == place + ["entries", "method"])
        #expect(path(with("when-unavailable", "local")) == place + ["when-unavailable"])
        #expect(path(with("when-unavailable", "perhaps")) == place + ["when-unavailable"])
        #expect(path(with("colour", "red")) == place + ["colour"])
        // A service is told limits per second, minute, hour or day only.
        let odd: TestConfiguration = ["requests": 1, "per": "10s"]
        #expect(path(with("timeout", "1s"), odd) == place)
        #expect(path(["cluster": "rls", "when-unavailable": "allow"]) == place)
        #expect(path(["domain": "edge", "when-unavailable": "allow"]) == place)
        #expect(path(["cluster": "rls", "domain": "edge"]) == place)
    }
}
