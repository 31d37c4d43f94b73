import FaultFilter
import Testing
import WeirBase
import WeirFilter
import WeirTesting

@Suite struct ExperimentTests {
    private func injected(_ kind: String, _ name: String = "") -> String {
        "weir_fault_injected_total{experiment=\"\(name)\",kind=\"\(kind)\"}"
    }

    private func suppressed(_ reason: String, _ name: String = "") -> String {
        "weir_fault_suppressed_total{experiment=\"\(name)\",reason=\"\(reason)\"}"
    }

    // MARK: Seed

    private func run(_ seed: Int?, _ count: Int = 200, loop: UInt64) throws -> [String] {
        var configuration: [String: TestConfiguration] = [
            "delay": ["uniform": ["max": "1s"], "percentage": "50%"],
            "abort": ["status": 503, "percentage": "30%"],
            "corrupt": ["bytes": "50%", "percentage": "50%"],
        ]
        if let seed { configuration["seed"] = .integer(seed) }
        let test = try FilterTest(
            Fault.self, .mapping(configuration.map { ($0.key, $0.value) }), seed: loop)
        return try (0..<count).map { _ in
            let result = try test.exchange { _ in TestResponse(body: "0123456789") }
            return "\(result.pausedFor.nanoseconds) \(result.response?.body?.storage ?? [])"
        }
    }

    @Test func aSeedMakesARunRepeatable() throws {
        let first = try run(42, loop: 1)
        // Whatever other bits the loop has drawn.
        #expect(try run(42, loop: 2) == first)
        #expect(try run(43, loop: 1) != first)
        #expect(Set(first).count > 100)
        #expect(try run(nil, loop: 1) != run(nil, loop: 2))
    }

    /// The nth request that is considered is the nth of the sequence.
    @Test func requestsThatAreNotConsideredDoNotCount() throws {
        let configuration: TestConfiguration = [
            "abort": ["status": 503, "percentage": "50%"], "seed": 5,
            "when": ["headers": ["x-a": "*"]],
        ]
        func statuses(_ mixed: Bool) throws -> [Int?] {
            let test = try FilterTest(Fault.self, configuration)
            return try (0..<50).map { _ in
                if mixed { _ = try test.exchange() }
                return try test.exchange(TestRequest(headers: ["x-a": "1"])).response?.status
            }
        }
        #expect(try statuses(true) == statuses(false))
    }

    @Test func oneFaultsShareChangesNoOther() throws {
        func delays(_ abort: String) throws -> [Bool] {
            let test = try FilterTest(
                Fault.self,
                [
                    "delay": ["fixed": "1s", "percentage": "50%"], "seed": 5,
                    "abort": ["status": 503, "percentage": .text(abort)],
                ])
            return try (0..<100).map { _ in try test.exchange().pausedFor > .zero }
        }
        #expect(try delays("0%") == delays("70%"))
    }

    // MARK: Time

    @Test func anExperimentExpires() throws {
        let services = TestServices()
        services.setTime(unixSeconds: 1_796_083_199)
        let test = try FilterTest(
            Fault.self, ["abort": ["status": 503], "expires": "2026-12-01T00:00:00Z"],
            services: services)
        #expect(try test.exchange().response?.status == 503)
        services.setTime(unixSeconds: 1_796_083_200)
        #expect(try test.exchange().response?.status == 200)
        #expect(services.count(suppressed("expired")) == 1)
        #expect(services.lines == [])
    }

    @Test func anExperimentThatIsOverIsReported() throws {
        let services = TestServices()
        _ = try FilterTest(
            Fault.self, ["name": "old", "expires": "2020-01-01T00:00:00Z"], services: services)
        #expect(services.lines == ["warning: the experiment old is over: it injects nothing"])
    }

    @Test func anExperimentLastsOverReloads() throws {
        let services = TestServices()
        let configuration: TestConfiguration = [
            "name": "checkout", "for": "30m", "abort": ["status": 503],
        ]
        let first = try FilterTest(Fault.self, configuration, services: services)
        services.advance(by: .seconds(20 * 60))
        #expect(try first.exchange().response?.status == 503)
        let second = try FilterTest(Fault.self, configuration, services: services)
        services.advance(by: .seconds(10 * 60 - 1))
        #expect(try second.exchange().response?.status == 503)
        services.advance(by: .seconds(1))
        #expect(try second.exchange().response?.status == 200)
        // An operator who switches it on begins it anew.
        try #require(services.control("checkout")).change([("enabled", "true")])
        #expect(try second.exchange().response?.status == 503)
        services.advance(by: .seconds(30 * 60))
        #expect(try second.exchange().response?.status == 200)
    }

    @Test func theEarlierEndCounts() throws {
        let services = TestServices()
        services.setTime(unixSeconds: 1_796_083_200 - 60)
        let test = try FilterTest(
            Fault.self,
            [
                "name": "a", "for": "1h", "expires": "2026-12-01T00:00:00Z",
                "abort": ["status": 503],
            ], services: services)
        #expect(try test.exchange().response?.status == 503)
        services.advance(by: .seconds(60))
        #expect(try test.exchange().response?.status == 200)
    }

    // MARK: Ceiling

    /// Two chains share an experiment as two routes do; a request in the one keeps the other's out.
    @Test func aCeilingHolds() throws {
        let services = TestServices()
        let configuration: TestConfiguration = [
            "name": "slow", "delay": ["fixed": "10s"], "max-concurrent": 1,
        ]
        let one = try FilterTest(Fault.self, configuration, services: services)
        let other = try FilterTest(Fault.self, configuration, services: services)
        let waiting = one.begin()
        waiting.turn()
        #expect(waiting.isPaused)
        #expect(services.gauge(#"weir_fault_in_flight{experiment="slow"}"#) == 1)
        #expect(try other.exchange().pausedFor == .zero)
        #expect(services.count(suppressed("ceiling", "slow")) == 1)
        waiting.reset()
        #expect(services.gauge(#"weir_fault_in_flight{experiment="slow"}"#) == 0)
        #expect(try other.exchange().pausedFor == .seconds(10))
        #expect(services.count(injected("delay", "slow")) == 2)
    }

    /// Only requests with a fault take a place.
    @Test func requestsWithoutFaultsDoNotCount() throws {
        let services = TestServices()
        let test = try FilterTest(
            Fault.self,
            ["abort": ["status": 503, "percentage": "0%"], "max-concurrent": 1], services: services)
        for _ in 0..<10 { #expect(try test.exchange().response?.status == 200) }
        #expect(services.count(suppressed("ceiling")) == 0)
    }

    // MARK: Control

    private func state(_ control: any RuntimeControl) -> [String] {
        control.state.map { "\($0.name)=\($0.value)" }
    }

    @Test func operatorsSwitchAndChange() throws {
        let services = TestServices()
        let test = try FilterTest(
            Fault.self,
            [
                "name": "checkout", "enabled": false,
                "delay": ["fixed": "1s", "percentage": "10%"],
                "abort": ["status": 503], "expires": "2026-01-01T00:01:00Z",
            ], services: services)
        let control = try #require(services.control("checkout"))
        #expect(
            state(control) == [
                "enabled=false", "delay-percentage=10%", "abort-percentage=100%", "expires-in=60s",
                "in-flight=0",
            ])
        #expect(try test.exchange().response?.status == 200)
        #expect(services.count(suppressed("disabled", "checkout")) == 1)
        try control.change([("enabled", "true"), ("delay-percentage", "0")])
        var result = try test.exchange()
        #expect(result.response?.status == 503 && result.pausedFor == .zero)
        try control.change([("abort-percentage", "0.0%"), ("delay-percentage", "100")])
        result = try test.exchange()
        #expect(result.response?.status == 200 && result.pausedFor == .seconds(1))
        try control.change([("abort-percentage", "configured")])
        #expect(try test.exchange().response?.status == 503)
        try control.change([("enabled", "configured")])
        #expect(state(control).prefix(2) == ["enabled=false", "delay-percentage=100%"])
        #expect(try test.exchange().response?.status == 200)
    }

    @Test func whatOperatorsHaveSetSurvivesAReload() throws {
        let services = TestServices()
        let configuration: TestConfiguration = ["name": "a", "abort": ["status": 503]]
        let first = try FilterTest(Fault.self, configuration, services: services)
        try #require(services.control("a")).change([("enabled", "false")])
        #expect(try first.exchange().response?.status == 200)
        let second = try FilterTest(Fault.self, configuration, services: services)
        #expect(try second.exchange().response?.status == 200)
        let other = try FilterTest(
            Fault.self, ["name": "b", "abort": ["status": 503]], services: services)
        #expect(try other.exchange().response?.status == 503)
    }

    @Test func changesAreAllOrNothing() throws {
        let services = TestServices()
        let test = try FilterTest(
            Fault.self, ["name": "a", "abort": ["status": 503]], services: services)
        let control = try #require(services.control("a"))
        func failure(_ name: String, _ value: String) -> [String]? {
            do {
                try control.change([("enabled", "false"), (name, value)])
                return nil
            } catch {
                return (error as? ConfigurationError)?.path
            }
        }
        #expect(failure("abort-percentage", "101") == ["abort-percentage"])
        #expect(failure("abort-percentage", "-1") == ["abort-percentage"])
        #expect(failure("abort-percentage", "nan") == ["abort-percentage"])
        #expect(failure("enabled", "yes") == ["enabled"])
        #expect(failure("volume", "11") == ["volume"])
        #expect(try test.exchange().response?.status == 503)
    }

    @Test func experimentsWithoutNameHaveNoControl() throws {
        let services = TestServices()
        _ = try FilterTest(Fault.self, ["abort": ["status": 503]], services: services)
        #expect(services.control("") == nil)
    }
}
