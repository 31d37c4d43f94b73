public import WeirBase

/// A timer that can be armed again and again without cost: a deadline that only moves later is
/// just noted, and acted on when the old one comes up.
///
/// It belongs to one loop at a time, is used and released on that loop, and holds its target
/// without owning it: make it a property of the target, so that both end together. A timer that
/// ends while it is armed is forgotten.
@safe
public final class LoopTimer {
    unowned let target: any TimerTarget

    /// When it fires; `.never` when it is not armed.
    var due = MonotonicTime.never

    /// The list of the wheel that it is in, or -1. A cancelled timer stays until its slot comes up.
    var list: Int32 = -1

    /// The tick at which that list comes up at the latest.
    var tick: Int64 = 0

    /// The wheel that the list belongs to. Set while `list` is, and cleared when the wheel ends.
    var wheel: Unmanaged<TimerWheel>?

    // Neighbours in a circular list; a timer leaves its list before it ends.
    unowned(unsafe) var next: LoopTimer?
    unowned(unsafe) var previous: LoopTimer?

    /// Creates a timer that is not armed. It does not keep `target` alive.
    public init(_ target: any TimerTarget) {
        self.target = target
        unsafe wheel = nil
        unsafe next = nil
        unsafe previous = nil
    }

    deinit { leave() }

    /// Leaves the list that it is in, if any.
    func leave() {
        if list >= 0 { unsafe wheel?.takeUnretainedValue().unlink(self) }
    }

    /// Sets when the timer fires: not before `deadline`, and about a millisecond later at most on a
    /// loop that is not busy. It fires once. `.never` cancels.
    public func arm(on loop: EventLoop, at deadline: MonotonicTime) {
        loop.timers.arm(self, at: deadline)
    }

    /// Makes the timer not fire.
    public func cancel() { due = .never }

    /// When the timer fires, or nil when it is not armed.
    public var deadline: MonotonicTime? { due == .never ? nil : due }

    /// Whether the timer is going to fire.
    public var isArmed: Bool { due != .never }
}
