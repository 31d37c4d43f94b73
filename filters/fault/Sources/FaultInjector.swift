internal import WeirBase
internal import WeirFilter

/// Draws for each request what happens to it and to its response. Shared by all streams; what is
/// known of one that has a fault is kept with the stream.
final class FaultInjector: HTTPFilter, Sendable {
    let run: FaultRun
    private let settings: FaultSettings
    private let key = StreamKey<InjectedFault>()

    init(_ settings: FaultSettings, _ run: FaultRun) {
        self.settings = settings
        self.run = run
    }

    func requestHeaders(_ request: RequestHead, _ stream: FilterStream) -> Verdict {
        let asked = settings.headers?.take(from: request)
        if let condition = settings.condition, !condition.holds(stream) { return .continue }
        if let obstacle = run.obstacle(stream) {
            run.meters.count(obstacle, stream)
            return .continue
        }
        if let asked, asked.isMalformed { run.meters.count(.header, stream) }
        let faults = draw(run.dice(stream), asked)
        guard !faults.isEmpty else { return .continue }
        guard run.begin() else {
            run.meters.count(.ceiling, stream)
            return .continue
        }
        stream.values[key] = InjectedFault(faults, run.meters)
        return inject(faults, stream)
    }

    private func draw(_ dice: FaultDice, _ asked: AskedFaults?) -> DrawnFaults {
        func falls(_ kind: FaultKind) -> Bool {
            settings.has(kind) && dice.falls(on: kind, percent: run.share(of: kind))
        }
        func fallsAsAsked(_ kind: FaultKind) -> Bool {
            dice.falls(on: kind, percent: asked?.share ?? 0)
        }
        var faults = DrawnFaults()
        if let delay = asked?.delay {
            if fallsAsAsked(.delay) { faults.delay = delay }
        } else if falls(.delay) {
            faults.delay = settings.delay?.length(at: dice.delayLength)
        }
        if faults.delay == .zero { faults.delay = nil }
        if let abort = asked?.abort {
            if fallsAsAsked(.abort) { faults.abort = abort }
        } else if falls(.abort) {
            faults.abort = settings.abort
        }
        // A request that does not get through has no response to spoil.
        if faults.abort != nil { return faults }
        if let rate = asked?.throttle {
            if fallsAsAsked(.throttle) { faults.throttle = rate }
        } else if falls(.throttle) {
            faults.throttle = settings.throttle
        }
        if let truncation = asked?.truncate {
            if fallsAsAsked(.truncate) { faults.truncate = truncation }
        } else if falls(.truncate) {
            faults.truncate = settings.truncate
        }
        if falls(.corrupt), let rate = settings.corrupt {
            faults.corrupt = Corruption(rate, seed: dice.corruption)
        }
        return faults
    }

    private func inject(_ faults: DrawnFaults, _ stream: FilterStream) -> Verdict {
        if let delay = faults.delay {
            run.meters.count(.delay, stream)
            stream.note("fault.delay", [("milliseconds", "\(delay.microseconds / 1000)")])
        }
        guard let abort = faults.abort else {
            return faults.delay.map { stream.pause(for: $0) } ?? .continue
        }
        stream.note("fault.abort", [("with", abort.description)])
        switch abort {
        case .respond(let response):
            run.meters.count(.abort, stream)
            guard let delay = faults.delay else { return .respond(response) }
            return stream.pause(for: delay, thenRespond: response)
        case .cutOff(let manner):
            run.meters.count(manner == .reset ? .reset : .close, stream)
            let cause = AbortAction.cause(of: manner)
            guard let delay = faults.delay else { return .cutOff(cause, manner) }
            return stream.pause(for: delay, thenCutOff: cause, manner)
        }
    }

    func responseBody(_ chunk: BodyChunk, isLast: Bool, _ stream: FilterStream) -> Verdict {
        guard let fault = stream.values[key] else { return .continue }
        return fault.apply(to: chunk, stream)
    }

    func streamComplete(_ stream: FilterStream) {
        if stream.values[key] != nil { run.end() }
    }
}

/// What happens to one request.
struct DrawnFaults {
    var delay: Interval?
    var abort: AbortAction?
    var throttle: ThrottleRate?
    var truncate: Truncation?
    var corrupt: Corruption?

    var isEmpty: Bool {
        delay == nil && abort == nil && throttle == nil && truncate == nil && corrupt == nil
    }
}
