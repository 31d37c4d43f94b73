internal import WeirBase

/// What a request says about the trace that it belongs to.
struct Caller: Equatable {
    /// What the caller has decided about recording.
    enum Decision: Equatable {
        /// Nothing: whoever is asked may decide.
        case none
        case unsampled
        case sampled
        /// Recorded whatever anybody thinks (B3).
        case debug
    }

    /// The trace's identifier in two halves; both zero when only a decision was sent.
    var traceHigh: UInt64 = 0
    var traceLow: UInt64 = 0
    /// The caller's span.
    var span: UInt64 = 0
    var decision = Decision.none
    /// Whether the last seven bytes of the identifier are random (W3C Trace Context, Level 2).
    var isRandom = false
    /// Whether `tracestate` belongs to it.
    var ownsTraceState = false

    /// Whether there is a trace to be part of.
    var hasTrace: Bool { span != 0 }

    init() {}

    init(_ parent: TraceParent) {
        traceHigh = parent.traceHigh
        traceLow = parent.traceLow
        span = parent.parent
        decision = parent.flags & TraceParent.sampled != 0 ? .sampled : .unsampled
        isRandom = parent.flags & TraceParent.random != 0
        ownsTraceState = true
    }
}
