import Foundation
import Testing
import WeirLiveTesting

/// The `rate-limit` filter in the command: two workers, real clients.
@Suite struct RateLimitTests {
    /// A gateway with two workers and that limit, whose routes answer by themselves.
    private func gateway(_ limit: String, _ routes: [String] = []) throws -> Gateway {
        try Gateway(yaml: yaml(limit, routes))
    }

    private func yaml(_ limit: String, _ routes: [String] = []) -> String {
        var configuration = Configuration(endpoints: ["127.0.0.1:1"])
        configuration.filters = "[{rate-limit: \(limit)}]"
        configuration.routes = routes + ["match: {path: /**}, respond: {body: hi}"]
        return configuration.yaml
    }

    /// What wrk says: how many responses came, and how many of them were refusals.
    private func load(
        _ gateway: Gateway, seconds: Int = 2, script: String? = nil
    ) throws -> (responses: Int, refusals: Int) {
        var command = ["/usr/bin/env", "wrk", "-t", "2", "-c", "32", "-d", "\(seconds)s"]
        if let script { command += ["-s", script] }
        let output = try CommandResult.of(command + ["http://\(gateway.address())/"]).output
        func number(before text: String) -> Int? {
            output.range(of: text).flatMap { range in
                output[..<range.lowerBound].split { !$0.isNumber }.last.flatMap { Int($0) }
            }
        }
        let refusals = output.split(separator: "\n").first { $0.contains("Non-2xx") }
            .flatMap { $0.split(separator: " ").last.flatMap { Int($0) } }
        guard let responses = number(before: " requests in") else {
            throw HarnessError("wrk said: \(output)")
        }
        return (responses, refusals ?? 0)
    }

    /// Both workers at full load against one count: the burst is admitted, to the request.
    @Test func theBurstIsExactOverWorkers() throws {
        let gateway = try gateway(
            "{name: all, requests: 1, per: 365d, burst: 10}",
            [
                "match: {path: /}, respond: {body: hi}, filters: {rate-limit: {limits: ["
                    + "{name: one, requests: 1, per: 1d, burst: 2500}, "
                    + "{name: client, requests: 1, per: 1d, burst: 2000, key: client-address}]}}"
            ])
        let (responses, refusals) = try load(gateway)
        #expect(responses > 3000)
        #expect(responses - refusals == 2000)
        func count(_ limit: String, _ outcome: String) throws -> Double {
            try gateway.metric(
                "weir_rate_limit_requests_total", "limit=\"\(limit)\"", "outcome=\"\(outcome)\"")
        }
        #expect(try count("client", "allowed") == 2000 && count("one", "allowed") == 2000)
        #expect(try count("one", "limited") == 0, "what one limit refuses counts under no other")
        #expect(try count("all", "allowed") == 0, "the route's limits replace the chain's")
        #expect(try gateway.metric("weir_rate_limit_keys", "limit=\"client\"") == 1)
    }

    /// What is refilled while the load lasts is admitted besides, and nothing else.
    @Test func theRateIsExactOverWorkers() throws {
        let gateway = try gateway("{requests: 200, per: second, burst: 50}")
        let time = Date()
        let (responses, refusals) = try load(gateway, seconds: 3)
        let elapsed = Date().timeIntervalSince(time)
        let admitted = responses - refusals
        #expect(refusals > 1000)
        // The load lasts at least three seconds, and no longer than what was measured around it.
        #expect(admitted >= 50 + 600 - 10 && Double(admitted) <= 51 + 200 * elapsed)
    }

    /// Far more keys than there is room for, each new: memory stays within its bound.
    @Test func manyKeysTakeBoundedMemory() throws {
        let gateway = try gateway(
            "{name: n, requests: 1, per: hour, key: header:x-key, max-keys: 4000}")
        // Before memory is looked at, requests like the later ones go all the way: what
        // connections, buffers and the log take is not the table's.
        for name in ["early", "late"] {
            try gateway.folder.write(
                """
                local count = 0
                local threads = 0
                function setup(thread) threads = threads + 1; thread:set("id", threads) end
                function request()
                  count = count + 1
                  wrk.headers["x-key"] = "\(name)-" .. id .. "-" .. count
                  return wrk.format()
                end
                """, to: "\(name).lua")
        }
        _ = try load(gateway, seconds: 2, script: "\(gateway.folder.path)/early.lua")
        let before = gateway.memory
        let (responses, refusals) = try load(
            gateway, seconds: 4, script: "\(gateway.folder.path)/late.lua")
        #expect(responses > 12_000 && refusals == 0)
        // 4000 keys and a quarter, in whole buckets of 64 shards.
        #expect(try gateway.metric("weir_rate_limit_keys") <= 4000 * 5 / 4 + 64 * 8)
        let evictions = try gateway.metric("weir_rate_limit_evictions_total")
        #expect(evictions >= Double(responses - 4000 * 5 / 4 - 64 * 8))
        // KiB, of which the table takes 200. Buffers that the load needed are let go of by halves.
        try eventually("memory is within its bound") { gateway.memory - before < 4096 }
    }

    @Test func aReloadKeepsTheCountsOfLimitsThatStay() throws {
        let gateway = try gateway("{requests: 3, per: day}")
        let client = try gateway.client()
        for _ in 0..<3 { #expect(try client.get().status == 200) }
        #expect(try client.get().status == 429)
        try gateway.rewrite(yaml("{requests: 3, per: day, headers: draft}"))
        #expect(try gateway.admin("POST", "/reload").status == 200)
        try eventually("it is in service") { try client.get()["ratelimit"] != nil }
        #expect(try client.get().status == 429)
        try gateway.rewrite(yaml("{requests: 4, per: day, headers: draft}"))
        #expect(try gateway.admin("POST", "/reload").status == 200)
        try eventually("it is in service") { try client.get().status == 200 }
        #expect(try gateway.metric("weir_rate_limit_keys", "limit=\"3-per-day\"") == 0)
    }

    @Test func clientsAreTold() throws {
        let gateway = try gateway("{name: few, requests: 2, per: minute, headers: draft}")
        let client = try gateway.client()
        let first = try client.get()
        #expect(first.status == 200 && first["retry-after"] == nil)
        #expect(first["ratelimit-policy"] == "\"few\";q=2;w=60")
        #expect(first["ratelimit"] == "\"few\";r=1;t=30")
        _ = try client.get()
        let refused = try client.get()
        #expect(refused.status == 429 && refused.cause == "rate_limited")
        #expect(refused["ratelimit"] == "\"few\";r=0;t=60" && refused["retry-after"] == "30")
        let call = try client.exchange(
            "POST /a.B/C HTTP/1.1\r\nhost: a\r\ncontent-type: application/grpc\r\n"
                + "content-length: 0\r\n\r\n")
        #expect(call.status == 200 && call["grpc-status"] == "8", "RESOURCE_EXHAUSTED")
    }
}
