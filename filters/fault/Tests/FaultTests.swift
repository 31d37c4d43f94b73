import FaultFilter
import Testing
import WeirBase
import WeirFilter
import WeirTesting

@Suite struct FaultTests {
    private func exchange(
        _ configuration: TestConfiguration, _ request: TestRequest = TestRequest()
    ) throws -> TestResult {
        try FilterTest(Fault.self, configuration).everySplit(request)
    }

    @Test func withoutConfigurationNothingHappens() throws {
        let result = try exchange(nil)
        #expect(result.response?.status == 200)
        #expect(result.calls.isEmpty)
    }

    @Test func delayKeepsTheRequestWaiting() throws {
        let result = try exchange(["delay": ["duration": "100ms"]])
        #expect(result.response?.status == 200)
        #expect(result.pausedFor == .milliseconds(100))
        #expect(result.verdicts(of: "fault") == [.pause: 1])
    }

    @Test func theUpstreamIsNotAskedBeforeTheDelayIsOver() throws {
        let test = try FilterTest(Fault.self, ["delay": ["duration": "100ms"]])
        let exchange = test.begin()
        exchange.advance(by: .milliseconds(99))
        #expect(exchange.isPaused)
        #expect(exchange.result.upstreamRequest == nil)
        exchange.advance(by: .milliseconds(1))
        #expect(exchange.isComplete)
    }

    @Test func aResetDuringTheDelayEndsTheStream() throws {
        let test = try FilterTest(Fault.self, ["delay": ["duration": "1h"]])
        let exchange = test.begin()
        exchange.turn()
        exchange.reset()
        exchange.advance(by: .seconds(3600))
        #expect(exchange.isOver && !exchange.isComplete)
        try exchange.checkRules()
    }

    @Test func abortAnswersInsteadOfTheUpstream() throws {
        let result = try exchange(["abort": ["status": 503]])
        #expect(result.response?.status == 503)
        #expect(result.response?.body == nil)
        #expect(result.response?.headers["content-length"] == "0")
        #expect(result.response?.headers["content-type"] == nil)
        #expect(result.cause == "fault_abort")
        #expect(result.upstreamRequest == nil)
        #expect(result.pausedFor == .zero)
    }

    @Test func abortMayHaveABody() throws {
        let result = try exchange(
            ["abort": ["status": 418, "body": "short and stout\n"]],
            TestRequest("POST", body: "tea"))
        #expect(result.response?.status == 418)
        #expect(result.response?.body == "short and stout\n")
        #expect(result.response?.headers["content-type"] == "text/plain; charset=utf-8")
    }

    @Test func bothDelayThenAbort() throws {
        let result = try exchange(["delay": ["duration": "2s"], "abort": ["status": 503]])
        #expect(result.response?.status == 503)
        #expect(result.pausedFor == .seconds(2))
        #expect(result.cause == "fault_abort")
    }

    @Test func sharesAreDrawnIndependently() throws {
        let test = try FilterTest(
            Fault.self,
            [
                "delay": ["duration": "1ms", "percentage": "50%"],
                "abort": ["status": 503, "percentage": "20%"],
            ])
        var delayed = 0
        var aborted = 0
        var both = 0
        for _ in 0..<4000 {
            let result = try test.exchange()
            let isDelayed = result.pausedFor > .zero
            let isAborted = result.response?.status == 503
            delayed += isDelayed ? 1 : 0
            aborted += isAborted ? 1 : 0
            both += isDelayed && isAborted ? 1 : 0
        }
        // Seven standard deviations either way; repeatable by the seed anyway.
        #expect((1780...2220).contains(delayed))
        #expect((623...977).contains(aborted))
        #expect((267...533).contains(both))
    }

    @Test func sharesOfNothingAndAll() throws {
        let never = try exchange([
            "delay": ["duration": "1s", "percentage": "0%"],
            "abort": ["status": 503, "percentage": "0%"],
        ])
        #expect(never.response?.status == 200 && never.pausedFor == .zero)
        let always = try exchange(["abort": ["status": 503, "percentage": "100%"]])
        #expect(always.response?.status == 503)
    }

    @Test func conditionsNarrow() throws {
        let configuration: TestConfiguration = [
            "abort": ["status": 503],
            "when": ["headers": ["X-Fault": "yes", "x-any": "*"]],
        ]
        func status(_ headers: TestFields) throws -> Int? {
            try exchange(configuration, TestRequest(headers: headers)).response?.status
        }
        #expect(try status([:]) == 200)
        #expect(try status(["x-fault": "yes"]) == 200)
        #expect(try status(["x-any": "1"]) == 200)
        #expect(try status(["x-fault": "yes", "x-any": ""]) == 503)
        #expect(try status(["x-fault": "no", "x-fault": "yes", "x-any": "1"]) == 503)
        // Values are compared as they are, and other conditions count as well.
        #expect(try status(["x-fault": "Yes", "x-any": "1"]) == 200)
        let posts: TestConfiguration = ["abort": ["status": 503], "when": ["methods": "POST"]]
        #expect(try exchange(posts, TestRequest("POST")).response?.status == 503)
        #expect(try exchange(posts).response?.status == 200)
    }
}
