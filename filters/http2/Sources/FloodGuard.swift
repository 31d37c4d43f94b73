internal import WeirBase

/// Counts what costs us work but brings the peer nothing, against a budget per window of time.
///
/// Each frame costs one addition and one comparison. What honest peers do in answer to what we send
/// (window updates for data, pings that measure it, resets of answered requests) earns its own
/// allowance.
struct FloodGuard {
    private let limits: FloodLimits
    private var windowEnd: MonotonicTime

    private var resets = 0
    private var badFrames = 0
    private var pings = 0
    private var settings = 0
    private var priority = 0
    private var windowUpdates = 0
    private var emptyFrames = 0
    private var largeHeads = 0
    private var refusals = 0
    /// CONTINUATION frames of the present head.
    private var continuations = 0
    /// DATA frames that we sent in this window.
    private var dataSent = 0
    /// Streams that the peer opened in this window.
    private var opened = 0
    /// Streams that came to their proper end in this window.
    private var answered = 0

    init(_ limits: FloodLimits, now: MonotonicTime) {
        self.limits = limits
        windowEnd = now + limits.window
    }

    /// Counts a frame from the peer; the cause when that was one too many.
    mutating func received(_ frame: FrameScanner.Frame, now: MonotonicTime) -> StaticString? {
        switch frame.type {
        case FrameType.data:
            // Padding alone has at most 255 bytes and its length.
            let mayBeEmpty =
                frame.length == 0 || (frame.has(FrameFlag.padded) && frame.length <= 256)
            guard mayBeEmpty && !frame.has(FrameFlag.endStream) else { return nil }
            return countEmpty(now)
        case FrameType.headers:
            opened += 1
            continuations = 0
            guard frame.length == 0 else { return nil }
            return countEmpty(now)
        case FrameType.continuation:
            continuations += 1
            if continuations > limits.continuations { return "http2_continuation_flood" }
            guard frame.length == 0 else { return nil }
            return countEmpty(now)
        case FrameType.ping:
            if frame.has(FrameFlag.acknowledgement) { return countEmpty(now) }
            pings += 1
            // Clients measure their bandwidth with a ping per flight of data.
            return isOver(pings, limits.pings + dataSent, now) ? "http2_ping_flood" : nil
        case FrameType.settings:
            if frame.has(FrameFlag.acknowledgement) { return countEmpty(now) }
            settings += 1
            return isOver(settings, limits.settings, now) ? "http2_settings_flood" : nil
        case FrameType.priority, FrameType.priorityUpdate:
            priority += 1
            return isOver(priority, limits.priority + opened, now) ? "http2_priority_flood" : nil
        case FrameType.windowUpdate:
            windowUpdates += 1
            let allowed = limits.windowUpdates + 2 * (dataSent + opened)
            return isOver(windowUpdates, allowed, now) ? "http2_window_update_flood" : nil
        case FrameType.resetStream: return nil
        default: return countEmpty(now)
        }
    }

    private mutating func countEmpty(_ now: MonotonicTime) -> StaticString? {
        emptyFrames += 1
        return isOver(emptyFrames, limits.emptyFrames, now) ? "http2_empty_frame_flood" : nil
    }

    /// The peer has given up a stream before it was answered.
    mutating func peerReset(now: MonotonicTime) -> StaticString? {
        resets += 1
        return isOver(resets, limits.resets + answered / 2, now) ? "http2_rapid_reset" : nil
    }

    /// We had to end a stream because of what the peer sent on it.
    mutating func badFrame(now: MonotonicTime) -> StaticString? {
        badFrames += 1
        return isOver(badFrames, limits.badFrames, now) ? "http2_bad_frames" : nil
    }

    /// A stream was refused because there were too many.
    mutating func refused(now: MonotonicTime) -> StaticString? {
        refusals += 1
        return isOver(refusals, limits.refusals, now) ? "http2_stream_limit" : nil
    }

    /// A head was over the limits.
    mutating func largeHead(now: MonotonicTime) -> StaticString? {
        largeHeads += 1
        return isOver(largeHeads, limits.largeHeads, now) ? "http2_header_bomb" : nil
    }

    /// A DATA frame was sent.
    mutating func sentData() { dataSent += 1 }

    /// A stream came to its proper end.
    mutating func completed() { answered += 1 }

    /// Whether a count is over its limit in the present window. The clock matters only when it is.
    private mutating func isOver(_ count: Int, _ limit: Int, _ now: MonotonicTime) -> Bool {
        guard count > limit else { return false }
        guard now >= windowEnd else { return true }
        // A new window, which begins with what has just come.
        let unfinished = continuations
        self = FloodGuard(limits, now: now)
        continuations = unfinished
        return false
    }
}
