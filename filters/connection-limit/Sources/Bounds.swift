internal import WeirBase
internal import WeirFilter

/// What may be, checked.
struct Bounds: Sendable {
    let perListener: Int?
    let perClient: Int?
    let rate: RateBound?
    let ipv6Prefix: Int
    /// What makes it the same limit as another entry's, or as that of the configuration before.
    let identity: String

    init(
        perListener: Int?, perClient: Int?, rate: RateBound?, ipv6Prefix: Int = 64,
        identity: String = ""
    ) {
        self.perListener = perListener
        self.perClient = perClient
        self.rate = rate
        self.ipv6Prefix = ipv6Prefix
        self.identity = identity
    }

    init(_ configuration: ConnectionLimit.Configuration) throws {
        guard
            configuration.perListener != nil || configuration.perClient != nil
                || configuration.rate != nil
        else { throw ConfigurationError("expected `per-listener`, `per-client` or `rate`") }
        func check(_ value: Int?, _ range: ClosedRange<Int>, _ path: String...) throws -> Int? {
            guard let value, !range.contains(value) else { return value }
            throw ConfigurationError(
                at: path, "expected \(range.lowerBound) to \(range.upperBound), found \(value)")
        }
        perListener = try check(configuration.perListener, 1...10_000_000, "per-listener")
        perClient = try check(configuration.perClient, 1...10_000_000, "per-client")
        ipv6Prefix = try check(configuration.ipv6Prefix, 1...128, "ipv6-prefix") ?? 64
        identity = try Self.identity(configuration, ipv6Prefix)
        rate = try configuration.rate.map { rate in
            let most = 1...1_000_000_000
            let connections = try check(rate.connections, most, "rate", "connections")
            let burst = try check(rate.burst, most, "rate", "burst")
            let clients = try check(rate.maxClients, 1...100_000_000, "rate", "max-clients")
            let period = rate.per.interval.interval
            guard period >= .milliseconds(1), period <= .seconds(365 * 86_400) else {
                throw ConfigurationError(
                    at: ["rate", "per"], "expected 1ms to 365d, found `\(rate.per.interval)`")
            }
            guard
                let bound = RateBound(
                    connections: connections ?? 1, per: period,
                    burst: burst ?? rate.connections, maxClients: clients ?? 100_000)
            else {
                throw ConfigurationError(
                    at: ["rate", "burst"], "at this rate it would take more than 10 years to refill"
                )
            }
            return bound
        }
    }
}

extension Bounds {
    /// A limit's name, or without one whom it counts, and as whom: then the numbers can change from
    /// configuration to configuration.
    fileprivate static func identity(
        _ configuration: ConnectionLimit.Configuration, _ ipv6Prefix: Int
    ) throws -> String {
        guard let name = configuration.name else {
            return "/\(ipv6Prefix) " + (configuration.exempt ?? []).sorted().joined(separator: " ")
        }
        let isGood = name.utf8.allSatisfy {
            $0.isDigit || (97...122).contains($0.lowercased) || "-_.".utf8.contains($0)
        }
        guard isGood, (1...64).contains(name.utf8.count) else {
            throw ConfigurationError(
                at: ["name"], "expected 1 to 64 letters, digits, `-`, `_`, `.`, found `\(name)`")
        }
        return name
    }
}

/// How fast a client may connect: a token bucket, kept as the time until it is full again.
struct RateBound: Sendable, Hashable {
    /// The time in which one connection is refilled, in nanoseconds; rounded up, so that a rate
    /// that does not divide a second is never exceeded.
    let refill: Int64
    /// The time in which an empty bucket is refilled.
    let capacity: Int64
    let maxClients: Int

    /// Nil when a bucket would take more than 10 years to fill.
    init?(connections: Int, per period: Interval, burst: Int, maxClients: Int) {
        let count = Int64(connections)
        refill = (period.nanoseconds + count - 1) / count
        let (product, overflow) = refill.multipliedReportingOverflow(by: Int64(burst))
        guard !overflow, product <= 10 * 365 * 86_400 * 1_000_000_000 else { return nil }
        capacity = product
        self.maxClients = maxClients
    }
}

/// Whose connections are counted together: an IPv4 address, or a prefix of an IPv6 one.
struct ClientKey: Hashable, Sendable {
    let high: UInt64
    let low: UInt64

    init(_ address: IPAddress, ipv6Prefix prefix: Int) {
        let (high, low) = address.v6Halves
        self.high = address.isV4 ? high : high & Self.mask(prefix)
        self.low = address.isV4 ? low : low & Self.mask(prefix - 64)
    }

    private static func mask(_ bits: Int) -> UInt64 {
        bits <= 0 ? 0 : bits >= 64 ? .max : UInt64.max << UInt64(64 - bits)
    }
}
