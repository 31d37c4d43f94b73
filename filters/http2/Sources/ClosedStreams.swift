/// Which streams have ended, as far as that decides what a frame for one of them means: a peer may
/// go on for a while with a stream that we have ended, but not with one that it has ended itself
/// (RFC 9113, section 5.1).
struct ClosedStreams {
    /// Streams that we ended before the peer had, the oldest replaced first.
    private var cutOff: [UInt32] = []
    private var nextCutOff = 0
    private let cutOffBound: Int
    /// Streams that came to their end, likewise.
    private var ended: [UInt32] = []
    private var nextEnded = 0
    private static let endedBound = 16

    /// Remembers as many streams that we ended as can have been on their way.
    init(maxStreams: Int) { cutOffBound = min(1024, 2 * maxStreams) }

    /// A stream is over.
    mutating func add(_ id: UInt32, isCutOff: Bool) {
        if isCutOff {
            Self.add(id, to: &cutOff, &nextCutOff, bound: cutOffBound)
        } else {
            Self.add(id, to: &ended, &nextEnded, bound: Self.endedBound)
        }
    }

    private static func add(
        _ id: UInt32, to ring: inout [UInt32], _ next: inout Int, bound: Int
    ) {
        if ring.count < bound { return ring.append(id) }
        ring[next] = id
        next = (next + 1) % bound
    }

    /// The error that a HEADERS or DATA frame is on a stream that is not open any more; nil for one
    /// that has to be borne.
    func error(of type: UInt8, on id: UInt32) -> GoAwayCode? {
        if cutOff.contains(id) { return nil }
        // A number that was passed over cannot be used later (section 5.1.1).
        return type == FrameType.data || ended.contains(id) ? .streamClosed : .protocol
    }
}
