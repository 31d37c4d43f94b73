internal import Glibc
internal import WeirBase
internal import WeirFilter

/// What one stream with a fault is in for, and how far its response has come.
final class InjectedFault {
    private let meters: FaultMeters
    private let throttle: ThrottleRate?
    private let truncate: Truncation?
    private var corrupt: Corruption?
    /// How many bytes of body have gone on.
    private var sent = 0
    /// When the bytes that have gone on are through, at the rate.
    private var paidUntil: MonotonicTime?
    private var hasChanged = false

    init(_ faults: DrawnFaults, _ meters: FaultMeters) {
        self.meters = meters
        throttle = faults.throttle
        truncate = faults.truncate
        corrupt = faults.corrupt
    }

    /// Lets as much of a piece of body go on as may go now.
    func apply(to chunk: BodyChunk, _ stream: FilterStream) -> Verdict {
        var count = chunk.bytes.count
        guard count > 0 else { return .continue }
        if let truncate {
            guard sent < truncate.after else { return end(truncate, stream) }
            count = min(count, truncate.after - sent)
        }
        if let throttle {
            if let wait = wait(throttle, stream) {
                chunk.keep(from: 0)
                return stream.pause(for: wait)
            }
            count = min(count, throttle.slice)
            pay(throttle, for: count, stream)
        }
        if corrupt?.change(chunk, count, at: sent) == true, !hasChanged {
            hasChanged = true
            meters.count(.corrupt, stream)
            stream.note("fault.corrupt", [("offset", "\(sent)")])
        }
        sent += count
        chunk.keep(from: count)
        return .continue
    }

    /// What has gone on gets a moment to leave: an end at once would overtake it on HTTP/2.
    private static let parting = Interval.milliseconds(10)

    private func end(_ truncation: Truncation, _ stream: FilterStream) -> Verdict {
        meters.count(.truncate, stream)
        stream.note("fault.truncate", [("after", "\(truncation.after)")])
        return stream.pause(
            for: Self.parting, thenCutOff: "fault_truncated", truncation.manner)
    }

    /// How long the next bytes have to wait; nil for not at all.
    private func wait(_ rate: ThrottleRate, _ stream: FilterStream) -> Interval? {
        guard let paidUntil else {
            meters.count(.throttle, stream)
            stream.note("fault.throttle", [("bytes-per-second", "\(rate.bytesPerSecond)")])
            self.paidUntil = stream.now
            return nil
        }
        return paidUntil > stream.now ? paidUntil - stream.now : nil
    }

    /// A timer that was late is made up for; a source that was slow is not.
    private func pay(_ rate: ThrottleRate, for count: Int, _ stream: FilterStream) {
        let credit = min(rate.time(for: rate.slice), .milliseconds(100))
        let earliest = MonotonicTime(
            nanoseconds: stream.now.nanoseconds - credit.nanoseconds)
        paidUntil = max(paidUntil ?? earliest, earliest) + rate.time(for: count)
    }
}

/// Changes bytes here and there. Which ones depends on where they stand in the body, not on the
/// pieces in which it comes.
struct Corruption {
    private let rate: CorruptionRate
    private var state: UInt64
    /// Where the next change is.
    private var next = 0

    init(_ rate: CorruptionRate, seed: UInt64) {
        self.rate = rate
        state = seed
        next = gap()
    }

    /// Changes the first `count` bytes of a piece that begins at `offset`; whether any was.
    mutating func change(_ chunk: BodyChunk, _ count: Int, at offset: Int) -> Bool {
        var hasChanged = false
        while next < offset + count {
            // Never zero, so that the byte is another afterwards.
            chunk.bytes.storage[next - offset] ^= UInt8(truncatingIfNeeded: draw() % 255) + 1
            hasChanged = true
            next += 1 + gap()
        }
        return hasChanged
    }

    /// How many bytes are left alone before the next change.
    private mutating func gap() -> Int {
        if rate.share >= 1 { return 0 }
        let bits = draw()
        // `1 - share` would be 1 for a tiny share. What is no number becomes the longest, too.
        let length = log1p(-FaultDice.unit(bits)) / log1p(-rate.share)
        return length >= 0 && length < 1e15 ? Int(length) : 1_000_000_000_000_000
    }

    private mutating func draw() -> UInt64 {
        state &+= 1
        return FaultDice.mix(state)
    }
}
