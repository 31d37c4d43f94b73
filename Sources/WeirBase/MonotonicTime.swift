/// A point on the monotonic clock, in nanoseconds. The loop reads the clock once per turn.
public struct MonotonicTime: Hashable, Comparable, Sendable {
    /// Nanoseconds since an arbitrary start.
    public var nanoseconds: Int64

    /// Creates a point from nanoseconds since the clock's start.
    public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    /// A point that never comes.
    public static let never = MonotonicTime(nanoseconds: .max)

    /// Orders by time.
    public static func < (left: MonotonicTime, right: MonotonicTime) -> Bool {
        left.nanoseconds < right.nanoseconds
    }

    /// The point `interval` later; `never` when that is out of range.
    public static func + (start: MonotonicTime, interval: Interval) -> MonotonicTime {
        let (sum, overflow) = start.nanoseconds.addingReportingOverflow(interval.nanoseconds)
        return overflow ? .never : MonotonicTime(nanoseconds: sum)
    }

    /// How much later `end` is than `start`.
    public static func - (end: MonotonicTime, start: MonotonicTime) -> Interval {
        Interval(nanoseconds: end.nanoseconds &- start.nanoseconds)
    }
}

/// A length of time in nanoseconds: a `Duration` that costs one word.
public struct Interval: Hashable, Comparable, Sendable {
    /// The length in nanoseconds.
    public var nanoseconds: Int64

    /// Creates a length from nanoseconds.
    public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    /// Creates a length from milliseconds.
    public static func milliseconds(_ count: Int64) -> Interval {
        Interval(nanoseconds: count * 1_000_000)
    }

    /// Creates a length from seconds.
    public static func seconds(_ count: Int64) -> Interval {
        Interval(nanoseconds: count * 1_000_000_000)
    }

    /// No time at all.
    public static let zero = Interval(nanoseconds: 0)

    /// The length in microseconds, rounded down.
    public var microseconds: Int64 { nanoseconds / 1000 }

    /// Orders by length.
    public static func < (left: Interval, right: Interval) -> Bool {
        left.nanoseconds < right.nanoseconds
    }
}

/// Where random bits come from; tests inject a repeatable one.
public protocol RandomSource: AnyObject {
    /// The next 64 random bits.
    func next() -> UInt64
}

/// The system's random bits, through a generator of its own per owner.
public final class SystemRandom: RandomSource {
    private var state: UInt64
    private var increment: UInt64

    /// Creates a generator seeded by the system.
    public init() {
        state = .random(in: .min ... .max)
        increment = .random(in: .min ... .max) | 1
    }

    /// The next 64 bits of the sequence (the finaliser of SplitMix64 over a Weyl sequence).
    public func next() -> UInt64 {
        state &+= increment
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
