import FaultFilter
import Synchronization
import Testing
import WeirBase
import WeirFilter
import WeirTesting

@Suite struct ConfigurationTests {
    private func error(_ configuration: TestConfiguration) -> ConfigurationError? {
        TestFilter(Fault.self, configuration).configurationError
    }

    private func path(_ configuration: TestConfiguration) -> String? {
        error(configuration)?.path.joined(separator: ".")
    }

    @Test func delaysAreChecked() {
        #expect(error(["delay": ["duration": "1s"]]) == nil)
        #expect(error(["delay": ["fixed": "1h", "percentage": "0.1%"]]) == nil)
        #expect(
            error(["delay": [:]])?.description
                == "delay: expected one of fixed, duration, uniform, exponential or percentiles")
        #expect(path(["delay": ["fixed": "1s", "duration": "1s"]]) == "delay.duration")
        #expect(path(["delay": ["duration": "0s"]]) == "delay.duration")
        #expect(path(["delay": ["fixed": "61m"]]) == "delay.fixed")
        #expect(path(["delay": ["fixed": "soon"]]) == "delay.fixed")
        #expect(path(["delay": ["fixed": "1s", "percentage": 10]]) == "delay.percentage")
        #expect(path(["delay": ["uniform": ["min": "1s"]]]) == "delay.uniform")
        #expect(path(["delay": ["uniform": ["max": "2h"]]]) == "delay.uniform.max")
        #expect(
            path(["delay": ["uniform": ["min": "2s", "max": "1s"]]]) == "delay.uniform.min")
        #expect(path(["delay": ["exponential": [:]]]) == "delay.exponential")
        #expect(path(["delay": ["exponential": ["mean": "0s"]]]) == "delay.exponential.mean")
        #expect(
            path(["delay": ["exponential": ["mean": "2s", "max": "1s"]]])
                == "delay.exponential.max")
        #expect(path(["delay": ["percentiles": [:]]]) == "delay.percentiles")
        #expect(path(["delay": ["percentiles": ["p50": "0s"]]]) == "delay.percentiles")
        #expect(path(["delay": ["percentiles": ["50": "1s"]]]) == "delay.percentiles.50")
        #expect(path(["delay": ["percentiles": ["p101": "1s"]]]) == "delay.percentiles.p101")
        #expect(path(["delay": ["percentiles": ["p50": "2h"]]]) == "delay.percentiles.p50")
        #expect(
            path(["delay": ["percentiles": ["p50": "2s", "p90": "1s"]]]) == "delay.percentiles")
        #expect(
            path(["delay": ["percentiles": ["p50": "1s", "p50.0": "1s"]]]) == "delay.percentiles")
    }

    @Test func abortsAreChecked() {
        #expect(error(["abort": ["status": 503]]) == nil)
        #expect(error(["abort": ["grpc-status": 14, "status": 200]]) == nil)
        #expect(
            error(["abort": [:]])?.description
                == "abort: expected one of status, grpc-status or connection")
        #expect(path(["abort": ["status": 199]]) == "abort.status")
        #expect(path(["abort": ["status": 600]]) == "abort.status")
        #expect(path(["abort": ["status": 204, "body": "x"]]) == "abort.body")
        #expect(path(["abort": ["status": 503, "percentage": "101%"]]) == "abort.percentage")
        #expect(path(["abort": ["grpc-status": 0]]) == "abort.grpc-status")
        #expect(path(["abort": ["grpc-status": 17]]) == "abort.grpc-status")
        #expect(path(["abort": ["connection": "drop"]]) == "abort.connection")
        #expect(path(["abort": ["connection": "reset", "status": 503]]) == "abort.connection")
        #expect(path(["abort": ["connection": "close", "body": "x"]]) == "abort.connection")
    }

    @Test func theRestIsChecked() {
        #expect(path(["throttle": [:]]) == "throttle")
        #expect(path(["throttle": ["rate": 0]]) == "throttle.rate")
        #expect(path(["truncate": [:]]) == "truncate")
        #expect(path(["truncate": ["after": 0, "connection": "no"]]) == "truncate.connection")
        #expect(path(["corrupt": ["bytes": "0%"]]) == "corrupt.bytes")
        #expect(path(["when": ["headers": ["x y": "1"]]]) == "when.headers.x y")
        #expect(path(["when": [:]]) == "when")
        #expect(path(["when": ["headers": [:]]]) == "when.headers")
        #expect(path(["name": ""]) == "name")
        #expect(path(["name": "a/b"]) == "name")
        #expect(path(["name": "", "for": "1m"]) == "name")
        #expect(path(["for": "1m"]) == "for")
        #expect(path(["name": "a", "for": "0s"]) == "for")
        #expect(path(["expires": "tomorrow"]) == "expires")
        #expect(path(["max-concurrent": 0]) == "max-concurrent")
        #expect(path(["from-headers": ["max-delay": "2h"]]) == "from-headers.max-delay")
        #expect(path(["from-headers": ["min-rate": 0]]) == "from-headers.min-rate")
        #expect(path(["delay": ["fixed": "1s"], "aborrt": [:]]) == "aborrt")
    }

    @Test func documentationFitsTheConfiguration() throws {
        let all: TestConfiguration = [
            "delay": [
                "fixed": "1s", "uniform": ["max": "1s"], "exponential": ["mean": "1s"],
                "percentiles": ["p50": "1s"],
            ],
            "abort": ["status": 503], "throttle": ["rate": 1], "truncate": ["after": 1],
            "corrupt": [:], "from-headers": [:],
            "when": [
                "headers": [:], "query": [:], "claims": [:], "certificate": ["subject": "CN=a"],
                "not": ["methods": "GET"],
            ],
        ]
        let nested = Set(
            ["when.not.methods", "when.not.paths"].map { "`\($0)` is not documented" })
        let errors = try TestFilter(Fault.self, all).documentationErrors()
        // A condition within a condition has the same fields again.
        #expect(errors.filter { !$0.hasPrefix("`when.not.") } == [])
        #expect(nested.isSubset(of: errors))
    }

    @Test func explainsWhatARequestIsInFor() throws {
        let all: TestConfiguration = [
            "enabled": false, "delay": ["uniform": ["max": "1s"], "percentage": "10%"],
            "abort": ["grpc-status": 14], "throttle": ["rate": "64KiB"],
            "truncate": ["after": "10KiB"], "corrupt": [:], "from-headers": ["allowed": true],
            "when": ["headers": ["x-a": "1"]],
        ]
        func lines(_ request: TestRequest) throws -> [String] {
            let fault = try #require(TestFilter(Fault.self, all).makeFactory() as? Fault)
            let lines = Mutex<[String]>([])
            let asker = TestFilter("asker", [.requestHeaders]) {
                Asker { stream in lines.withLock { $0 = fault.explain(stream) } }
            }
            _ = try FilterTest([asker]).exchange(request)
            return lines.withLock { $0 }
        }
        #expect(
            try lines(TestRequest()) == ["leaves it alone: `when` does not hold (headers.x-a)"])
        #expect(
            try lines(TestRequest(headers: ["x-a": "1"])) == [
                "begins switched off", "delays 10% by 0s to 1s", "aborts 100% with grpc-14",
                "slows 100% of the responses to 64KiB per second",
                "ends 100% of the responses after 10KiB", "changes bytes in 100% of the responses",
                "injects what the request's x-weir-fault-* fields say",
            ])
    }
}

/// Calls a closure with each stream.
final class Asker: HTTPFilter {
    private let body: (FilterStream) -> Void

    init(_ body: @escaping (FilterStream) -> Void) { self.body = body }

    func requestHeaders(_ request: RequestHead, _ stream: FilterStream) -> Verdict {
        body(stream)
        return .continue
    }
}
