import Foundation
import Testing
import WeirLiveTesting

/// Faults as real clients see them, and experiments under the hands of an operator.
@Suite struct FaultTests {
    private static let body = String(repeating: "x", count: 20 * 1024)

    private static func gateway(
        _ origin: Origin, _ faults: [(path: String, fault: String)],
        _ change: (inout Configuration) -> Void = { _ in }
    ) throws -> Gateway {
        try Gateway(to: origin) {
            $0.filters = "[fault]"
            $0.listener = ["connection: [http2]"]
            $0.routes = faults.map {
                "match: {path: \($0.path)}, to: origin, filters: {fault: {\($0.fault)}}"
            }
            change(&$0)
        }
    }

    /// curl's exit code, with the status and the number of bytes that it got.
    private static func curl(
        _ gateway: Gateway, _ path: String, _ more: String...
    ) throws -> (exit: Int32, output: String) {
        let result = try CommandResult.of(
            ["curl", "-sS", "-o", "/dev/null", "-w", "%{http_code} %{size_download}"] + more
                + ["http://\(try gateway.address())\(path)"])
        return (result.status, result.output)
    }

    private static let http2 = "--http2-prior-knowledge"

    /// curl's words: 18 for a part of a response, 52 for none, 56 for a reset, 92 for a reset of
    /// an HTTP/2 stream.
    @Test func clientsSeeHowAConnectionEnds() throws {
        let origin = try Origin(answering: { _ in Answer.ok(Self.body) })
        let gateway = try Self.gateway(
            origin,
            [
                ("/reset", "abort: {connection: reset}"),
                ("/close", "abort: {connection: close}, delay: {fixed: 20ms}"),
                ("/cut", "truncate: {after: 10KiB}"),
                ("/broken", "truncate: {after: 10KiB, connection: reset}"),
            ])
        #expect(try Self.curl(gateway, "/reset") == (56, "000 0"))
        #expect(try Self.curl(gateway, "/close") == (52, "000 0"))
        #expect(try Self.curl(gateway, "/cut") == (18, "200 10240"))
        #expect(try Self.curl(gateway, "/broken").exit == 56)
        for path in ["/reset", "/close"] {
            #expect(try Self.curl(gateway, path, Self.http2) == (92, "000 0"))
        }
        for path in ["/cut", "/broken"] {
            #expect(try Self.curl(gateway, path, Self.http2) == (92, "200 10240"))
        }
        #expect(try Self.curl(gateway, "/fine", Self.http2) == (0, "200 20480"))
        let counts = [("fault_reset", 2.0), ("fault_empty_reply", 2), ("fault_truncated", 4)]
        for (cause, count) in counts {
            #expect(
                try gateway.metric("weir_cut_off_responses_total", "\"\(cause)\"") == count)
        }
        try eventually("the access log is written") { gateway.accessLog().count == 9 }
        let log = gateway.accessLog()
        #expect(log.count { $0["cause"] as? String == "fault_reset" } == 2)
        #expect(
            log.count {
                $0["cause"] as? String == "fault_truncated" && $0["status"] as? Int == 200
            } == 4)
    }

    /// A client that is still sending gets to read that there is no answer.
    @Test func anEmptyReplyIsNoResetDuringAnUpload() throws {
        let origin = try Origin(answering: Answer.echo)
        let gateway = try Self.gateway(origin, [("/close", "abort: {connection: close}")])
        let file = "\(gateway.folder.path)/upload"
        try Data(count: 4 << 20).write(to: URL(fileURLWithPath: file))
        #expect(try Self.curl(gateway, "/close", "-T", file).exit == 52)
        #expect(origin.connectionCount == 0)
        #expect(try Self.curl(gateway, "/fine").exit == 0)
    }

    @Test func responsesAreSlowedDown() throws {
        let origin = try Origin(answering: { _ in Answer.ok(Self.body) })
        // Slower than the limits on how long a body may stand still.
        let gateway = try Self.gateway(origin, [("/slow", "throttle: {rate: 20KiB}")]) {
            $0.listener.append("timeouts: {write-idle: 400ms}")
            $0.cluster = ["timeouts: {response-idle: 400ms}"]
        }
        for version in ["--http1.1", Self.http2] {
            var result: (exit: Int32, output: String) = (-1, "")
            let time = try measured { result = try Self.curl(gateway, "/slow", version) }
            #expect(result == (0, "200 20480"))
            #expect(time >= .milliseconds(850))
        }
        #expect(try gateway.metric("weir_fault_injected_total", "throttle") == 2)
        #expect(try gateway.metric("weir_fault_in_flight") == 0)
    }

    @Test func bytesChange() throws {
        let origin = try Origin(answering: { _ in Answer.ok(Self.body) })
        let gateway = try Self.gateway(origin, [("/bad", "corrupt: {bytes: 10%}, seed: 7")])
        let client = try gateway.client()
        let first = try client.get("/bad").body
        let changed = first.count { $0 != UInt8(ascii: "x") }
        // A tenth of 20,480, with a standard deviation of 43.
        #expect(first.count == 20480 && (1700...2400).contains(changed))
        #expect(try client.get("/fine").body.text == Self.body)
    }

    @Test func callersOfGRPCAreToldACode() throws {
        let origin = try Origin(answering: Answer.echo)
        let gateway = try Self.gateway(
            origin,
            [
                ("/weir.Fault/Unavailable", "abort: {grpc-status: 14}, delay: {fixed: 20ms}"),
                ("/weir.Fault/Exhausted", "abort: {grpc-status: 8, status: 200}"),
                ("/weir.Fault/Status", "abort: {status: 503}"),
                ("/weir.Fault/Reset", "abort: {connection: reset}"),
            ])
        let result = try Python.run(
            "grpc_faults.py",
            ["\(try gateway.address())", "Unavailable", "Exhausted", "Status", "Reset"])
        guard result.status == 0 else { throw HarnessError(result.errors) }
        let outcomes = try JSONDecoder().decode(
            [String: String].self, from: Data(result.output.utf8))
        // The library says INTERNAL for a stream that was reset with INTERNAL_ERROR.
        #expect(
            outcomes == [
                "Unavailable": "UNAVAILABLE", "Exhausted": "RESOURCE_EXHAUSTED",
                "Status": "UNAVAILABLE", "Reset": "INTERNAL",
            ])
    }

    @Test func requestsAskForFaultsWhereTheyMay() throws {
        let origin = try Origin(answering: Answer.echo)
        let gateway = try Self.gateway(
            origin, [("/ask", "from-headers: {allowed: true, max-delay: 50ms}")])
        let client = try gateway.client()
        #expect(try client.get("/ask", "x-weir-fault-abort: 418").status == 418)
        #expect(try client.get("/other", "x-weir-fault-abort: 418").status == 200)
        let time = try measured {
            _ = try client.get("/ask", "x-weir-fault-delay: 1h", "x-own: 1")
        }
        #expect(time >= .milliseconds(50) && time < patience)
        let asked = try #require(origin.requests.last)
        #expect(asked["x-own"] == "1" && asked["x-weir-fault-delay"] == nil)
        #expect(
            try Self.curl(gateway, "/ask", "-H", "x-weir-fault-abort: close").exit == 52)
    }

    // MARK: Operators

    private static let experiment =
        "name: checkout, abort: {status: 503, percentage: 100%}, for: 1h"

    @Test func operatorsSwitchWithoutAReload() throws {
        let origin = try Origin(answering: Answer.echo)
        let gateway = try Self.gateway(origin, [("/pay", Self.experiment)])
        let client = try gateway.client()
        let control = "/controls/fault/checkout"
        #expect(try client.get("/pay").status == 503)
        var answer = try gateway.admin("POST", "\(control)?enabled=false")
        #expect(answer.status == 200 && answer.body.text.contains(#""enabled": "false""#))
        #expect(try client.get("/pay").status == 200)
        #expect(try gateway.metric("weir_fault_suppressed_total", "checkout", "disabled") == 1)
        // What was said stays over a reload, and counts for every configuration of that name.
        #expect(try gateway.admin("POST", "/reload").status == 200)
        try eventually("it is in service") {
            try gateway.metric("weir_config_generation") == 2
        }
        let next = try gateway.client()
        #expect(try next.get("/pay").status == 200)
        answer = try gateway.admin("POST", "\(control)?enabled=true&abort-percentage=0%25")
        #expect(answer.status == 200)
        #expect(try next.get("/pay").status == 200)
        #expect(
            try gateway.admin("GET", control).body.text.contains(#""abort-percentage": "0%""#))
        #expect(
            try gateway.admin("POST", "\(control)?abort-percentage=configured").status == 200)
        #expect(try next.get("/pay").status == 503)
        answer = try gateway.admin("POST", "\(control)?enabled=false&abort-percentage=200")
        #expect(answer.status == 422 && answer.body.text.contains("abort-percentage"))
        #expect(try next.get("/pay").status == 503)
    }

    /// A seed's sequence is one for all workers: how many of so many requests it hits is known.
    @Test func aSeedHitsAsManyWhateverWorkerAsks() throws {
        let origin = try Origin(answering: Answer.echo)
        let counts = try (0..<2).map { _ in
            let gateway = try Self.gateway(
                origin, [("/some", "abort: {status: 503, percentage: 30%}, seed: 42")])
            var hits = 0
            for _ in 0..<20 {
                // Connections are spread over the workers.
                let client = try gateway.client()
                for _ in 0..<10 where try client.get("/some").status == 503 { hits += 1 }
            }
            return hits
        }
        #expect(counts[0] == counts[1])
        // 60 of 200, with a standard deviation of 6.5.
        #expect((20...100).contains(counts[0]))
    }

    @Test func aCeilingKeepsAnExperimentSmall() throws {
        let origin = try Origin(answering: Answer.echo)
        let gateway = try Self.gateway(
            origin, [("/slow", "delay: {fixed: 30s}, max-concurrent: 2, name: slow")])
        let waiting = try (0..<2).map { _ in
            let client = try gateway.client()
            try client.send("GET /slow HTTP/1.1\r\nhost: a\r\n\r\n")
            return client
        }
        try eventually("two wait") { try gateway.metric("weir_fault_in_flight", "slow") == 2 }
        // A third one does not wait at all.
        var status: Int?
        let time = try measured { status = try gateway.client().get("/slow").status }
        #expect(status == 200 && time < .seconds(20))
        #expect(try gateway.metric("weir_fault_suppressed_total", "ceiling") == 1)
        for client in waiting { client.socket.close() }
        try eventually("none waits") { try gateway.metric("weir_fault_in_flight", "slow") == 0 }
    }
}
