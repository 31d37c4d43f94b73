package import WeirBase

/// A hierarchical timing wheel: eight levels of 64 slots, each level 64 times as coarse as the one
/// below, which together span the clock's whole range in ticks of 2^20 ns (1.05 ms).
///
/// A timer lies on the level of the highest digit (base 64) in which its tick differs from the
/// current one, so it moves down a level at most seven times, and most timers are moved to a later
/// deadline or cancelled before they move at all. It is pure: time is what `advance` is told.
@safe
package final class TimerWheel {
    static let levels = 8
    static let expiring = levels * 64
    private static let tickShift: Int64 = 20

    /// The heads of the slots' lists, level by level, and last the list that is being worked off.
    var heads = [TimerListHead](repeating: TimerListHead(), count: expiring + 1)
    /// One bit per slot that is not empty, per level.
    var occupied = [UInt64](repeating: 0, count: levels + 1)

    /// The tick up to which slots have been worked off.
    private var elapsed: Int64
    /// The tick that the last `advance` was told.
    private var present: Int64
    /// A tick before which no slot comes up.
    private var upcoming = Int64.max

    /// Creates an empty wheel.
    package init(now: MonotonicTime) {
        elapsed = now.nanoseconds >> Self.tickShift
        present = elapsed
    }

    deinit { unlinkAll() }

    /// The first tick that begins at or after `time`: a timer must never fire early.
    private static func tick(notBefore time: MonotonicTime) -> Int64 {
        let whole = time.nanoseconds >> tickShift
        return whole << tickShift == time.nanoseconds ? whole : whole + 1
    }

    /// Sets the time at which `timer` fires.
    package func arm(_ timer: LoopTimer, at deadline: MonotonicTime) {
        timer.due = deadline
        let tick = max(Self.tick(notBefore: deadline), present + 1)
        // In a slot that comes up no later than the deadline: soon enough to put it right.
        if timer.tick <= tick && holds(timer) { return }
        timer.leave()
        if deadline != .never { insert(timer, at: tick) }
    }

    private func insert(_ timer: LoopTimer, at tick: Int64) {
        let differing = UInt64(bitPattern: tick ^ elapsed) | 63
        let level = (63 - differing.leadingZeroBitCount) / 6
        let shift = Int64(level * 6)
        let slot = Int(tick >> shift & 63)
        timer.tick = tick
        link(timer, into: level << 6 | slot)
        upcoming = min(upcoming, (tick >> shift) << shift)
    }

    /// Fires every timer whose deadline is at or before `now`, slot by slot in the order of time.
    package func advance(to now: MonotonicTime) {
        let tick = now.nanoseconds >> Self.tickShift
        guard tick > present else { return }
        present = tick
        if tick < upcoming {
            elapsed = tick
        } else {
            expire(upTo: tick)
        }
    }

    private func expire(upTo tick: Int64) {
        while let (list, start) = earliest, start <= tick {
            elapsed = start
            take(list)
            while let timer = popExpiring() {
                if timer.due == .never { continue }
                let wanted = max(Self.tick(notBefore: timer.due), timer.tick)
                if wanted > elapsed {
                    insert(timer, at: wanted)
                } else {
                    timer.due = .never
                    timer.target.timerFired(timer)
                }
            }
        }
        elapsed = tick
        upcoming = earliest?.start ?? .max
    }

    /// The slot that comes up first: on the lowest level that has any, the lowest.
    ///
    /// Slots never lie behind `elapsed`, and those of a level share its higher digits.
    private var earliest: (list: Int, start: Int64)? {
        for level in 0..<Self.levels where occupied[level] != 0 {
            let slot = occupied[level].trailingZeroBitCount
            let shift = Int64(level * 6)
            return (
                level << 6 | slot, (elapsed >> (shift + 6)) << (shift + 6) | Int64(slot) << shift
            )
        }
        return nil
    }

    /// When `advance` should be called at the latest; `.never` when no timer is in the wheel.
    package var nextWake: MonotonicTime {
        upcoming == .max ? .never : MonotonicTime(nanoseconds: upcoming << Self.tickShift)
    }
}
