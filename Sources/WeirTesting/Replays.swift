internal import WeirBase
internal import WeirFilter

/// One variation of an exchange.
struct Replay {
    /// What differs from everything arriving at once, alone in the chain.
    let name: String
    /// The chain.
    var filters: [TestFilter]
    /// The request.
    var request: TestRequest
    /// How it is delivered.
    var delivery = Delivery()
    /// Whether what comes out must be the same.
    var isEquivalent = true
}

extension Replay {
    /// The variations that must come to the same.
    static func equivalent(
        _ filters: [TestFilter], _ request: TestRequest, responseBody: ByteString?
    ) -> [Replay] {
        var replays: [Replay] = []
        func add(_ delivery: Delivery) {
            replays.append(
                Replay(
                    name: delivery.description, filters: filters, request: request,
                    delivery: delivery))
        }
        for split in splits(request.body) { add(Delivery(request: split)) }
        for split in splits(responseBody) { add(Delivery(response: split)) }
        add(Delivery(request: .bytes, response: .bytes))
        var slow = Delivery(request: .bytes, response: .bytes)
        slow.refusals = 2
        slow.gap = .milliseconds(1)
        add(slow)
        slow = Delivery(request: .lateEnd, response: .lateEnd)
        slow.refusals = 1
        slow.gap = .seconds(1)
        add(slow)

        var reversed = request
        reversed.headers = request.headers.reversed
        var shouted = request
        shouted.headers = request.headers.shouted
        replays += [
            Replay(name: "fields in reverse order", filters: filters, request: reversed),
            Replay(name: "field names in upper case", filters: filters, request: shouted),
        ]
        for (name, probe) in [("pauses", Probe.pausing), ("buffers", Probe.buffering)] {
            for delivery in [Delivery(), Delivery(request: .bytes, response: .bytes)] {
                replays += [
                    Replay(
                        name: "a filter before \(name), \(delivery)", filters: [probe] + filters,
                        request: request, delivery: delivery),
                    Replay(
                        name: "a filter after \(name), \(delivery)", filters: filters + [probe],
                        request: request, delivery: delivery),
                ]
            }
        }
        return replays
    }

    /// The variations that come to something else, but keep the rules.
    static func disturbed(_ filters: [TestFilter], _ request: TestRequest) -> [Replay] {
        let probes: [(String, TestFilter)] = [
            ("the request's head", Probe.answering(in: .requestHeaders)),
            ("the request's body", Probe.answering(in: .requestBody)),
            (
                "the buffered request",
                Probe.answering(in: .requestBody, buffering: .requestHeaders)
            ),
            ("the request's trailers", Probe.answering(in: .requestTrailers)),
            ("the response's head", Probe.answering(in: .responseHeaders)),
            (
                "the buffered response",
                Probe.answering(in: .responseBody, buffering: .responseHeaders)
            ),
            ("the response's body", Probe.answering(in: .responseBody)),
        ]
        let bytes = Delivery(request: .bytes, response: .bytes)
        var early = bytes
        early.answersEarly = true
        var replays = [Replay(name: "early answer", filters: filters, request: request)]
        replays[0].delivery = early
        for (moment, probe) in probes {
            for delivery in [Delivery(), bytes, early] {
                replays += [
                    Replay(
                        name: "a filter before answers \(moment), \(delivery)",
                        filters: [probe] + filters, request: request, delivery: delivery),
                    Replay(
                        name: "a filter after answers \(moment), \(delivery)",
                        filters: filters + [probe], request: request, delivery: delivery),
                ]
            }
        }
        for index in replays.indices { replays[index].isEquivalent = false }
        return replays
    }

    /// Every way to cut a short body in two; for a long one the ends and some places in between.
    private static func splits(_ body: ByteString?) -> [Delivery.Split] {
        guard let count = body?.count else { return [] }
        let places =
            count <= 128
            ? Array(1..<max(count, 1))
            : [1, 2, count - 1] + stride(from: 3, to: count, by: count / 61)
        return [.lateEnd] + places.map { .at($0) }
    }
}
