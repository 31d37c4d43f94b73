internal import Foundation

/// Figures beside their limits.
struct CostReport {
    private let factor: Double?
    private var isGood = true

    enum Limits { case forChecks }

    /// Creates a report; limits are judged, with room for a busy machine, when they are given.
    init(limits: Limits?) { factor = limits == nil ? nil : 5 }

    mutating func add(_ name: String, limit: Double, _ nanoseconds: Double) {
        let line = String(format: "%6.0f ns (goal: at most %.0f ns)  ", nanoseconds, limit)
        print(line + name)
        if let factor, nanoseconds > limit * factor { isGood = false }
    }

    func finish() -> Never {
        if !isGood { print("filter-cost: a filter that does nothing costs far more than its goal") }
        exit(isGood ? 0 : 1)
    }
}
