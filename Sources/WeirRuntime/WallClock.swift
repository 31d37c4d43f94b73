internal import CLinux
public import WeirBase

/// The time of day as a loop last saw it: good to a few milliseconds and free to ask.
public final class WallClock {
    /// Milliseconds since 1970-01-01 00:00 UTC, without leap seconds.
    public var unixMilliseconds: Int64 { milliseconds }

    private var milliseconds: Int64 = 0
    private var readAt = MonotonicTime(nanoseconds: .min / 2)
    private var dateSecond = Int64.min
    private var date = ByteString()
    private var stampMilliseconds = Int64.min
    private var stamp = ByteString()

    /// Creates a clock that shows the current time.
    public init() { set(unixMilliseconds: weir_clock(CLOCK_REALTIME_COARSE) / 1_000_000) }

    /// Reads the system's clock, unless that was done less than a millisecond ago.
    package func refresh(now: MonotonicTime) {
        guard now.nanoseconds &- readAt.nanoseconds >= 1_000_000 else { return }
        readAt = now
        set(unixMilliseconds: weir_clock(CLOCK_REALTIME_COARSE) / 1_000_000)
    }

    /// Sets the time that is shown.
    package func set(unixMilliseconds: Int64) { milliseconds = unixMilliseconds }

    /// The system's time of day now, in nanoseconds since 1970-01-01 00:00 UTC; for threads that
    /// have no loop.
    public static var unixNanoseconds: Int64 { weir_clock(CLOCK_REALTIME_COARSE) }

    /// The time for a `Date` field (IMF-fixdate, RFC 9110, section 5.6.7).
    public var httpDate: ByteString {
        let second = CivilTime.seconds(unixMilliseconds)
        if second != dateSecond {
            dateSecond = second
            date.clear()
            CivilTime(unixMilliseconds: unixMilliseconds).appendHTTPDate(to: &date.storage)
        }
        return date
    }

    /// The time as `2026-01-31T23:59:59.123Z`.
    public var iso8601: ByteString {
        if milliseconds != stampMilliseconds {
            stampMilliseconds = milliseconds
            stamp.clear()
            CivilTime(unixMilliseconds: milliseconds).appendISO8601(to: &stamp.storage)
        }
        return stamp
    }
}
