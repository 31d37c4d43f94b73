internal import WeirBase

/// The first timer of a circular list, not owned: timers leave their list before they end.
@safe
struct TimerListHead {
    unowned(unsafe) var first: LoopTimer?

    init() { unsafe first = nil }
}

/// The intrusive lists: nothing is allocated, and leaving a list takes constant time.
extension TimerWheel {
    /// Whether `timer` is in a list of this wheel.
    func holds(_ timer: LoopTimer) -> Bool {
        unsafe timer.list >= 0
            && timer.wheel?.toOpaque() == Unmanaged.passUnretained(self).toOpaque()
    }

    /// Appends `timer` to a list.
    func link(_ timer: LoopTimer, into list: Int) {
        timer.list = Int32(truncatingIfNeeded: list)
        unsafe timer.wheel = Unmanaged.passUnretained(self)
        if let first = unsafe heads[list].first {
            let last = unsafe first.previous
            unsafe timer.next = first
            unsafe timer.previous = last
            unsafe first.previous = timer
            unsafe last?.next = timer
        } else {
            unsafe timer.next = timer
            unsafe timer.previous = timer
            unsafe heads[list].first = timer
            occupied[list >> 6] |= 1 << UInt64(list & 63)
        }
    }

    /// Takes `timer` out of its list.
    func unlink(_ timer: LoopTimer) {
        let list = Int(timer.list)
        timer.list = -1
        let next = unsafe timer.next
        if next === timer {
            unsafe heads[list].first = nil
            occupied[list >> 6] &= ~(1 << UInt64(list & 63))
        } else {
            let previous = unsafe timer.previous
            unsafe next?.previous = previous
            unsafe previous?.next = next
            if unsafe heads[list].first === timer { unsafe heads[list].first = next }
        }
        unsafe timer.next = nil
        unsafe timer.previous = nil
        unsafe timer.wheel = nil
    }

    /// Moves a list's timers, in order, to the list that is worked off.
    ///
    /// There they can still be cancelled, armed again or end while their neighbours fire.
    func take(_ list: Int) {
        while let timer = unsafe heads[list].first {
            unlink(timer)
            link(timer, into: Self.expiring)
        }
    }

    /// Takes the first timer that is still to be worked off.
    func popExpiring() -> LoopTimer? {
        guard let timer = unsafe heads[Self.expiring].first else { return nil }
        unlink(timer)
        return timer
    }

    /// Leaves every timer unarmed, as the wheel ends.
    func unlinkAll() {
        for list in heads.indices {
            while let timer = unsafe heads[list].first {
                timer.due = .never
                unlink(timer)
            }
        }
    }
}
