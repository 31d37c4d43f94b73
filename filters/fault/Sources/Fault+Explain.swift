internal import WeirBase
internal import WeirFilter

extension FaultSettings {
    /// Which faults such a request is in for, a line each.
    func explain(_ stream: FilterStream) -> [String] {
        if let condition {
            let unmet = condition.unmet(stream)
            if !unmet.isEmpty {
                return ["leaves it alone: `when` does not hold (\(unmet.joined(separator: ", ")))"]
            }
        }
        var lines: [String] = []
        if !startsEnabled { lines.append("begins switched off") }
        if let delay { lines.append("delays \(share(.delay)) by \(delay.description)") }
        if let abort { lines.append("aborts \(share(.abort)) with \(abort.description)") }
        if let throttle {
            let rate = ConfigSize(throttle.bytesPerSecond)
            lines.append("slows \(share(.throttle)) of the responses to \(rate) per second")
        }
        if let truncate {
            let after = ConfigSize(truncate.after)
            lines.append("ends \(share(.truncate)) of the responses after \(after)")
        }
        if corrupt != nil { lines.append("changes bytes in \(share(.corrupt)) of the responses") }
        if headers != nil { lines.append("injects what the request's x-weir-fault-* fields say") }
        return lines
    }

    private func share(_ kind: FaultKind) -> Percentage { Percentage(shares[kind.rawValue]) }
}

extension DelayDistribution {
    var description: String {
        switch self {
        case .fixed(let length): "\(ConfigDuration(length))"
        case .uniform(let min, let max): "\(ConfigDuration(min)) to \(ConfigDuration(max))"
        case .exponential(let mean, let max):
            "\(ConfigDuration(mean)) in the mean, at most \(ConfigDuration(max))"
        case .table(let points):
            "at most \(ConfigDuration(points.last?.length ?? .zero)), by percentiles"
        }
    }
}
