internal import Synchronization

/// Says which filter a worker's loop is running, to whoever watches the loop from another thread.
package final class FilterMarker: Sendable {
    private let row = Atomic<Int>(-1)

    package init() {}

    /// The row of the counters of the filter that runs now; nil when none does.
    package var current: Int? {
        let value = row.load(ordering: .relaxed)
        return value < 0 ? nil : value
    }

    /// A filter begins; by the row of its counters.
    @inline(__always)
    package func enter(_ row: Int) { self.row.store(row, ordering: .relaxed) }

    /// It is done.
    @inline(__always)
    package func leave() { row.store(-1, ordering: .relaxed) }
}
