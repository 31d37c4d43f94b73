internal import CLinux
public import WeirBase

extension MonotonicTime {
    /// What the system's monotonic clock says now. Code on a loop uses the loop's `now` instead.
    public static func current() -> MonotonicTime {
        MonotonicTime(nanoseconds: weir_clock(CLOCK_MONOTONIC))
    }
}
