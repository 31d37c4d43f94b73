internal import Synchronization

/// Counts a loop's turns, for whoever watches from another thread whether it goes on.
public final class LoopPulse: Sendable {
    private let count = Atomic<UInt64>(0)

    /// Grows when a turn begins and when it ends: odd while the loop is busy, even while it sleeps.
    public var beats: UInt64 { count.load(ordering: .relaxed) }

    /// A turn begins or ends. On the loop.
    func beat() {
        // Only the loop writes, so that no exchange is needed.
        count.store(count.load(ordering: .relaxed) &+ 1, ordering: .relaxed)
    }
}
