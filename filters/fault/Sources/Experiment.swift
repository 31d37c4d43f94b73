internal import Synchronization
internal import WeirBase
internal import WeirFilter

/// What an experiment's factories share: those of the chain and of routes that name it, and those
/// of the configurations before and after a reload.
final class Experiment: Sendable {
    /// What an operator has said at run time.
    enum Switch: UInt8, AtomicRepresentable {
        case asConfigured, on, off
    }

    /// A share in percent that an operator has set, over the configured one.
    private final class Share: Sendable {
        /// The bits of a `Double`; those of a number that is none stand for the configured share.
        private let bits = Atomic(Double.nan.bitPattern)

        var value: Double? {
            let value = Double(bitPattern: bits.load(ordering: .relaxed))
            return value.isNaN ? nil : value
        }

        func set(_ value: Double?) {
            bits.store((value ?? .nan).bitPattern, ordering: .relaxed)
        }
    }

    private let beginning: Atomic<Int64>
    private let switched = Atomic(Switch.asConfigured)
    private let shares = FaultKind.allCases.map { _ in Share() }
    private let active = Atomic(0)

    /// Begins an experiment at a time in nanoseconds of Unix time.
    init(now: Int64) { beginning = Atomic(now) }

    /// When it began, in nanoseconds of Unix time.
    var began: Int64 { beginning.load(ordering: .relaxed) }

    /// What an operator has said last.
    var lever: Switch { switched.load(ordering: .relaxed) }

    /// The share that an operator has set; nil when it is the configured one.
    func share(of kind: FaultKind) -> Double? { shares[kind.rawValue].value }

    /// Switches on or off; switched on, it begins anew.
    func turn(_ lever: Switch, now: Int64) {
        if lever == .on { beginning.store(now, ordering: .relaxed) }
        switched.store(lever, ordering: .relaxed)
    }

    /// Sets a share in percent; nil for the configured one.
    func set(_ kind: FaultKind, _ share: Double?) { shares[kind.rawValue].set(share) }

    /// Takes one of so many places; false when all are taken.
    func enter(atMost bound: Int?) -> Bool {
        let (count, _) = active.add(1, ordering: .relaxed)
        if let bound, count >= bound {
            leave()
            return false
        }
        return true
    }

    /// Gives the place back.
    func leave() { active.subtract(1, ordering: .relaxed) }
}

/// An experiment as one configuration runs it.
final class FaultRun: Sendable {
    let settings: FaultSettings
    let experiment: Experiment
    let meters: FaultMeters
    private let active = Atomic(0)
    private let requests = Atomic<UInt64>(0)

    init(_ settings: FaultSettings, _ experiment: Experiment, _ meters: FaultMeters) {
        self.settings = settings
        self.experiment = experiment
        self.meters = meters
    }

    /// Whether it is switched on.
    var isEnabled: Bool {
        switch experiment.lever {
        case .asConfigured: settings.startsEnabled
        case .on: true
        case .off: false
        }
    }

    /// Why nothing may be injected now; nil when it may.
    func obstacle(_ stream: FilterStream) -> FaultMeters.Obstacle? {
        guard isEnabled else { return .disabled }
        if settings.expires != nil || settings.duration != nil,
            let end = settings.end(of: experiment), stream.unixNanoseconds >= end
        {
            return .expired
        }
        return nil
    }

    /// The share of requests that a kind of fault is for, in percent.
    func share(of kind: FaultKind) -> Double {
        experiment.share(of: kind) ?? settings.shares[kind.rawValue]
    }

    /// The draws for the next request.
    func dice(_ stream: FilterStream) -> FaultDice {
        guard let seed = settings.seed else { return FaultDice(bits: stream.random.next()) }
        return FaultDice(seed: seed, number: requests.add(1, ordering: .relaxed).oldValue)
    }

    // MARK: Requests with faults

    /// How many are not over.
    var inFlight: Int { active.load(ordering: .relaxed) }

    /// Begins one; false when there are too many.
    func begin() -> Bool {
        guard experiment.enter(atMost: settings.maxConcurrent) else { return false }
        active.add(1, ordering: .relaxed)
        return true
    }

    /// One is over.
    func end() {
        active.subtract(1, ordering: .relaxed)
        experiment.leave()
    }
}
