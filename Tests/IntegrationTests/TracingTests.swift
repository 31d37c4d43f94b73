import Foundation
import Testing
import WeirLiveTesting

/// Traces through the command, exported to a receiver made of OpenTelemetry's own messages.
@Suite struct TracingTests {
    /// A receiver in a process of its own, and what it has taken.
    private final class Receiver {
        let folder: TemporaryFolder
        private let process: Subprocess
        let endpoint: String

        init(_ kind: String, _ answers: String..., in folder: TemporaryFolder) throws {
            self.folder = folder
            endpoint = "unix:\(folder.path)/collector"
            let script = "\(Repository.root)/Tests/IntegrationTests/Scripts/otlp_receiver.py"
            process = try Subprocess(
                Python.command(script, packages: "python-otlp")
                    + [kind, "\(folder.path)/collector", "\(folder.path)/spans"] + answers,
                writingTo: folder, name: "receiver")
            try eventually("the receiver listens") { [self] in
                if let status = process.status {
                    throw HarnessError("it ended with \(status): \(folder.read("receiver.err"))")
                }
                return folder.read("receiver.out").contains("ready")
            }
        }

        var spans: [TakenSpan] { get throws { try TakenSpan.all(in: folder) } }
    }

    /// A span as the receiver has written it down.
    private struct TakenSpan: Decodable {
        struct Event: Decodable {
            let name: String
            let time: Int64
            let attributes: [String: Value]
        }
        struct Link: Decodable { let trace: String }

        enum Value: Decodable, Equatable, ExpressibleByStringLiteral, ExpressibleByIntegerLiteral {
            case text(String)
            case number(Int)

            init(stringLiteral value: String) { self = .text(value) }
            init(integerLiteral value: Int) { self = .number(value) }

            init(from decoder: any Decoder) throws {
                let container = try decoder.singleValueContainer()
                if let number = try? container.decode(Int.self) {
                    self = .number(number)
                } else {
                    self = .text(try container.decode(String.self))
                }
            }
        }

        let resource: [String: Value]
        let trace, span, parent, state, name, kind, status, token: String
        let flags: Int
        let start, end: Int64
        let attributes: [String: Value]
        let events: [Event]
        let links: [Link]

        static func all(in folder: TemporaryFolder) throws -> [TakenSpan] {
            // The last line may be half written.
            let text = folder.read("spans")
            return try text.split(separator: "\n").dropLast(text.hasSuffix("\n") ? 0 : 1).map {
                try JSONDecoder().decode(TakenSpan.self, from: Data($0.utf8))
            }
        }
    }

    private static let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

    private func configuration(
        _ origins: [String], _ collector: String, kind: String = "http", otlp: String = "",
        more: String = "", filters: String = "", batch: String = "{delay: 50ms}"
    ) -> Configuration {
        var configuration = Configuration(endpoints: origins)
        configuration.filters = """
            [{tracing: {exporter: {otlp: {cluster: collector, protocol: \(kind), \
            headers: {x-token: s3cret}\(otlp)}}, batch: \(batch), service-name: shop\(more)}}\
            \(filters)]
            """
        let connection = kind == "grpc" ? ", connection: [http2]" : ""
        configuration.clusters = [
            "collector: {endpoints: [\"\(collector)\"]\(connection)}"
        ]
        return configuration
    }

    @Test(arguments: ["http", "grpc"])
    func spansOfARequestReachTheReceiver(kind: String) throws {
        let folder = try TemporaryFolder()
        let receiver = try Receiver(kind, in: folder)
        let origin = try Origin(answering: Answer.echo)
        let gateway = try Gateway(
            configuration(["\(origin.address)"], receiver.endpoint, kind: kind), origins: origin)
        let before = Int64(Date().timeIntervalSince1970 * 1e9)
        let client = try gateway.client()
        let answer = try client.get(
            "/orders/7?token=abc", "traceparent: \(Self.parent)", "tracestate: a=1",
            "user-agent: probe")
        #expect(answer.status == 200)
        try eventually("both spans are exported") { try receiver.spans.count == 2 }
        let spans = try receiver.spans
        let server = try #require(spans.first { $0.kind == "SPAN_KIND_SERVER" })
        let attempt = try #require(spans.first { $0.kind == "SPAN_KIND_CLIENT" })
        #expect(server.trace == "4bf92f3577b34da6a3ce929d0e0e4736")
        #expect(server.parent == "00f067aa0ba902b7" && server.state == "a=1")
        #expect(attempt.trace == server.trace && attempt.parent == server.span)
        #expect(server.flags == 0x301 && attempt.flags == 0x101)
        #expect(server.resource == ["service.name": "shop"] && server.token == "s3cret")
        #expect(server.name == "GET everything" && attempt.name == "GET")
        #expect(server.status == "STATUS_CODE_UNSET" && attempt.status == "STATUS_CODE_UNSET")
        let port = try #require(Int("\(origin.address)".split(separator: ":")[1]))
        #expect(
            attempt.attributes == [
                "http.request.method": "GET", "weir.cluster": "origin",
                "server.address": "127.0.0.1", "server.port": .number(port),
                "http.response.status_code": 200,
            ])
        for (name, value) in [
            "http.request.method": "GET", "url.path": "/orders/7", "url.query": "token=REDACTED",
            "url.scheme": "http", "http.route": "everything", "weir.listener": "edge",
            "network.protocol.version": "1.1", "client.address": "127.0.0.1",
            "user_agent.original": "probe", "http.response.status_code": 200,
            "weir.cluster": "origin",
        ] as [String: TakenSpan.Value] {
            #expect(server.attributes[name] == value, "\(name)")
        }
        // What is told: the attempt's span to the origin, the trace to the access log.
        let told = try #require(origin.requests.first?["traceparent"])
        #expect(told == "00-\(server.trace)-\(attempt.span)-01")
        #expect(origin.requests.first?["tracestate"] == "a=1")
        // A turn of the loop may have begun a little before.
        #expect(server.start > before - 50_000_000 && server.start <= attempt.start)
        #expect(attempt.end >= attempt.start && server.end >= attempt.end)
        #expect(server.end < before + 60_000_000_000)
        let started = try gateway.metric("weir_tracing_spans_started_total")
        #expect(started == 2)
        try eventually("the export is counted") {
            try gateway.metric("weir_tracing_spans_exported_total") == 2
        }
    }

    @Test func theAccessLogHasTheTraceOfEveryRequest() throws {
        let folder = try TemporaryFolder()
        let receiver = try Receiver("http", in: folder)
        let origin = try Origin(answering: Answer.echo)
        var configuration = configuration(
            ["\(origin.address)"], receiver.endpoint, more: ", sample: 0%")
        configuration.routes = [
            "name: seen, match: {path: /seen}, to: origin, filters: {tracing: {sample: 100%}}"
        ]
        let gateway = try Gateway(configuration, origins: origin)
        let client = try gateway.client()
        for path in ["/a", "/seen", "/b"] { _ = try client.get(path) }
        try eventually("the sampled request is exported") { try receiver.spans.count == 2 }
        try eventually("the log is written") { gateway.accessLog().count == 3 }
        let logged = gateway.accessLog().compactMap { $0["trace_id"] as? String }
        let told = origin.requests.compactMap { $0["traceparent"] }
        #expect(told.map { String($0.split(separator: "-")[1]) } == logged)
        // The random flag beside the decision.
        #expect(told.map { String($0.suffix(2)) } == ["02", "03", "02"])
        #expect(try receiver.spans.map(\.trace) == [logged[1], logged[1]])
    }

    @Test func injectedFaultsAreEvents() throws {
        let folder = try TemporaryFolder()
        let receiver = try Receiver("http", in: folder)
        let origin = try Origin(answering: Answer.echo)
        let gateway = try Gateway(
            configuration(
                ["\(origin.address)"], receiver.endpoint,
                filters: ", {fault: {delay: {duration: 60ms}, abort: {status: 503}}}"),
            origins: origin)
        let client = try gateway.client()
        #expect(try client.get("/").cause == "fault_abort")
        try eventually("the span is exported") { try receiver.spans.count == 1 }
        let span = try #require(try receiver.spans.first)
        #expect(span.status == "STATUS_CODE_ERROR")
        #expect(span.attributes["weir.cause"] == "fault_abort")
        #expect(span.attributes["error.type"] == "fault_abort")
        let verdict = try #require(span.events.first { $0.name == "filter.verdict" })
        #expect(verdict.attributes == ["filter": "fault", "verdict": "pause"])
        #expect(verdict.time >= span.start && verdict.time <= span.end)
        #expect(span.end - span.start >= 60_000_000)
    }

    @Test func everyAttemptIsASpan() throws {
        let folder = try TemporaryFolder()
        let receiver = try Receiver("http", in: folder)
        let origin = try Origin(answering: Answer.echo)
        // Nobody listens at the first endpoint.
        let gateway = try Gateway(
            configuration(["unix:\(folder.path)/nobody", "\(origin.address)"], receiver.endpoint),
            origins: origin)
        let client = try gateway.client()
        for _ in 0..<4 { #expect(try client.get("/").status == 200) }
        try eventually("a request with two attempts is exported") {
            try receiver.spans.contains { $0.attributes["http.request.resend_count"] != nil }
        }
        let spans = try receiver.spans
        let last = try #require(
            spans.first { $0.attributes["http.request.resend_count"] == 1 })
        let attempts = spans.filter { $0.parent == last.parent && $0.kind == "SPAN_KIND_CLIENT" }
        #expect(attempts.count == 2)
        let failed = try #require(attempts.first { $0.span != last.span })
        #expect(failed.status == "STATUS_CODE_ERROR" && last.status == "STATUS_CODE_UNSET")
        #expect(failed.attributes["error.type"] == "connect_failed")
        let told = origin.requests.compactMap { $0["traceparent"] }
        #expect(told.contains("00-\(last.trace)-\(last.span)-03"))
        let server = try #require(spans.first { $0.span == last.parent })
        #expect(server.status == "STATUS_CODE_UNSET")
    }

    @Test(arguments: [("http", "503,after=1"), ("grpc", "RESOURCE_EXHAUSTED,after=1")])
    func whatTheReceiverCannotTakeNowIsSentAgain(kind: String, answer: String) throws {
        let folder = try TemporaryFolder()
        let receiver = try Receiver(kind, answer, "reject=2", in: folder)
        let origin = try Origin(answering: Answer.echo)
        let gateway = try Gateway(
            configuration(["\(origin.address)"], receiver.endpoint, kind: kind), origins: origin)
        _ = try gateway.client().get("/")
        let time = try measured {
            try eventually("the spans are taken") { try receiver.spans.count == 2 }
        }
        #expect(time > .milliseconds(800))
        try eventually("the answer is counted") {
            try gateway.metric("weir_tracing_spans_dropped_total", "rejected") == 2
        }
        #expect(try gateway.metric("weir_tracing_exports_total", "failed") == 1)
        #expect(try gateway.metric("weir_tracing_exports_total", "partial") == 1)
        try eventually("the log says so") {
            gateway.log.contains("spans cannot be exported")
                && gateway.log.contains("some of these I will not have")
        }
    }

    @Test func noRequestSuffersFromAReceiverThatIsDown() throws {
        let folder = try TemporaryFolder()
        let origin = try Origin(answering: Answer.echo)
        let gateway = try Gateway(
            configuration(
                ["\(origin.address)"], "unix:\(folder.path)/nobody", otlp: ", retry-for: 1ms",
                batch: "{delay: 50ms, size: 10, queue: 20}"), origins: origin)
        let client = try gateway.client()
        for _ in 0..<200 { #expect(try client.get("/").status == 200) }
        try eventually("what cannot be sent is dropped") {
            try gateway.metric("weir_tracing_spans_dropped_total", "expired") > 0
                && gateway.metric("weir_tracing_spans_dropped_total", "overflow") > 0
        }
        #expect(try gateway.metric("weir_tracing_spans_started_total") == 400)
        #expect(try gateway.metric("weir_tracing_spans_exported_total") == 0)
    }

    @Test func aReloadLosesNothing() throws {
        let folder = try TemporaryFolder()
        let receiver = try Receiver("http", in: folder)
        let origin = try Origin(answering: Answer.echo)
        // Nobody would send these for a minute, were it not for the reloads.
        let slow = configuration(
            ["\(origin.address)"], receiver.endpoint, batch: "{delay: 1m}")
        let gateway = try Gateway(slow, origins: origin)
        let client = try gateway.client()
        for _ in 0..<3 { _ = try client.get("/") }
        // The same receiver, soon: it takes over what waits.
        let soon = configuration(["\(origin.address)"], receiver.endpoint)
        try gateway.rewrite(soon.yaml)
        gateway.process.signal(SIGHUP)
        try eventually("the next configuration sends what waits") {
            try receiver.spans.count == 6
        }
        // Another service: the old configuration sends what it has.
        try gateway.rewrite(slow.yaml)
        gateway.process.signal(SIGHUP)
        try eventually("the slow one is back") {
            try gateway.metric("weir_config_generation") == 3
        }
        for _ in 0..<2 { _ = try client.get("/") }
        try gateway.rewrite(
            slow.yaml.replacingOccurrences(of: "service-name: shop", with: "service-name: other"))
        gateway.process.signal(SIGHUP)
        try eventually("the old configuration is over") {
            try gateway.metric("weir_config_generation") == 4
        }
        _ = try client.get("/")
        try eventually("its spans were sent") { try receiver.spans.count == 10 }
    }

    @Test func spansOnStandardOutput() throws {
        let origin = try Origin(answering: Answer.echo)
        let gateway = try Gateway(to: origin) {
            $0.filters = "[{tracing: {exporter: stdout, batch: {delay: 20ms}}}]"
        }
        _ = try gateway.client().get("/")
        try eventually("both spans are written") {
            gateway.folder.read("weir.out").split(separator: "\n").count == 2
        }
        for line in gateway.folder.read("weir.out").split(separator: "\n") {
            let span = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            #expect(span?["trace"] is String && span?["attributes"] is [String: Any])
        }
    }
}
