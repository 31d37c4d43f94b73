internal import Synchronization

/// A number that only grows, shown in the gateway's metrics. Made by `GatewayServices.counter`.
public final class Counter: Sendable {
    /// The cell of the counter in every worker's table; negative when there are none, as in tests.
    private let cell: Int
    private let others = Atomic<UInt64>(0)

    /// Creates a counter that starts at 0.
    package init(cell: Int = -1) { self.cell = cell }

    /// Adds on the loop of a stream, where it costs an addition and no more.
    public func add(_ amount: Int = 1, for stream: FilterStream) {
        if cell >= 0, let cells = stream.cells {
            cells.addAnywhere(cell, UInt64(amount))
        } else {
            add(amount)
        }
    }

    /// Adds from any thread.
    public func add(_ amount: Int = 1) { others.add(UInt64(amount), ordering: .relaxed) }

    /// What was added by others than streams.
    package var sharedValue: UInt64 { others.load(ordering: .relaxed) }
}
