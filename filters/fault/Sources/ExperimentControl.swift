internal import WeirBase
internal import WeirFilter

/// What operators can look at and change while the gateway runs. All configurations that name the
/// experiment share what is changed, so each of them takes settings of any kind of fault.
final class ExperimentControl: RuntimeControl {
    private let run: FaultRun
    private let services: any GatewayServices

    init(_ run: FaultRun, _ services: any GatewayServices) {
        self.run = run
        self.services = services
    }

    var state: [(name: String, value: String)] {
        let settings = run.settings
        var lines = [("enabled", "\(run.isEnabled)")]
        for kind in FaultKind.allCases where settings.has(kind) {
            lines.append(("\(kind.name)-percentage", "\(Percentage(run.share(of: kind)))"))
        }
        if let end = settings.end(of: run.experiment) {
            let left = (end - services.unixNanoseconds) / 1_000_000_000
            lines.append(("expires-in", "\(max(0, left))s"))
        }
        lines.append(("in-flight", "\(run.inFlight)"))
        return lines
    }

    func change(_ settings: [(name: String, value: String)]) throws {
        let changes = try settings.map(change)
        for change in changes { change() }
    }

    /// Reads a setting; what it returns makes it count.
    private func change(_ name: String, to value: String) throws -> () -> Void {
        let experiment = run.experiment
        if name == "enabled" {
            let lever = try Self.lever(value)
            let now = services.unixNanoseconds
            return { experiment.turn(lever, now: now) }
        }
        guard let kind = FaultKind.allCases.first(where: { name == "\($0.name)-percentage" })
        else {
            let known = FaultKind.allCases.map { "\($0.name)-percentage" }.joined(separator: ", ")
            throw ConfigurationError(
                at: [name], "no such setting; expected one of enabled, \(known)")
        }
        let share = try Self.share(value, name)
        return { experiment.set(kind, share) }
    }

    private static func lever(_ value: String) throws -> Experiment.Switch {
        switch value {
        case "true": return .on
        case "false": return .off
        case "configured": return .asConfigured
        default:
            throw ConfigurationError(
                at: ["enabled"], "expected true, false or configured, found `\(value)`")
        }
    }

    private static func share(_ value: String, _ name: String) throws -> Double? {
        if value == "configured" { return nil }
        let number = Double(value.hasSuffix("%") ? value.dropLast() : Substring(value))
        guard let number, (0...100).contains(number) else {
            throw ConfigurationError(
                at: [name],
                "expected a percentage from 0 to 100, or configured, found `\(value)`")
        }
        return number
    }
}
