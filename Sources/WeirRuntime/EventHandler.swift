/// What a descriptor is ready for. The raw value has epoll's own bits.
public struct Readiness: OptionSet, Sendable {
    /// Epoll's bits, `RDHUP` folded into `HUP`.
    public let rawValue: UInt32

    /// Creates a set from epoll's bits.
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// There is something to read, if only the end of the stream.
    public static let readable = Readiness(rawValue: 0x01)
    /// There is room to write.
    public static let writable = Readiness(rawValue: 0x04)
    /// An error waits; the next read, write or `connectError` tells which.
    public static let error = Readiness(rawValue: 0x08)
    /// The peer has ended its sending side, or the connection is gone altogether.
    public static let hangup = Readiness(rawValue: 0x10)

    /// Folds `EPOLLRDHUP` (0x2000) into `EPOLLHUP`: a handler acts on both in the same way.
    static func folding(_ bits: UInt32) -> Readiness {
        Readiness(rawValue: bits | (bits >> 9 & 0x10))
    }
}

/// Whom the loop tells that a descriptor is ready.
public protocol EventHandler: AnyObject {
    /// The descriptor became ready. Called on the loop; it may watch and unwatch any descriptor.
    func ready(_ readiness: Readiness)
}

/// Work put off to the end of a turn, such as flushing what many events have queued.
public protocol TurnJob: AnyObject {
    /// Runs once, after all events and timers of the turn.
    func runAfterTurn()
}

/// Whom a timer tells that its time has come.
public protocol TimerTarget: AnyObject {
    /// The timer's deadline has passed. It is no longer armed, and may be armed again right here.
    func timerFired(_ timer: LoopTimer)
}
