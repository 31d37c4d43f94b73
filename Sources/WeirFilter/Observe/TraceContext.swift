/// The trace that a stream belongs to, and its place in it (W3C Trace Context, section 2).
public struct TraceContext: Sendable, Hashable {
    /// The trace's identifier, 16 bytes as two big-endian halves; never all zero.
    public let traceHigh: UInt64
    /// The second half.
    public let traceLow: UInt64
    /// The identifier of the span that stands for the stream; never zero.
    public let span: UInt64
    /// Whether the trace is recorded.
    public let isSampled: Bool

    /// Describes a place in a trace.
    public init(traceHigh: UInt64, traceLow: UInt64, span: UInt64, isSampled: Bool) {
        self.traceHigh = traceHigh
        self.traceLow = traceLow
        self.span = span
        self.isSampled = isSampled
    }

    /// The trace's identifier as 32 lower-case hexadecimal digits.
    public var traceText: String { Self.hex(traceHigh) + Self.hex(traceLow) }

    /// The span's identifier as 16 lower-case hexadecimal digits.
    public var spanText: String { Self.hex(span) }

    private static func hex(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
