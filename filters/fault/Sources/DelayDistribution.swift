internal import Glibc
internal import WeirBase
internal import WeirFilter

/// How long requests wait.
enum DelayDistribution: Sendable, Equatable {
    /// Always as long.
    case fixed(Interval)
    /// Any length between two as likely as any other.
    case uniform(min: Interval, max: Interval)
    /// As between events that do not know of each other; longer ones become the longest.
    case exponential(mean: Interval, max: Interval)
    /// Straight lines between points; shares are 0 to 1.
    case table([Point])

    /// So large a share of the delays is at most as long.
    struct Point: Sendable, Equatable {
        let share: Double
        let length: Interval
    }

    /// The length to which a number from 0 up to, but not including, 1 leads.
    func length(at draw: Double) -> Interval {
        switch self {
        case .fixed(let length): return length
        case .uniform(let min, let max): return Self.between(min, max, draw)
        case .exponential(let mean, let max):
            let length = -log(1 - draw) * Double(mean.nanoseconds)
            return length < Double(max.nanoseconds) ? Interval(nanoseconds: Int64(length)) : max
        case .table(let points):
            guard let next = points.firstIndex(where: { $0.share > draw }), next > 0 else {
                return points[points.count - 1].length
            }
            let (low, high) = (points[next - 1], points[next])
            return Self.between(
                low.length, high.length, (draw - low.share) / (high.share - low.share))
        }
    }

    private static func between(_ low: Interval, _ high: Interval, _ part: Double) -> Interval {
        let width = Double(high.nanoseconds - low.nanoseconds)
        return Interval(nanoseconds: low.nanoseconds + Int64((width * part).rounded()))
    }
}

extension DelayDistribution {
    /// Checks what an operator has written.
    init(_ delay: Fault.Delay) throws {
        let given: [(String, DelayDistribution?)] = [
            ("fixed", try delay.fixed.map { .fixed(try Self.length($0, ["fixed"])) }),
            ("duration", try delay.duration.map { .fixed(try Self.length($0, ["duration"])) }),
            ("uniform", try delay.uniform.map(Self.uniform)),
            ("exponential", try delay.exponential.map(Self.exponential)),
            ("percentiles", try delay.percentiles.map(Self.table)),
        ]
        let chosen = given.compactMap { name, value in value.map { (name, $0) } }
        guard let first = chosen.first else {
            throw ConfigurationError(
                at: ["delay"],
                "expected one of fixed, duration, uniform, exponential or percentiles")
        }
        if chosen.count > 1 {
            throw ConfigurationError(
                at: ["delay", chosen[1].0],
                "`\(first.0)` says already how long; expected only one of them")
        }
        self = first.1
    }

    private static func length(
        _ duration: ConfigDuration, _ path: [String], orNone: Bool = false
    ) throws -> Interval {
        let length = duration.interval
        guard length > .zero || orNone && length == .zero, length <= .seconds(3600) else {
            throw ConfigurationError(
                at: ["delay"] + path,
                "expected \(orNone ? "at least" : "more than") 0s and at most 1h, "
                    + "found `\(duration)`")
        }
        return length
    }

    private static func uniform(_ lengths: Fault.Uniform) throws -> DelayDistribution {
        let max = try length(lengths.max, ["uniform", "max"])
        let min = try lengths.min.map { try length($0, ["uniform", "min"], orNone: true) } ?? .zero
        guard min <= max else {
            throw ConfigurationError(
                at: ["delay", "uniform", "min"],
                "expected at most `max`, \(lengths.max), found `\(ConfigDuration(min))`")
        }
        return .uniform(min: min, max: max)
    }

    private static func exponential(_ lengths: Fault.Exponential) throws -> DelayDistribution {
        let mean = try length(lengths.mean, ["exponential", "mean"])
        let longest = Interval.seconds(3600)
        let usual = Interval(nanoseconds: Swift.min(mean.nanoseconds * 10, longest.nanoseconds))
        let max = try lengths.max.map { try length($0, ["exponential", "max"]) } ?? usual
        guard mean <= max else {
            throw ConfigurationError(
                at: ["delay", "exponential", "max"],
                "expected at least `mean`, \(lengths.mean), found `\(ConfigDuration(max))`")
        }
        return .exponential(mean: mean, max: max)
    }

    private static func table(_ lengths: [String: ConfigDuration]) throws -> DelayDistribution {
        var points: [Point] = []
        for (name, duration) in lengths {
            let path = ["percentiles", name]
            guard name.first == "p", let percent = Double(name.dropFirst()),
                (0...100).contains(percent)
            else {
                throw ConfigurationError(
                    at: ["delay"] + path, "expected p0 to p100, such as p50 or p99.9")
            }
            points.append(
                Point(share: percent / 100, length: try length(duration, path, orNone: true)))
        }
        points.sort { $0.share < $1.share }
        guard let first = points.first, let last = points.last, last.length > .zero else {
            throw ConfigurationError(
                at: ["delay", "percentiles"],
                "expected at least one length of more than 0s, such as p50: 10ms")
        }
        for (low, high) in zip(points, points.dropFirst())
        where low.share == high.share || low.length > high.length {
            throw ConfigurationError(
                at: ["delay", "percentiles"],
                "a higher percentile may not be shorter than a lower one, nor be there twice")
        }
        if first.share > 0 { points.insert(Point(share: 0, length: .zero), at: 0) }
        return .table(points)
    }
}
