internal import WeirBase

/// What a peer may do within one window of time before the connection ends.
struct FloodLimits: Sendable {
    var window = Interval.seconds(10)
    /// Streams given up before they were answered.
    var resets = 100
    /// Streams that we had to end because of what the peer sent.
    var badFrames = 50
    var pings = 100
    var settings = 50
    /// PRIORITY and PRIORITY_UPDATE.
    var priority = 500
    var windowUpdates = 500
    /// Frames without any content, and of types that mean nothing to us; GOAWAY counts too.
    var emptyFrames = 100
    /// Streams beyond the number that is allowed at once, before the peer can know it. Clients
    /// begin with at most 100 at once.
    var refusals = 100
    /// CONTINUATION frames of one head.
    var continuations = 16
    /// Heads that were over the limits.
    var largeHeads = 10
}
