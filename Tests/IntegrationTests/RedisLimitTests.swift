import Foundation
import Testing
import WeirLiveTesting

/// Limits that several gateways share, in a real Redis.
@Suite struct RedisLimitTests {
    /// A gateway whose requests are limited in Redis.
    static func gateway(
        _ redis: RedisServer, limit: String, port: UInt16? = nil, codec: String = "redis",
        store: String = "when-unavailable: deny, timeout: 2s", workers: Int = 2,
        _ more: (inout Configuration) -> Void = { _ in }
    ) throws -> Gateway {
        let origin = try Origin { connection in
            while try connection.request() != nil {
                try connection.send("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
            }
        }
        var configuration = Configuration(origin)
        configuration.workers = workers
        configuration.filters =
            "[rate-limit: {\(limit), headers: draft, store: {redis: {cluster: limits, \(store)}}}]"
        // The last lines of the file are those of the cluster.
        configuration.cluster.append(
            "pool: {connections: 256}")
        more(&configuration)
        let yaml =
            configuration.yaml
            + "\n  limits: {endpoints: [\"127.0.0.1:\(port ?? redis.port)\"], "
            + "connection: [\(codec)]}\n"
        return try Gateway(yaml: yaml, origins: [origin])
    }

    @Test func gatewaysShareALimit() throws {
        let redis = try RedisServer()
        let limit = "requests: 5, per: hour, key: \"header:x-key\""
        let gateways = try [Self.gateway(redis, limit: limit), Self.gateway(redis, limit: limit)]
        let clients = try gateways.map { try $0.client() }
        var statuses: [Int] = []
        for index in 0..<8 {
            let response = try clients[index % 2].get("/", "x-key: a")
            statuses.append(response.status)
            #expect(response["ratelimit"]?.contains("r=\(max(0, 4 - index))") == true)
        }
        #expect(statuses == [200, 200, 200, 200, 200, 429, 429, 429])
        #expect(try clients[0].get("/", "x-key: b").status == 200)
        let refused = try clients[1].get("/", "x-key: a")
        #expect(refused.cause == "rate_limited")
        #expect(refused["retry-after"].flatMap { Int($0) }.map { (1...720).contains($0) } == true)
        // The digest is that of the script: after the first request nobody sends it in full.
        #expect(try redis.calls(of: "eval") == 1)
        #expect(try redis.calls(of: "evalsha") == 10)
        #expect(try redis.say("PTTL", #require(keys(redis).first)).hasPrefix(":-") == false)
    }

    /// Two gateways under more load than the limit lets through, from the first moment to the last.
    @Test func theLimitHoldsUnderLoad() throws {
        let redis = try RedisServer()
        let limit = "requests: 300, per: second, burst: 150, name: shared"
        let gateways = try [Self.gateway(redis, limit: limit), Self.gateway(redis, limit: limit)]
        let seconds = 4
        let loads = try Loads(gateways)
        let elapsed = try measured { try loads.run(seconds: seconds) }
        let admitted = try gateways.reduce(0) {
            $0 + (try $1.metric("weir_rate_limit_requests_total", "outcome=\"allowed\""))
        }
        let refused = try gateways.reduce(0) {
            $0 + (try $1.metric("weir_rate_limit_requests_total", "outcome=\"limited\""))
        }
        #expect(refused > admitted / 4, "the load was no load")
        // All of the load lies between these two times.
        let most = 300 * elapsed.seconds + 150
        let least = 0.99 * (300 * Double(seconds) + 150)
        #expect(admitted <= most && admitted >= least, "\(least) to \(most): \(admitted)")
        for gateway in gateways {
            #expect(try gateway.metric("weir_rate_limit_store_calls_total", "failed") == 0)
        }
    }

    /// Redis goes without a word, and comes back.
    @Test(arguments: ["allow", "deny", "local"])
    func nothingIsLostButRedis(_ policy: String) throws {
        let redis = try RedisServer()
        let gateway = try Self.gateway(
            redis, limit: "requests: 100000000, per: second",
            store: "when-unavailable: \(policy), timeout: 250ms")
        let loads = try Loads([gateway])
        try loads.start(seconds: 4)
        func answered() throws -> Double {
            try gateway.metric("weir_rate_limit_store_calls_total", "answered")
        }
        try eventually("Redis decides") { try answered() > 100 }
        try redis.kill()
        try eventually("Redis is missed") {
            try gateway.metric("weir_rate_limit_store_calls_total", "skipped") > 100
        }
        let before = try answered()
        try redis.start()
        let recovery = try measured {
            try eventually("Redis decides again") { try answered() > before }
        }
        #expect(recovery < .seconds(1))
        try loads.finish()
        // Nobody lost a connection, and nobody got anything but what the policy says.
        #expect(loads.errors == 0, "\(loads.report)")
        let (unavailable, others) = try (
            gateway.metric("weir_local_responses_total", "rate_limit_unavailable"),
            gateway.metric("weir_route_requests_total", "class=\"5xx\"")
        )
        #expect((unavailable > 0) == (policy == "deny"))
        #expect(others == unavailable)
        try eventually("the log tells of both") {
            gateway.log.contains("does not decide about limits")
                && gateway.log.contains("decides about limits again")
        }
    }

    @Test func redisBehindTLSWithAPassword() throws {
        let certificates = try Certificates.shared.get()
        let redis = try RedisServer(
            certificates: certificates,
            [
                "--user", "edge", "on", ">s3cret", "~weir:*", "+evalsha", "+eval", "+mget", "+set",
                "+time",
            ])
        let limit = "requests: 1, per: hour"
        func codec(_ password: String) -> String {
            "tls: {ca: \(certificates.authority)}, redis: {username: edge, password: \(password)}"
        }
        let gateway = try Self.gateway(
            redis, limit: limit, port: redis.securePort, codec: codec("s3cret"))
        let client = try gateway.client()
        #expect(try client.get("/").status == 200)
        #expect(try client.get("/").status == 429)
        let stranger = try Self.gateway(
            redis, limit: limit, port: redis.securePort, codec: codec("other"))
        #expect(try stranger.client().get("/").cause == "rate_limit_unavailable")
        #expect(
            try stranger.metric("weir_connection_failures_total", "redis_auth_failed") > 0)
    }

    private func keys(_ redis: RedisServer) throws -> [String] { try redis.keys("weir:*") }
}
