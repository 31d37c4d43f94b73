import Synchronization
import Testing
import WeirBase
import WeirFilter
import WeirTesting

/// A number that filters of all streams share.
final class Budget: Sendable {
    private let left: Mutex<Int>

    init(_ count: Int = 1) { left = Mutex(count) }

    var count: Int { left.withLock { $0 } }

    func take() -> Bool {
        left.withLock { left in
            left -= 1
            return left >= 0
        }
    }
}

@Suite struct FilterTestTests {
    /// Counts how often it is provisioned and cleaned up.
    struct Counted: FilterFactory {
        struct Configuration: Decodable, Sendable {
            var fails: Bool?
        }
        struct Failure: Error {}

        static let name = "counted"
        static let documentation = FilterDocumentation(
            summary: "Counts.", status: .alpha,
            securityPosture: .requiresTrustedDownstreamAndUpstream, phases: [], fields: [])
        @TaskLocal static var log = Log()

        final class Log: Sendable {
            let lines = Mutex<[String]>([])
        }

        let phases: Phases = []
        let fails: Bool
        let log = Counted.log

        init(_ configuration: Configuration) { fails = configuration.fails ?? false }

        func provision(_ services: any GatewayServices) throws {
            log.lines.withLock { $0.append("provision") }
            if fails { throw Failure() }
        }

        func cleanUp() { log.lines.withLock { $0.append("clean up") } }

        func makeFilter() -> any HTTPFilter { ClosureFilter { _, _, _, _ in .continue } }
    }

    @Test func factoriesAreProvisionedAndCleanedUp() throws {
        let log = Counted.Log()
        try Counted.$log.withValue(log) {
            _ = try FilterTest(Counted.self).exchange()
        }
        #expect(log.lines.withLock { $0 } == ["provision", "clean up"])
    }

    @Test func aFailingStepCleansUpAsWell() {
        let log = Counted.Log()
        Counted.$log.withValue(log) {
            #expect(throws: Counted.Failure.self) {
                try FilterTest([
                    TestFilter(Counted.self), TestFilter(Counted.self, ["fails": true]),
                ])
            }
        }
        #expect(
            log.lines.withLock { $0 } == ["provision", "provision", "clean up", "clean up"])
    }

    @Test func configurationErrorsAreThrown() {
        #expect(TestFilter(Counted.self).configurationError == nil)
        #expect(TestFilter(Counted.self, ["fials": true]).configurationError?.path == ["fials"])
        #expect(throws: ConfigurationError.self) { try FilterTest(Counted.self, ["fials": true]) }
    }

    @Test func streamsCarryWhatTheServerWouldKnow() throws {
        let seen = TestFilter("see", [.requestHeaders]) {
            ClosureFilter { _, _, _, stream in
                #expect(stream.request.method == .other)
                #expect(stream.request.methodName == "PURGE")
                #expect(stream.request.path == "/v1/users/42")
                #expect(stream.request.query == "q=1?2")
                #expect(stream.request.authority == "a.example:81")
                #expect(stream.clientAddress == nil)
                #expect(stream.place.route == "users")
                #expect(stream.capture("version") == "v1")
                #expect(stream.capture("id") == "42")
                #expect(stream.capture("other") == nil)
                return .continue
            }
        }
        let test = try FilterTest([seen])
        test.place = StreamPlace(listener: "edge", route: "users")
        var request = TestRequest("PURGE", "/v1/users/42?q=1?2")
        request.authority = "a.example:81"
        request.client = nil
        request.captures = ["version": "v1", "id": "42"]
        let result = try test.exchange(request)
        #expect(result.upstreamRequest?.target == "/v1/users/42?q=1?2")
        #expect(result.upstreamRequest?.method == "PURGE")
    }

    @Test func capturesOfAPathThatWasCutAreMissing() throws {
        let cut = TestFilter("cut", [.requestHeaders]) {
            ClosureFilter { _, _, _, stream in
                stream.request.path = "/v1"
                #expect(stream.capture("id") == nil)
                return .continue
            }
        }
        var request = TestRequest("GET", "/v1/users/42")
        request.captures = ["id": "42"]
        _ = try FilterTest([cut]).exchange(request)
    }

    @Test func randomBitsRepeatWithTheSeed() throws {
        let drawing = TestFilter("draw", [.requestHeaders]) {
            ClosureFilter { _, _, _, stream in
                stream.request.headers.set("x-draw", "\(stream.random.next())")
                return .continue
            }
        }
        func draws(_ seed: UInt64) throws -> [String?] {
            let test = try FilterTest([drawing], seed: seed)
            return try (0..<3).map { _ in
                try test.exchange().upstreamRequest?.headers["x-draw"]
            }
        }
        #expect(try draws(1) == draws(1))
        #expect(try draws(1) != draws(2))
        #expect(try Set(draws(1)).count == 3)
    }

    @Test func verdictsAreCountedPerFilter() throws {
        let result = try FilterTest([
            .passing("a", phases: [.requestHeaders, .responseHeaders]),
            .answering("b", in: .requestHeaders),
        ]).exchange()
        #expect(result.verdicts(of: "a") == [.continue: 2])
        #expect(result.verdicts(of: "b") == [.respond: 1])
        #expect(result.phases(of: "a") == [.requestHeaders, .responseHeaders])
    }

    @Test func reservedFieldNamesAreKnown() {
        #expect(HeaderName("Content-Length").isReserved)
        #expect(HeaderName("transfer-encoding").isReserved)
        #expect(!HeaderName("x-request-id").isReserved)
        #expect(!HeaderName("x-other").isReserved)
    }
}
