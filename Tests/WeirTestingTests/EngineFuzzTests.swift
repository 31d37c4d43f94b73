import Testing
import WeirBase
import WeirFilter
import WeirTesting

/// Chains of filters that decide at random, hundreds of thousands of calls long. What they decide
/// repeats with the seed, which a failure names.
@Suite struct EngineFuzzTests {
    /// What a random filter may do.
    struct Temper: Sendable {
        var respond = 0
        var drop = 0
        var late = 0
        var pause = 20
        var buffer = 10
        var limit = 1 << 20
    }

    private static func filter(_ name: String, _ phases: Phases, _ temper: Temper) -> TestFilter {
        TestFilter(name, phases) {
            ClosureFilter { phase, chunk, _, stream in
                if phase == .streamComplete { return .continue }
                if let chunk, stream.random.next() % 4 == 0 {
                    chunk.keep(from: Int(stream.random.next() % 4))
                }
                let isHead = phase == .requestHeaders || phase == .responseHeaders
                return decide(Int(stream.random.next() % 100), isHead, temper, stream)
            }
        }
    }

    private static func decide(
        _ draw: Int, _ isHead: Bool, _ temper: Temper, _ stream: FilterStream
    ) -> Verdict {
        var left = draw
        func drawn(_ share: Int) -> Bool {
            left -= share
            return left < 0
        }
        if drawn(temper.respond) { return .respond(LocalResponse(status: 418, cause: "fuzz")) }
        if drawn(temper.drop) { return stream.pause { _ in } }
        if drawn(temper.late) {
            return stream.pause { $0.respond(LocalResponse(status: 419, cause: "fuzz_late")) }
        }
        if drawn(temper.pause / 2) {
            return stream.pause(for: .milliseconds(Int64(stream.random.next() % 20)))
        }
        if drawn(temper.pause / 4) { return stream.pause { $0.resume() } }
        if drawn(temper.pause / 4) { return stream.pause { $0.askAgain() } }
        // In a body phase it is an error, which is tried as well when errors may happen.
        if drawn(temper.buffer), isHead || temper.drop > 0 { return .buffer(upTo: temper.limit) }
        return .continue
    }

    private static func chain(_ random: SeededRandom, _ temper: Temper) -> [TestFilter] {
        (0..<Int(random.next() % 6)).map { index in
            let phases = Phases(rawValue: UInt8(truncatingIfNeeded: random.next()) & 127)
            return filter("f\(index)", random.next() % 3 == 0 ? .all : phases, temper)
        }
    }

    private static func delivery(_ random: SeededRandom) -> Delivery {
        func split() -> Delivery.Split {
            switch random.next() % 4 {
            case 0: .whole
            case 1: .bytes
            case 2: .lateEnd
            default: .at(Int(random.next() % 10))
            }
        }
        var delivery = Delivery(request: split(), response: split())
        delivery.refusals = Int(random.next() % 3)
        delivery.gap = .milliseconds(Int64(random.next() % 3) * 5)
        delivery.answersEarly = random.next() % 4 == 0
        if random.next() % 4 == 0 { delivery.resetAt = Int(random.next() % 40) }
        return delivery
    }

    private static func request(_ random: SeededRandom) -> TestRequest {
        let bodies: [ByteString?] = [nil, "", "x", "0123456789"]
        return TestRequest(
            "POST", body: bodies[Int(random.next() % 4)],
            trailers: random.next() % 3 == 0 ? ["x-t": "1"] : nil)
    }

    /// Filters that let everything pass, sooner or later: nothing may be lost, doubled or mixed.
    @Test(arguments: 0..<20)
    func patientChainsPassEverything(block: UInt64) throws {
        for seed in block * 100..<block * 100 + 100 {
            let random = SeededRandom(seed: seed)
            let test = try FilterTest(Self.chain(random, Temper()), seed: seed)
            for _ in 0..<3 {
                let request = Self.request(random)
                let answer = TestResponse(
                    200, body: ["", "ok", nil, "0123456789"][Int(random.next() % 4)],
                    trailers: random.next() % 3 == 0 ? ["x-t": "2"] : nil)
                var delivery = Self.delivery(random)
                delivery.resetAt = nil
                delivery.answersEarly = false
                let result = try test.exchange(request, delivery: delivery) { _ in answer }
                let asked = try #require(result.upstreamRequest)
                #expect(asked.body == (request.trailers == nil ? request.body : request.body ?? ""))
                #expect(asked.trailers == request.trailers)
                let got = try #require(result.response)
                #expect(got.body == (answer.trailers == nil ? answer.body : answer.body ?? ""))
                #expect(got.trailers == answer.trailers)
                #expect(result.isComplete && result.cause.isEmpty, "seed \(seed)")
            }
        }
    }

    /// Filters that do what they like: every stream ends, and no rule is broken.
    @Test(arguments: 0..<20)
    func wildChainsKeepTheRules(block: UInt64) throws {
        for seed in block * 200..<block * 200 + 200 {
            let random = SeededRandom(seed: seed)
            let temper = Temper(respond: 3, drop: 2, late: 3, pause: 24, buffer: 12, limit: 5)
            let test = try FilterTest(Self.chain(random, temper), seed: seed)
            for _ in 0..<4 {
                let exchange = test.begin(
                    Self.request(random), delivery: Self.delivery(random)
                ) { _ in TestResponse(body: "0123456789", trailers: ["x-t": "2"]) }
                do {
                    try exchange.run()
                    try exchange.checkRules()
                } catch {
                    Issue.record("seed \(seed): \(error)")
                }
                let result = exchange.result
                // An answer that came too late for a head is the only way to a cut-off one.
                #expect(result.isComplete || !result.cause.isEmpty, "seed \(seed)")
            }
        }
    }
}
