internal import WeirBase
internal import WeirFilter

/// Where a request stands in its trace, as it is told to whom it is sent.
struct TracePlace {
    var traceHigh: UInt64
    var traceLow: UInt64
    var span: UInt64
    var isSampled: Bool
    /// The trace's identifier is random in its last seven bytes.
    var isRandom: Bool
    /// Recorded whatever anybody thinks (B3).
    var isDebug: Bool

    var context: TraceContext {
        TraceContext(traceHigh: traceHigh, traceLow: traceLow, span: span, isSampled: isSampled)
    }
}

/// The formats in which a trace is read from requests and written to them.
struct Propagation: Sendable {
    let formats: [Tracing.Format]

    /// What the request says by the first of the formats in which it says anything usable.
    func read(_ headers: HeaderMap) -> Caller {
        for format in formats {
            if let caller = Self.read(format, headers) { return caller }
        }
        return Caller()
    }

    /// Says in all formats where the request stands.
    func write(_ place: TracePlace, to headers: inout HeaderMap) {
        for format in formats {
            switch format {
            case .w3c:
                var flags: UInt8 = place.isSampled ? TraceParent.sampled : 0
                if place.isRandom { flags |= TraceParent.random }
                let value = TraceParent(
                    traceHigh: place.traceHigh, traceLow: place.traceLow, parent: place.span,
                    flags: flags)
                let text = value.text
                headers.set(.traceparent, text.span)
            case .b3: B3.writeSingle(place, to: &headers)
            case .b3Multi: B3.writeMultiple(place, to: &headers)
            }
        }
    }

    /// Makes `tracestate` fit what the request's trace has become.
    func tidyState(of caller: Caller, isContinued: Bool, _ headers: inout HeaderMap) {
        guard formats.contains(.w3c), headers.contains(.tracestate) else { return }
        if isContinued && caller.ownsTraceState {
            TraceState.tidy(&headers)
        } else {
            headers.remove(.tracestate)
        }
    }

    private static func read(_ format: Tracing.Format, _ headers: HeaderMap) -> Caller? {
        switch format {
        case .w3c:
            // Of several, none can be trusted to be the right one.
            guard let index = headers.index(of: .traceparent),
                headers.index(of: .traceparent, from: index + 1) == nil,
                let parent = TraceParent(headers.value(at: index).trimmed)
            else { return nil }
            return Caller(parent)
        case .b3:
            guard let index = headers.index(of: B3.single) else { return nil }
            return B3.caller(single: headers.value(at: index))
        case .b3Multi: return B3.caller(multiple: headers)
        }
    }
}
