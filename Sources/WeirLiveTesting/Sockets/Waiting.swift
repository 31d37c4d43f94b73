/// Why a test cannot go on.
package struct HarnessError: Error, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}

/// A point in time after which waiting is over.
package struct Deadline: Sendable {
    private let end: ContinuousClock.Instant

    package init(after duration: Duration) { end = ContinuousClock.now + duration }

    package var hasPassed: Bool { ContinuousClock.now >= end }

    /// What is left, in milliseconds as poll(2) wants them.
    package var milliseconds: Int32 {
        let left = ContinuousClock.now.duration(to: end)
        let (seconds, attoseconds) = left.components
        return Int32(clamping: max(0, seconds * 1000 + attoseconds / 1_000_000_000_000_000 + 1))
    }
}

/// How long a test waits for what must happen, on a machine that may be busy.
package let patience = Duration.seconds(10)
