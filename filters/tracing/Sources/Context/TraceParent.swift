internal import WeirBase

/// The value of a `traceparent` field (W3C Trace Context, section 3.2).
struct TraceParent: Equatable {
    /// The trace's identifier, 16 bytes as two big-endian halves; never all zero.
    var traceHigh: UInt64
    var traceLow: UInt64
    /// The caller's span; never zero.
    var parent: UInt64
    /// `sampled` and `random`, and nothing else (section 3.2.2.5).
    var flags: UInt8

    static let sampled: UInt8 = 1
    /// The last seven bytes of the trace's identifier are random (Level 2).
    static let random: UInt8 = 2
    /// How long the value is in version 00.
    static let count = 55

    init(traceHigh: UInt64, traceLow: UInt64, parent: UInt64, flags: UInt8) {
        self.traceHigh = traceHigh
        self.traceLow = traceLow
        self.parent = parent
        self.flags = flags
    }

    /// Reads a value without whitespace around it; nil for one that has to be ignored.
    ///
    /// Of versions above 00 the known part counts, and what follows it has to be set apart by a
    /// dash (section 3.2.4).
    init?(_ value: Span<UInt8>) {
        let dash = UInt8(ascii: "-")
        guard value.count >= Self.count,
            let version = value.hexadecimalByte(at: 0), version != 0xFF,
            value[2] == dash, value[35] == dash, value[52] == dash,
            version == 0 ? value.count == Self.count : true,
            value.count == Self.count || value[Self.count] == dash,
            let high = value.hexadecimal(at: 3),
            let low = value.hexadecimal(at: 19), high | low != 0,
            let parent = value.hexadecimal(at: 36), parent != 0,
            let flags = value.hexadecimalByte(at: 53)
        else { return nil }
        traceHigh = high
        traceLow = low
        self.parent = parent
        self.flags = flags & (Self.sampled | Self.random)
    }

    /// The value in version 00.
    var text: InlineArray<55, UInt8> {
        var text = InlineArray<55, UInt8>(repeating: UInt8(ascii: "-"))
        text.write(hexadecimalByte: 0, at: 0)
        text.write(hexadecimal: traceHigh, at: 3)
        text.write(hexadecimal: traceLow, at: 19)
        text.write(hexadecimal: parent, at: 36)
        text.write(hexadecimalByte: flags, at: 53)
        return text
    }
}
