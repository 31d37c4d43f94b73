import Foundation
import Testing
import WeirLiveTesting

/// Limits in a Redis Cluster of three real nodes.
@Suite(.serialized) struct RedisClusterTests {
    private static let limits =
        "limits: [{name: keyed, requests: 2, per: hour, key: \"header:x-key\"}, "
        + "{name: all, requests: 1000, per: hour}]"

    /// What the response says is left of the limit on all requests.
    private func left(_ message: Message) -> Int? {
        let text = message["ratelimit"] ?? ""
        guard let start = text.range(of: "\"all\";r=") else { return nil }
        return Int(text[start.upperBound...].prefix(while: \.isNumber))
    }

    @Test func slotsAreFollowedToTheirNodes() throws {
        let cluster = try RedisCluster()
        let gateways = try (0..<2).map { _ in
            try RedisLimitTests.gateway(cluster.nodes[0], limit: Self.limits, workers: 1)
        }
        let clients = try gateways.map { try $0.client() }
        for key in 0..<30 {
            let statuses = try (0..<3).map { try clients[$0 % 2].get("/", "x-key: k\(key)").status }
            #expect(statuses == [200, 200, 429], "k\(key)")
        }
        for gateway in gateways {
            #expect(
                try gateway.metric("weir_rate_limit_store_calls_total", "outcome=\"failed\"") == 0)
        }
        #expect(try cluster.nodes.allSatisfy { try !$0.keys("weir:keyed:*").isEmpty })
        // 60 were admitted; what the 30 refused ones took of the other limit was given back.
        try eventually("all of it is given back") {
            let response = try clients[0].get("/", "x-key: \(UUID().uuidString)")
            let asked = try cluster.places(of: "weir:keyed:*").count - 30
            return left(response) == 1000 - 60 - asked
        }
    }

    @Test func aSlotThatMovesIsAskedWhereItGoes() throws {
        let cluster = try RedisCluster()
        let gateway = try RedisLimitTests.gateway(
            cluster.nodes[0], limit: "name: keyed, requests: 2, per: hour, key: \"header:x-key\"",
            workers: 1)
        let client = try gateway.client()
        #expect(try client.get("/", "x-key: a").status == 200)
        let (source, key) = try #require(cluster.places(of: "weir:keyed:*").first)
        let target = try #require(cluster.nodes.first { $0 !== source })
        let slot = String(try source.say("CLUSTER", "KEYSLOT", key).dropFirst())
        let (from, to) = (try source.say("CLUSTER", "MYID"), try target.say("CLUSTER", "MYID"))
        #expect(try target.say("CLUSTER", "SETSLOT", slot, "IMPORTING", from) == "+OK")
        #expect(try source.say("CLUSTER", "SETSLOT", slot, "MIGRATING", to) == "+OK")
        // The key has gone already, the slot not yet.
        #expect(try source.say("DEL", key) == ":1")
        let statuses = try (0..<3).map { _ in try client.get("/", "x-key: a").status }
        #expect(statuses == [200, 200, 429])
        #expect(try target.keys("weir:keyed:*") == [key])
        for node in cluster.nodes {
            #expect(try node.say("CLUSTER", "SETSLOT", slot, "NODE", to) == "+OK")
        }
        #expect(try client.get("/", "x-key: a").status == 429)
        #expect(try gateway.metric("weir_rate_limit_store_calls_total", "failed") == 0)
    }
}
