internal import Synchronization
internal import WeirFilter

/// Finished spans that wait to be exported. Shared by all tracing filters with the same exporter,
/// those of the configurations before and after included, so that a reload loses none.
final class SpanQueue: Sendable {
    /// The spans of one worker. Its lock is shared with exporters alone, which hold it for as long
    /// as it takes to exchange two arrays.
    private final class Slot: Sendable {
        let spans = Mutex<[FinishedSpan]>([])
    }

    private let slots: [Slot]
    /// Spans that an exporter has given back, because its configuration is out of service.
    private let returned = Mutex<[FinishedSpan]>([])
    /// How many spans wait, those included that are being sent.
    private let count = Atomic<Int>(0)
    /// How many of them nobody is sending.
    private let idle = Atomic<Int>(0)
    private let users = Atomic<Int>(0)

    init(workerCount: Int) {
        slots = (0..<workerCount).map { _ in Slot() }
    }

    /// How many spans wait that nobody is sending.
    var waiting: Int { idle.load(ordering: .relaxed) }

    /// Adds the spans of a request, all or none; false when that would be more than `limit`.
    func add(_ spans: [FinishedSpan], worker: Int, limit: Int) -> Bool {
        let before = count.add(spans.count, ordering: .relaxed).oldValue
        guard before + spans.count <= limit else {
            count.subtract(spans.count, ordering: .relaxed)
            return false
        }
        slots[worker].spans.withLock { $0.append(contentsOf: spans) }
        idle.add(spans.count, ordering: .relaxed)
        return true
    }

    /// Takes out all that nobody is sending.
    func takeAll() -> [FinishedSpan] {
        var all = returned.withLock { Self.exchange(&$0) }
        for slot in slots { all += slot.spans.withLock { Self.exchange(&$0) } }
        idle.subtract(all.count, ordering: .relaxed)
        return all
    }

    /// Gives spans back that were taken out.
    func giveBack(_ spans: [FinishedSpan]) {
        returned.withLock { $0.append(contentsOf: spans) }
        idle.add(spans.count, ordering: .relaxed)
    }

    /// So many spans are no longer waited for: they were sent, or given up.
    func forget(_ number: Int) { count.subtract(number, ordering: .relaxed) }

    /// Another exporter sends what is in here.
    func addUser() { users.add(1, ordering: .acquiringAndReleasing) }

    /// An exporter no longer does; whether there are others.
    func removeUser() -> Bool {
        users.subtract(1, ordering: .acquiringAndReleasing).newValue > 0
    }

    /// Whether somebody sends what is in here.
    var hasUsers: Bool { users.load(ordering: .acquiring) > 0 }

    private static func exchange(_ spans: inout [FinishedSpan]) -> [FinishedSpan] {
        if spans.isEmpty { return [] }
        let taken = spans
        spans = []
        return taken
    }
}
