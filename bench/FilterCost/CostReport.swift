internal import Foundation

/// Figures beside their goals.
struct CostReport {
    /// How far beyond its goal a figure may be in a check, on a busy machine.
    private static let room = 5.0

    private let isCheck: Bool
    private var isGood = true

    /// Creates a report; a check fails when a figure is far from its goal.
    init(isCheck: Bool) { self.isCheck = isCheck }

    mutating func add(_ name: String, goal: Double, _ nanoseconds: Double) {
        let figures = String(format: "%6.1f ns (goal: at most %.1f ns)  ", nanoseconds, goal)
        print(figures + name)
        if nanoseconds > goal * Self.room { isGood = false }
    }

    func finish() -> Never {
        guard isCheck, !isGood else { exit(0) }
        print("FilterCost: a filter that does nothing costs far more than its goal")
        exit(1)
    }
}
