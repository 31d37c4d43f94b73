internal import WeirBase
internal import WeirFilter

/// A configuration that has been checked.
struct FaultSettings: Sendable {
    /// The experiment's name; empty for none.
    let name: String
    let startsEnabled: Bool
    let delay: DelayDistribution?
    let abort: AbortAction?
    let throttle: ThrottleRate?
    let truncate: Truncation?
    let corrupt: CorruptionRate?
    /// The configured share of each kind, in percent, by `FaultKind.rawValue`.
    let shares: [Double]
    let condition: RequestCondition?
    let headers: HeaderFaults?
    let seed: UInt64?
    /// When it ends, in nanoseconds of Unix time.
    let expires: Int64?
    let duration: Interval?
    let maxConcurrent: Int?

    init(_ configuration: Fault.Configuration) throws {
        name = try Self.name(configuration.name)
        startsEnabled = configuration.enabled ?? true
        delay = try configuration.delay.map(DelayDistribution.init)
        abort = try configuration.abort.map(AbortAction.init)
        throttle = try configuration.throttle.map(ThrottleRate.init)
        truncate = try configuration.truncate.map(Truncation.init)
        corrupt = try configuration.corrupt.map(CorruptionRate.init)
        let configured = [
            configuration.delay.map { $0.percentage ?? Percentage(100) },
            configuration.abort.map { $0.percentage ?? Percentage(100) },
            configuration.throttle.map { $0.percentage ?? Percentage(100) },
            configuration.truncate.map { $0.percentage ?? Percentage(100) },
            configuration.corrupt.map { $0.percentage ?? Percentage(100) },
        ]
        shares = configured.map { $0?.percent ?? 0 }
        condition = try Self.condition(configuration.when)
        headers = try configuration.fromHeaders.flatMap(HeaderFaults.init)
        seed = configuration.seed.map { UInt64(bitPattern: Int64($0)) }
        expires = try configuration.expires.map(Self.time)
        duration = try Self.duration(configuration)
        maxConcurrent = configuration.maxConcurrent
        if let bound = maxConcurrent, bound < 1 {
            throw ConfigurationError(at: ["max-concurrent"], "expected at least 1, found \(bound)")
        }
    }

    /// Whether the configuration, and no request, has a fault of the kind.
    func has(_ kind: FaultKind) -> Bool {
        switch kind {
        case .delay: delay != nil
        case .abort: abort != nil
        case .throttle: throttle != nil
        case .truncate: truncate != nil
        case .corrupt: corrupt != nil
        }
    }

    /// The phases that the faults need.
    var phases: Phases {
        guard headers != nil || FaultKind.allCases.contains(where: has) else { return [] }
        let touchesResponse = throttle != nil || truncate != nil || corrupt != nil
        return headers != nil || touchesResponse
            ? [.requestHeaders, .responseBody, .streamComplete]
            : [.requestHeaders, .streamComplete]
    }

    /// When an experiment ends, in nanoseconds of Unix time; nil for never.
    func end(of experiment: Experiment) -> Int64? {
        guard let duration else { return expires }
        let (end, overflow) = experiment.began.addingReportingOverflow(duration.nanoseconds)
        if overflow { return expires }
        return min(end, expires ?? end)
    }

    private static func name(_ name: String?) throws -> String {
        guard let name else { return "" }
        let isGood = name.utf8.allSatisfy {
            $0.isDigit || $0.isLetter || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
                || $0 == UInt8(ascii: ".")
        }
        guard isGood, !name.isEmpty, name.utf8.count <= 64 else {
            throw ConfigurationError(
                at: ["name"],
                "expected 1 to 64 letters, digits, hyphens, underscores and dots, found `\(name)`")
        }
        return name
    }

    private static func condition(
        _ when: RequestCondition.Configuration?
    ) throws -> RequestCondition? {
        do {
            return try when.map { try RequestCondition($0) }
        } catch let error as ConfigurationError {
            throw ConfigurationError(at: ["when"] + error.path, error.message)
        }
    }

    private static func time(_ text: String) throws -> Int64 {
        guard let time = Timestamp.unixNanoseconds(text) else {
            throw ConfigurationError(
                at: ["expires"], "expected a time such as 2026-12-01T00:00:00Z, found `\(text)`")
        }
        return time
    }

    private static func duration(_ configuration: Fault.Configuration) throws -> Interval? {
        guard let duration = configuration.for else { return nil }
        guard duration.interval > .zero else {
            throw ConfigurationError(at: ["for"], "expected more than 0s")
        }
        guard configuration.name != nil else {
            throw ConfigurationError(
                at: ["for"],
                "an experiment that ends by itself needs a `name`, or each reload would begin it "
                    + "again")
        }
        return duration.interval
    }
}

/// The kinds of faults, in the order in which they are drawn.
enum FaultKind: Int, CaseIterable, Sendable {
    case delay, abort, throttle, truncate, corrupt

    /// As operators write it.
    var name: String { "\(self)" }
}

extension UInt8 {
    fileprivate var isLetter: Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20)
    }
}
