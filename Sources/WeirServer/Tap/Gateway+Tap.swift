internal import Logging
internal import WeirBase
internal import WeirConfig
internal import WeirFilter
internal import WeirRuntime

/// A tap that somebody waits for, on the control loop.
final class ArmedTap: TimerTarget {
    let tap: Tap
    var records: [StreamRecord] = []
    /// Answers; called once.
    let done: (_ isComplete: Bool, [StreamRecord]) -> Void
    private let expired: (ArmedTap) -> Void
    lazy var timer = LoopTimer(self)

    init(
        _ tap: Tap, done: @escaping (Bool, [StreamRecord]) -> Void,
        expired: @escaping (ArmedTap) -> Void
    ) {
        self.tap = tap
        self.done = done
        self.expired = expired
    }

    func timerFired(_ timer: LoopTimer) { expired(self) }
}

/// `POST /tap`: shows what filters did to the next requests of some kind.
extension Gateway {
    /// How many taps may wait at a time: each makes every request be compared with what it wants.
    static let mostTaps = 4

    /// Arms a tap. The answer comes when it has what it waits for, or when its time is over.
    func answerTap(_ request: AdminRequest, _ done: @escaping @Sendable (LocalResponse) -> Void) {
        let (wanted, condition): (TapRequest, RequestCondition?)
        do throws(TapRequest.Problem) {
            (wanted, condition) = try TapRequest.read(request.body)
        } catch {
            return done(.json(422, .object([("error", .text(error.text))])))
        }
        guard taps.count < Self.mostTaps else {
            let text = "\(taps.count) taps wait already; try again when one of them has ended"
            return done(.json(429, .object([("error", .text(text))])))
        }
        tapsArmed += 1
        let (number, handle) = (tapsArmed, control.handle)
        let carried = CarriedGateway(gateway: self)
        let tap = Tap(
            wanted, condition, number: number,
            redaction: Redaction(names: configuration.admin?.redact ?? [])
        ) { _, record in
            handle.execute { carried.gateway?.recorded(record, for: number) }
        }
        let armed = ArmedTap(
            tap, done: { done(.json(200, TapPage.render($1, isComplete: $0))) },
            expired: { [weak self] in self?.collectUnfinished($0) })
        taps[number] = armed
        armed.timer.arm(on: control, at: control.now + wanted.timeout.interval)
        for worker in workers { worker.run { $0.arm(tap) } }
        request.asker.whenGone { handle.execute { carried.gateway?.forgetTap(number) } }
    }

    private func recorded(_ record: StreamRecord, for number: Int) {
        guard let armed = taps[number], armed.records.count < armed.tap.count else { return }
        armed.records.append(record)
        tapRecords += 1
        if armed.records.count == armed.tap.count { finish(armed, isComplete: true) }
    }

    private func finish(_ armed: ArmedTap, isComplete: Bool) {
        forgetTap(armed.tap.number)
        armed.done(isComplete, armed.records)
    }

    /// The time is over: streams that go on show how far they have come.
    private func collectUnfinished(_ armed: ArmedTap) {
        let (number, tap, handle) = (armed.tap.number, armed.tap, control.handle)
        let carried = CarriedGateway(gateway: self)
        let gathering = Gathering<[StreamRecord]>(expected: workers.count) { unfinished in
            handle.execute {
                guard let gateway = carried.gateway, let armed = gateway.taps[number] else {
                    return
                }
                for record in unfinished.joined() { gateway.recorded(record, for: number) }
                if gateway.taps[number] != nil { gateway.finish(armed, isComplete: false) }
            }
        }
        for worker in workers { worker.run { gathering.add($0.disarm(tap)) } }
    }

    /// Nobody waits for the tap any more.
    private func forgetTap(_ number: Int) {
        guard let armed = taps.removeValue(forKey: number) else { return }
        armed.timer.cancel()
        let tap = armed.tap
        for worker in workers { worker.run { $0.disarm(tap) } }
    }
}

/// The gateway stays on the control loop; here it is only carried there.
private struct CarriedGateway: @unchecked Sendable {
    weak var gateway: Gateway?
}
