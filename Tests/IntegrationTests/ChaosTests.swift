import Foundation
import Synchronization
import Testing
import WeirLiveTesting

/// Clients and origins that misbehave at random, all at once: the gateway outlives them, and no
/// answer ever reaches a request that it does not belong to.
@Suite struct ChaosTests {
    /// The same numbers for the same seed, so that a failure can be looked for again.
    struct Numbers: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
            return mixed ^ mixed >> 31
        }
    }

    /// Does something that the target does not foresee, now and then.
    static func originScript(_ seed: UInt64) -> Origin.Script {
        { connection in
            var numbers = Numbers(state: seed &+ UInt64(connection.index))
            while let head = try connection.head() {
                let mark = head["x-mark"] ?? "none"
                let body =
                    mark
                    + String(repeating: ".", count: Int.random(in: 0...20_000, using: &numbers))
                let action = Int.random(in: 0..<12, using: &numbers)
                if action == 0 { return }
                if action == 1 { return connection.reset() }
                if action == 2 {
                    try connection.send("HTTP/1.1 200 OK\r\ncontent-length: 99999\r\n\r\n\(body)")
                    return
                }
                if action == 3 { return try connection.send("nonsense\r\n\r\n") }
                if action != 4 { _ = try connection.body(of: head) }
                if action == 5 { try connection.send("HTTP/1.1 103 Early Hints\r\nx: y\r\n\r\n") }
                if action == 6 {
                    let size = String(body.utf8.count, radix: 16)
                    try connection.send(
                        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\nx-mark: \(mark)\r\n\r\n"
                            + "\(size)\r\n\(body)\r\n0\r\n\r\n")
                } else {
                    try connection.send(Answer.ok(body, "x-mark: \(mark)"))
                }
                if action == 4 || action == 7 { return }
            }
        }
    }

    /// One client's requests; whatever fails ends the connection, which is allowed.
    static func visit(_ address: Address, _ mark: String, _ numbers: inout Numbers) throws -> Int {
        let client = try RawClient(address)
        var answered = 0
        for turn in 0..<Int.random(in: 1...6, using: &numbers) {
            let own = "\(mark)-\(turn)"
            let head = "host: a\r\nx-mark: \(own)\r\n"
            let body = String(repeating: "b", count: Int.random(in: 0...50_000, using: &numbers))
            let request =
                switch Int.random(in: 0..<4, using: &numbers) {
                case 0:
                    "POST / HTTP/1.1\r\n\(head)content-length: \(body.utf8.count)\r\n\r\n\(body)"
                case 1:
                    "POST / HTTP/1.1\r\n\(head)transfer-encoding: chunked\r\n\r\n"
                        + String(body.utf8.count + 1, radix: 16) + "\r\n\(body)x\r\n0\r\n\r\n"
                default: "GET / HTTP/1.1\r\n\(head)\r\n"
                }
            switch Int.random(in: 0..<10, using: &numbers) {
            case 0:
                // Leaves in the middle of what it says.
                let part = Array(
                    request.utf8.prefix(Int.random(in: 0...request.utf8.count, using: &numbers)))
                try client.send(part)
                return answered
            case 1:
                try client.send(request)
                client.socket.reset()
                return answered
            case 2:
                try client.send(request + "\u{1}\u{2} nonsense\r\n\r\n")
            default: try client.send(request)
            }
            var response = try client.response()
            while response.status == 103 { response = try client.response() }
            answered += 1
            if let theirs = response["x-mark"], theirs != own || !response.body.text.hasPrefix(own)
            {
                throw Mixed(own: own, theirs: theirs)
            }
            if response["connection"] == "close" { return answered }
        }
        return answered
    }

    struct Mixed: Error {
        let own: String
        let theirs: String
    }

    @Test(arguments: [1, 2]) func survivesEverybody(_ workers: Int) throws {
        let seed = UInt64(workers) &* 7919
        let origins = [
            try Origin(Self.originScript(seed)), try Origin(Self.originScript(seed + 1)),
        ]
        var configuration = Configuration(origins[0], origins[1])
        configuration.workers = workers
        configuration.filters = "[request-id, {fault: {delay: {duration: 1ms, percentage: 10%}}}]"
        configuration.cluster = ["pool: {connections: 4, pending: 4}"]
        let gateway = try Gateway(configuration, origins: origins[0], origins[1])
        let address = try gateway.address()
        let running = Atomic<Int>(6)
        let answered = Atomic<Int>(0)
        let mixed = Mutex<[String]>([])
        for index in 0..<6 {
            Thread.detachNewThread {
                var numbers = Numbers(state: seed &+ UInt64(index) << 32)
                for turn in 0..<60 {
                    do {
                        let count = try Self.visit(address, "\(index)-\(turn)", &numbers)
                        answered.add(count, ordering: .relaxed)
                    } catch let error as Mixed {
                        mixed.withLock { $0.append("\(error.own) got \(error.theirs)") }
                    } catch {}
                }
                running.subtract(1, ordering: .relaxed)
            }
        }
        try eventually("all have left", within: .seconds(60)) {
            running.load(ordering: .relaxed) == 0 || !gateway.process.isRunning
        }
        #expect(gateway.process.isRunning, "\(gateway.log.suffix(2000))")
        #expect(mixed.withLock { $0 } == [])
        #expect(answered.load(ordering: .relaxed) > 300)
        try eventually("nothing stays behind") {
            let clusters = try AdminTests.object(gateway.admin("GET", "/clusters"))
            let cluster = (clusters as? [[String: Any]])?.first
            let endpoints = cluster?["endpoints"] as? [[String: Any]] ?? []
            let active = endpoints.reduce(0) { $0 + ($1["active"] as? Int ?? 0) }
            let open = try gateway.metric("weir_listener_open_connections", "edge")
            return open == 0 && active == 0 && cluster?["pending"] as? Int == 0
                && cluster?["open"] as? Int == cluster?["idle"] as? Int
        }
        #expect(try gateway.stop() == 0)
    }
}
