internal import Synchronization
internal import WeirBase
internal import WeirFilter

/// Somebody's wish to see some streams, known to all workers while it is armed.
final class Tap: Sendable {
    let number: Int
    let condition: RequestCondition?
    let listener: String?
    let route: String?
    let share: Percentage
    /// How many records are waited for.
    let count: Int
    let redaction: Redaction
    private let deliver: @Sendable (Tap, StreamRecord) -> Void
    /// Streams that are being recorded, and records that were delivered.
    private let underWay = Atomic<Int>(0)
    private let delivered = Atomic<Int>(0)

    /// How many more streams than are waited for are recorded at a time: those that last long must
    /// not keep others from being seen, and all of them together must not fill the memory.
    private static let spare = 8

    /// `deliver` is called on any worker, with each stream that has ended.
    init(
        _ request: TapRequest, _ condition: RequestCondition?, number: Int, redaction: Redaction,
        deliver: @escaping @Sendable (Tap, StreamRecord) -> Void
    ) {
        self.number = number
        self.condition = condition
        listener = request.listener
        route = request.route
        share = request.share
        count = request.count
        self.redaction = redaction
        self.deliver = deliver
    }

    /// Whether the stream, whose route is known, is recorded for it; then `ended` or `forgot`
    /// follows.
    func takes(_ stream: FilterStream) -> Bool {
        guard delivered.load(ordering: .relaxed) < count, share.draw(stream.random),
            listener == nil || listener == stream.place.listener,
            route == nil || route == stream.place.route,
            // Who the client is, filters have yet to find out.
            condition?.couldHold(stream) ?? true
        else { return false }
        let others = underWay.add(1, ordering: .relaxed).oldValue
        guard others < count + Self.spare else {
            underWay.subtract(1, ordering: .relaxed)
            return false
        }
        return true
    }

    /// Whether a stream that it takes is meant, as far as that takes knowing who the client is.
    func isAbout(_ stream: FilterStream) -> Bool {
        guard let condition, condition.asksForClient else { return true }
        return condition.unmet(stream).allSatisfy { !["clients", "claims", "not"].contains($0) }
    }

    /// A stream that it takes has ended; nil when it was not meant after all.
    func ended(_ record: StreamRecord?) {
        underWay.subtract(1, ordering: .relaxed)
        guard let record else { return }
        delivered.add(1, ordering: .relaxed)
        deliver(self, record)
    }
}
