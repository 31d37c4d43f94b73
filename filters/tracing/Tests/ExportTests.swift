import SwiftProtobuf
import Testing
import WeirBase
import WeirFilter
import WeirTesting

@testable import TracingFilter

/// Batches, failures and ends, with a receiver made of a closure.
@Suite struct ExportTests {
    let receiver = SpanReceiver()

    private func bench(
        _ otlp: TestConfiguration = ["cluster": "collector"],
        batch: TestConfiguration = ["size": 4, "delay": "1s", "queue": 12]
    ) throws -> TracingBench {
        let receiver = receiver
        let services = TestServices()
        services.serve("collector") { receiver.take($0) }
        return try TracingBench(
            [
                "exporter": ["otlp": otlp], "batch": batch, "service-name": "shop",
                "resource": ["deployment.environment.name": "test"],
            ],
            services: services)
    }

    /// Lets so many requests finish, of two spans each.
    private func finish(_ requests: Int, on bench: TracingBench) throws {
        for _ in 0..<requests { _ = try bench.test.exchange() }
    }

    private func pass(_ time: Interval, on bench: TracingBench) {
        bench.services.advance(by: time)
        bench.services.tick()
        bench.services.answerCalls()
    }

    private func dropped(_ reason: String, _ bench: TracingBench) -> Int {
        bench.services.count("weir_tracing_spans_dropped_total{reason=\"\(reason)\"}")
    }

    private func exports(_ outcome: String, _ bench: TracingBench) -> Int {
        bench.services.count("weir_tracing_exports_total{outcome=\"\(outcome)\"}")
    }

    @Test func spansWaitForOthersButNotForLong() throws {
        let bench = try bench()
        try finish(1, on: bench)
        pass(.zero, on: bench)
        pass(.milliseconds(900), on: bench)
        #expect(receiver.sizes == [])
        pass(.milliseconds(100), on: bench)
        #expect(receiver.sizes == [2])
        pass(.seconds(5), on: bench)
        #expect(receiver.sizes == [2])
        #expect(bench.services.count("weir_tracing_spans_started_total") == 2)
        #expect(bench.services.count("weir_tracing_spans_exported_total") == 2)
        #expect(exports("accepted", bench) == 1)
    }

    @Test func fullBatchesGoAtOnce() throws {
        let bench = try bench()
        try finish(5, on: bench)
        pass(.zero, on: bench)
        #expect(receiver.sizes == [4, 4, 2])
    }

    @Test func whatIsSentIsWhatTheProtocolAsksFor() throws {
        let bench = try bench([
            "cluster": "collector", "path": "/in/v1/traces", "headers": ["x-token": "s3cret"],
            "timeout": "3s",
        ])
        _ = try bench.forwarded([
            "traceparent": "00-12345678901234567890123456789012-1234567890123456-01",
            "tracestate": "a=1",
        ])
        pass(.seconds(1), on: bench)
        let request = try #require(receiver.requests.first)
        #expect(request.method == .post && request.path == "/in/v1/traces")
        #expect(request.timeout == .seconds(3))
        #expect(
            request.headers.map { "\($0.0): \($0.1)" } == [
                "content-type: application/x-protobuf", "x-token: s3cret",
            ])
        let group = try #require(receiver.last)
        #expect(
            group.resource.attributes.map { "\($0.key)=\($0.value.stringValue)" } == [
                "service.name=shop", "deployment.environment.name=test",
            ])
        #expect(group.scopeSpans[0].scope.name == "weir")
        let spans = group.scopeSpans[0].spans
        try #require(spans.count == 2)
        #expect(
            Array(spans[0].traceID) == [
                0x12, 0x34, 0x56, 0x78, 0x90, 0x12, 0x34, 0x56, 0x78, 0x90, 0x12, 0x34, 0x56, 0x78,
                0x90, 0x12,
            ])
        #expect(Array(spans[0].parentSpanID) == [0x12, 0x34, 0x56, 0x78, 0x90, 0x12, 0x34, 0x56])
        #expect(spans[1].parentSpanID == spans[0].spanID && spans[0].spanID.count == 8)
        #expect(spans.map(\.kind) == [2, 3] && spans.map(\.traceState) == ["a=1", "a=1"])
        #expect(spans.map(\.flags) == [0x301, 0x101])
        #expect(spans[0].startTimeUnixNano == 1_767_225_600_000_000_000)
        #expect(spans.map(\.status.code) == [0, 0])
    }

    @Test func eightBatchesAreOnTheirWayAtMost() throws {
        let bench = try bench(batch: ["size": 1, "delay": "1s", "queue": 40])
        try finish(10, on: bench)
        bench.services.tick()
        #expect(bench.services.waitingCalls.count == 8)
        bench.services.tick()
        #expect(bench.services.waitingCalls.count == 8)
        bench.services.answerCalls()
        for _ in 0..<2 { pass(.milliseconds(100), on: bench) }
        #expect(receiver.sizes == Array(repeating: 1, count: 20))
        #expect(bench.services.count("weir_tracing_spans_exported_total") == 20)
    }

    @Test func whatDoesNotFitIsDropped() throws {
        let bench = try bench()
        try finish(8, on: bench)
        #expect(dropped("overflow", bench) == 4)
        pass(.zero, on: bench)
        #expect(receiver.sizes == [4, 4, 4])
        #expect(bench.services.count("weir_tracing_spans_started_total") == 16)
        // There is room again.
        try finish(1, on: bench)
        pass(.seconds(1), on: bench)
        #expect(receiver.sizes == [4, 4, 4, 2])
    }

    @Test(arguments: [429, 502, 503, 504])
    func passingFailuresAreTriedAgain(status: Int) throws {
        let bench = try bench()
        receiver.answer(.success(CallResponse(status: status)))
        try finish(2, on: bench)
        pass(.zero, on: bench)
        #expect(receiver.sizes == [4])
        // The pause is between half of a second and a whole one.
        pass(.milliseconds(490), on: bench)
        #expect(receiver.sizes == [4])
        pass(.milliseconds(510), on: bench)
        #expect(receiver.sizes == [4, 4])
        #expect(bench.services.count("weir_tracing_spans_exported_total") == 4)
        #expect(exports("failed", bench) == 1 && exports("accepted", bench) == 1)
        #expect(
            bench.services.lines == [
                "warning: spans cannot be exported: status \(status)"
            ])
        pass(.milliseconds(100), on: bench)
        #expect(bench.services.lines.last == "notice: spans are exported again")
    }

    @Test func connectionsThatFailAreTriedAgainLessAndLessOften() throws {
        let bench = try bench(["cluster": "collector", "retry-for": "10s"])
        for _ in 0..<20 { receiver.answer(.failure(CallFailure("connect_failed"))) }
        try finish(2, on: bench)
        pass(.zero, on: bench)
        for _ in 0..<300 { pass(.milliseconds(100), on: bench) }
        // 1, 2, 4 and 8 s, each at least half and at most whole, and no more than 10 s in all.
        #expect((4...6).contains(receiver.requests.count))
        #expect(dropped("expired", bench) == 4)
        #expect(bench.services.lines.count == 1)
        // Nothing is kept of what was given up.
        try finish(6, on: bench)
        #expect(dropped("overflow", bench) == 0)
    }

    @Test func receiversSayWhenToComeAgain() throws {
        let bench = try bench()
        var response = CallResponse(status: 503)
        response.headers.append("retry-after", "7")
        receiver.answer(.success(response))
        try finish(2, on: bench)
        pass(.zero, on: bench)
        try finish(2, on: bench)
        for _ in 0..<69 { pass(.milliseconds(100), on: bench) }
        #expect(receiver.sizes == [4])
        pass(.milliseconds(100), on: bench)
        #expect(receiver.sizes == [4, 4, 4])
    }

    @Test(arguments: [400, 401, 404, 413, 500, 301])
    func refusalsAreFinal(status: Int) throws {
        let bench = try bench()
        var refusal = OTLPRefusal()
        refusal.message = "not like this"
        let body: [UInt8] = try refusal.serializedBytes()
        receiver.answer(.success(CallResponse(status: status, body: ByteString(body))))
        try finish(2, on: bench)
        pass(.zero, on: bench)
        pass(.seconds(100), on: bench)
        #expect(receiver.sizes == [4])
        #expect(dropped("refused", bench) == 4 && exports("refused", bench) == 1)
        #expect(
            bench.services.lines == [
                "warning: spans cannot be exported: status \(status), not like this"
            ])
    }

    @Test func rejectedSpansAreCounted() throws {
        let bench = try bench()
        var answer = OTLPExportResponse()
        answer.partialSuccess.rejectedSpans = 3
        answer.partialSuccess.errorMessage = "too old"
        let body: [UInt8] = try answer.serializedBytes()
        receiver.answer(.success(CallResponse(status: 200, body: ByteString(body))))
        try finish(2, on: bench)
        pass(.zero, on: bench)
        pass(.milliseconds(100), on: bench)
        #expect(dropped("rejected", bench) == 3 && exports("partial", bench) == 1)
        #expect(bench.services.count("weir_tracing_spans_exported_total") == 1)
        #expect(bench.services.lines == ["warning: the receiver rejected 3 spans: too old"])
        #expect(receiver.sizes == [4])
    }

    @Test func nonsenseOfReceiversDoesNoHarm() throws {
        let bench = try bench()
        var answer = OTLPExportResponse()
        answer.partialSuccess.rejectedSpans = .max
        let many: [UInt8] = try answer.serializedBytes()
        answer.partialSuccess.rejectedSpans = -5
        let negative: [UInt8] = try answer.serializedBytes()
        for body in [many, negative, [0xFF, 0xFF, 0x01]] {
            receiver.answer(.success(CallResponse(status: 200, body: ByteString(body))))
        }
        try finish(6, on: bench)
        pass(.zero, on: bench)
        #expect(receiver.sizes == [4, 4, 4])
        #expect(dropped("rejected", bench) == 4)
        #expect(bench.services.count("weir_tracing_spans_exported_total") == 8)
        receiver.answer(.failure(.tooLarge))
        try finish(2, on: bench)
        pass(.zero, on: bench)
        #expect(bench.services.count("weir_tracing_spans_exported_total") == 12)
    }

    // MARK: The end

    /// Filters that are configured alike, as before and after a reload.
    private func filters(_ services: TestServices, _ path: String = "/v1/traces") throws
        -> FilterTest
    {
        try FilterTest(
            Tracing.self,
            [
                "exporter": ["otlp": ["cluster": "collector", "path": .text(path)]],
                "batch": ["size": 4, "delay": "1s", "queue": 12],
            ], services: services)
    }

    private func servedServices() -> TestServices {
        let services = TestServices()
        let receiver = receiver
        services.serve("collector") { receiver.take($0) }
        return services
    }

    @Test func theEndSendsWhatWaits() throws {
        let services = servedServices()
        var test: FilterTest? = try filters(services)
        for _ in 0..<3 { _ = try test?.exchange() }
        #expect(services.waitingCalls.isEmpty)
        test = nil
        services.answerCalls()
        #expect(receiver.sizes == [4, 2])
        #expect(services.count("weir_tracing_spans_exported_total") == 6)
    }

    @Test func whatTheEndCannotSendIsCounted() throws {
        let services = servedServices()
        var test: FilterTest? = try filters(services)
        _ = try test?.exchange()
        _ = try test?.exchange()
        receiver.answer(.success(CallResponse(status: 503)))
        test = nil
        services.answerCalls()
        services.advance(by: .seconds(60))
        services.tick()
        services.answerCalls()
        #expect(receiver.sizes == [4])
        #expect(services.count("weir_tracing_spans_dropped_total{reason=\"shutdown\"}") == 4)
    }

    @Test func aReloadLeavesWhatWaitsToTheNextConfiguration() throws {
        let services = servedServices()
        var old: FilterTest? = try filters(services)
        for _ in 0..<2 { _ = try old?.exchange() }
        receiver.answer(.success(CallResponse(status: 503)))
        services.tick()
        services.answerCalls()
        _ = try old?.exchange()
        let new = try filters(services)
        old = nil
        #expect(receiver.sizes == [4] && services.waitingCalls.isEmpty)
        services.advance(by: .seconds(2))
        services.tick()
        services.answerCalls()
        #expect(receiver.sizes == [4, 4, 2])
        withExtendedLifetime(new) {}
    }

    @Test func aBatchOnItsWayDuringAReloadIsNotLost() throws {
        let services = servedServices()
        var old: FilterTest? = try filters(services)
        for _ in 0..<2 { _ = try old?.exchange() }
        services.tick()
        let new = try filters(services)
        old = nil
        receiver.answer(.failure(.gone))
        services.answerCalls()
        services.advance(by: .seconds(1))
        services.tick()
        services.answerCalls()
        #expect(receiver.sizes == [4, 4])
        #expect(services.count("weir_tracing_spans_exported_total") == 4)
        withExtendedLifetime(new) {}
    }

    /// A receiver that is not there.
    private struct NoReceiver: SpanSink {
        func send(_ spans: [FinishedSpan], _ done: @escaping @Sendable (ExportOutcome) -> Void) {
            done(.gone)
        }
    }

    private static let span = FinishedSpan(
        traceHigh: 1, traceLow: 2, id: 3, parent: 0, flags: 1, name: "GET", kind: .server, start: 1)

    private func exporter(_ queue: SpanQueue, _ services: TestServices) -> Exporter {
        Exporter(
            NoReceiver(), queue,
            Exporter.Limits(size: 2, delay: .seconds(1), queue: 4, retryFor: .seconds(60)),
            TraceCounters(services), services)
    }

    /// An exporter that is closed between taking spans out of the queue and sending them.
    @Test(arguments: [true, false])
    func spansTakenOutAtTheEndAreNotLost(hasSuccessor: Bool) throws {
        let services = TestServices()
        let queue = SpanQueue(workerCount: 1)
        let exporter = exporter(queue, services)
        let successor = hasSuccessor ? self.exporter(queue, services) : nil
        let span = Self.span
        #expect(queue.add([span, span, span], worker: 0, limit: 4))
        let fresh = queue.takeAll()
        exporter.close()
        #expect(exporter.admit(fresh, services.unixNanoseconds).isEmpty)
        let dropped = services.count("weir_tracing_spans_dropped_total{reason=\"shutdown\"}")
        #expect(dropped == (hasSuccessor ? 0 : 3))
        #expect(queue.waiting == (hasSuccessor ? 3 : 0))
        // Their room is given back once nobody will send them.
        #expect(queue.add([span, span], worker: 0, limit: 4) == !hasSuccessor)
        withExtendedLifetime(successor) {}
    }

    @Test func anotherReceiverGetsNothingOfIt() throws {
        let services = servedServices()
        var old: FilterTest? = try filters(services)
        _ = try old?.exchange()
        let new = try filters(services, "/other")
        old = nil
        services.answerCalls()
        #expect(receiver.requests.map(\.path) == ["/v1/traces"])
        withExtendedLifetime(new) {}
    }
}
