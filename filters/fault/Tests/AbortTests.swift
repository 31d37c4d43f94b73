import FaultFilter
import Testing
import WeirBase
import WeirFilter
import WeirTesting

@Suite struct AbortTests {
    @Test func gRPCClientsGetACode() throws {
        let services = TestServices()
        let test = try FilterTest(
            Fault.self, ["abort": ["grpc-status": 14]], services: services)
        let result = try test.exchange(TestRequest("POST", body: "x"))
        // Others get the status that says the same.
        #expect(result.response?.status == 503)
        #expect(result.cause == "fault_abort")
        #expect(services.count(#"weir_fault_injected_total{experiment="",kind="abort"}"#) == 1)
        let own = try FilterTest(Fault.self, ["abort": ["grpc-status": 8, "status": 200]])
        #expect(try own.exchange().response?.status == 200)
    }

    @Test(arguments: [
        ("close", "fault_empty_reply", "close"), ("reset", "fault_reset", "reset"),
    ])
    func noAnswerAtAll(connection: String, cause: String, kind: String) throws {
        let services = TestServices()
        let configuration: TestConfiguration = ["abort": ["connection": .text(connection)]]
        let test = try FilterTest(Fault.self, configuration, services: services)
        let exchange = test.begin()
        exchange.turn()
        #expect(exchange.wasCutOff && exchange.isOver && !exchange.isComplete)
        #expect(exchange.result.response == nil && exchange.result.upstreamRequest == nil)
        #expect(exchange.result.cause == cause)
        #expect(
            services.count("weir_fault_injected_total{experiment=\"\",kind=\"\(kind)\"}") == 1)
        #expect(services.gauge(#"weir_fault_in_flight{experiment=""}"#) == 0)
        try FilterTest(Fault.self, configuration).everySplit(TestRequest("POST", body: "abc"))
    }

    @Test func theDelayComesBeforeTheEnd() throws {
        let configuration: TestConfiguration = [
            "delay": ["fixed": "2s"], "abort": ["connection": "reset"],
        ]
        let test = try FilterTest(Fault.self, configuration)
        let exchange = test.begin()
        exchange.advance(by: .milliseconds(1999))
        #expect(exchange.isPaused && !exchange.isOver)
        exchange.advance(by: .milliseconds(1))
        #expect(exchange.wasCutOff && exchange.result.cause == "fault_reset")
        let result = try FilterTest(Fault.self, configuration).everySplit()
        #expect(result.pausedFor == .seconds(2))
    }

    @Test func whatHappensIsNotedForTraces() throws {
        let recorder = TestFilter("recorder", [.requestHeaders]) {
            Asker { $0.recordsEvents = true }
        }
        let events = EventLog()
        let test = try FilterTest([
            TestFilter("log", [.streamComplete]) { events },
            recorder,
            TestFilter(
                Fault.self, ["delay": ["fixed": "250ms"], "abort": ["connection": "close"]]),
        ])
        _ = try test.exchange()
        #expect(
            events.lines.filter { $0.hasPrefix("fault") } == [
                "fault.delay milliseconds=250", "fault.abort with=close",
            ])
    }
}

/// Keeps the events of the last stream.
final class EventLog: HTTPFilter, @unchecked Sendable {
    // Touched on the test's thread alone.
    private(set) var lines: [String] = []

    func streamComplete(_ stream: FilterStream) {
        lines = stream.events.map { event in
            event.name + event.attributes.map { " \($0.name)=\($0.value)" }.joined()
        }
    }
}
