internal import WeirBase
internal import WeirRuntime

/// Chooses an endpoint.
enum Balancer {
    /// Smooth weighted round-robin: each turn everybody gains their weight, and the richest pays.
    static func roundRobin(_ endpoints: [Endpoint]) -> Endpoint? {
        var total = 0
        var best: Endpoint?
        for endpoint in endpoints {
            endpoint.credit += endpoint.weight
            total += endpoint.weight
            if best.map({ endpoint.credit > $0.credit }) ?? true { best = endpoint }
        }
        best?.credit -= total
        return best
    }

    /// The fewest requests in flight per weight; beyond a few endpoints, the better of two drawn.
    static func leastRequest(
        _ endpoints: [Endpoint], random: SystemRandom
    ) -> Endpoint? {
        func isBetter(_ left: Endpoint, _ right: Endpoint) -> Bool {
            (left.active + 1) * right.weight < (right.active + 1) * left.weight
        }
        if endpoints.count > 16 {
            let first = endpoints[Int(random.next() % UInt64(endpoints.count))]
            let second = endpoints[Int(random.next() % UInt64(endpoints.count))]
            return isBetter(second, first) ? second : first
        }
        // Start anywhere, so that equals share the load.
        let start = Int(random.next() % UInt64(endpoints.count))
        var best: Endpoint?
        for step in 0..<endpoints.count {
            let endpoint = endpoints[(start + step) % endpoints.count]
            if best.map({ isBetter(endpoint, $0) }) ?? true { best = endpoint }
        }
        return best
    }
}
