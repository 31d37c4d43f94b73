internal import CLinux
public import WeirBase

extension MonotonicTime {
    /// What the system's monotonic clock says now. Code on a loop uses the loop's `now` instead.
    public static func current() -> MonotonicTime {
        MonotonicTime(nanoseconds: systemClock(CLOCK_MONOTONIC))
    }
}

/// The nanoseconds on one of the system's clocks.
func systemClock(_ clock: clockid_t) -> Int64 {
    var time = timespec()
    _ = unsafe clock_gettime(clock, &time)
    return Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
}
