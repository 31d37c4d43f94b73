import FaultFilter
import Testing
import WeirBase
import WeirFilter
import WeirTesting

@Suite struct HeaderFaultTests {
    private func exchange(
        _ headers: TestFields, _ configuration: TestConfiguration = ["allowed": true],
        services: TestServices = TestServices()
    ) throws -> TestResult {
        try FilterTest(
            Fault.self, ["from-headers": configuration, "seed": 1], services: services
        ).exchange(TestRequest(headers: headers)) { _ in
            TestResponse(body: ByteString(Array(repeating: 1, count: 4096)))
        }
    }

    @Test func requestsMayNotAskByDefault() throws {
        for configuration: TestConfiguration in [[:], ["allowed": false]] {
            let result = try exchange(["x-weir-fault-abort": "503"], configuration)
            #expect(result.response?.status == 200)
            // What nobody here understands goes on.
            #expect(result.upstreamRequest?.headers["x-weir-fault-abort"] == "503")
            #expect(result.calls.isEmpty)
        }
    }

    @Test func requestsAskForWhatTheyWant() throws {
        #expect(try exchange(["x-weir-fault-delay": "250ms"]).pausedFor == .milliseconds(250))
        #expect(try exchange(["X-Weir-Fault-Abort": "418"]).response?.status == 418)
        #expect(try exchange(["x-weir-fault-abort": "grpc-14"]).response?.status == 503)
        #expect(try exchange(["x-weir-fault-abort": "reset"]).cause == "fault_reset")
        #expect(try exchange(["x-weir-fault-abort": "close"]).cause == "fault_empty_reply")
        let slow = try exchange(["x-weir-fault-throttle": "1KiB"])
        #expect(slow.outcome.duration > .seconds(3))
        let short = try exchange(["x-weir-fault-truncate": "1KiB"])
        #expect(short.response?.body?.count == 1024 && short.cause == "fault_truncated")
        let plain = try exchange(["x-other": "1"])
        #expect(plain.isComplete && plain.outcome.duration == .zero)
    }

    @Test func theUpstreamDoesNotSeeIt() throws {
        let result = try exchange([
            "x-weir-fault-delay": "1ms", "x-weir-fault-delay": "2ms",
            "x-weir-fault-abort": "nonsense", "x-weir-fault-throttle": "1MiB",
            "x-weir-fault-truncate": "1MiB", "x-weir-fault-percentage": "100%", "x-own": "1",
        ])
        #expect(result.upstreamRequest?.headers == ["x-own": "1"])
        // The first line counts.
        #expect(result.pausedFor == .milliseconds(1))
    }

    @Test func thereAreBounds() throws {
        let bounds: TestConfiguration = [
            "allowed": true, "max-delay": "100ms", "min-rate": "64KiB", "max-percentage": "0%",
        ]
        #expect(try exchange(["x-weir-fault-delay": "1s"], bounds).pausedFor == .zero)
        let open: TestConfiguration = [
            "allowed": true, "max-delay": "100ms", "min-rate": "64KiB",
        ]
        #expect(
            try exchange(["x-weir-fault-delay": "1s"], open).pausedFor == .milliseconds(100))
        #expect(
            try exchange(["x-weir-fault-throttle": "1"], open).outcome.duration
                < .milliseconds(100))
        #expect(try exchange(["x-weir-fault-delay": "1h"]).pausedFor == .seconds(10))
    }

    @Test func aShareMayBeAskedFor() throws {
        let test = try FilterTest(
            Fault.self, ["from-headers": ["allowed": true, "max-percentage": "50%"], "seed": 1])
        func aborted(_ percentage: String?) throws -> Int {
            var headers: TestFields = ["x-weir-fault-abort": "503"]
            if let percentage {
                headers = ["x-weir-fault-abort": "503", "x-weir-fault-percentage": percentage]
            }
            var count = 0
            for _ in 0..<400 {
                let result = try test.exchange(TestRequest(headers: headers))
                if result.response?.status == 503 { count += 1 }
            }
            return count
        }
        // Seven standard deviations either way.
        #expect((40...160).contains(try aborted("25%")))
        #expect((40...160).contains(try aborted("25")))
        #expect((130...270).contains(try aborted("100%")))
        #expect((130...270).contains(try aborted(nil)))
        #expect(try aborted("0%") == 0)
        #expect(try aborted("some") == 0)
    }

    @Test func whatCannotBeUnderstoodIsCounted() throws {
        let services = TestServices()
        for (name, value) in [
            ("delay", "soon"), ("abort", "99"), ("abort", "grpc-17"), ("abort", "grpc-"),
            ("abort", "drop"), ("throttle", "0"), ("throttle", "fast"), ("truncate", "-1"),
            ("percentage", "101%"),
        ] {
            let fields: TestFields = ["x-weir-fault-\(name)": value]
            let result = try exchange(fields, services: services)
            #expect(result.response?.status == 200 && result.isComplete, "\(name): \(value)")
            #expect(result.outcome.duration == .zero)
        }
        #expect(
            services.count(#"weir_fault_suppressed_total{experiment="",reason="header"}"#) == 9)
    }

    /// What a request asks for stands for what is configured, kind by kind, under the same rules.
    @Test func requestsOverrideAndTheExperimentRules() throws {
        let services = TestServices()
        let test = try FilterTest(
            Fault.self,
            [
                "name": "a", "from-headers": ["allowed": true], "delay": ["fixed": "1s"],
                "abort": ["status": 503], "when": ["headers": ["x-test": "*"]],
            ], services: services)
        func ask(_ headers: TestFields) throws -> TestResult {
            try test.exchange(TestRequest(headers: headers))
        }
        var result = try ask(["x-test": "1", "x-weir-fault-delay": "2s"])
        #expect(result.pausedFor == .seconds(2) && result.response?.status == 503)
        result = try ask(["x-weir-fault-delay": "2s"])
        #expect(result.pausedFor == .zero && result.response?.status == 200)
        #expect(result.upstreamRequest?.headers["x-weir-fault-delay"] == nil)
        try #require(services.control("a")).change([("enabled", "false")])
        result = try ask(["x-test": "1", "x-weir-fault-abort": "500"])
        #expect(result.response?.status == 200)
        #expect(result.upstreamRequest?.headers["x-weir-fault-abort"] == nil)
    }
}
