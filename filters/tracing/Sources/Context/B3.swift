internal import WeirBase

/// The B3 fields of Zipkin, in one field or in several.
enum B3 {
    static let single: HeaderName = "b3"
    static let trace: HeaderName = "x-b3-traceid"
    static let span: HeaderName = "x-b3-spanid"
    static let parent: HeaderName = "x-b3-parentspanid"
    static let sampled: HeaderName = "x-b3-sampled"
    static let flags: HeaderName = "x-b3-flags"

    // MARK: Reading

    /// Reads `TRACE-SPAN`, `TRACE-SPAN-STATE`, `TRACE-SPAN-STATE-PARENT` or a state alone; nil for
    /// anything else.
    static func caller(single value: Span<UInt8>) -> Caller? {
        let dash = UInt8(ascii: "-")
        var caller = Caller()
        guard let traceEnd = value.firstIndex(of: dash) else {
            guard let decision = decision(value) else { return nil }
            caller.decision = decision
            return caller
        }
        let spanEnd = value.firstIndex(of: dash, from: traceEnd + 1) ?? value.count
        guard
            identify(
                &caller, trace: value.extracting(0..<traceEnd),
                span: value.extracting(traceEnd + 1..<spanEnd))
        else { return nil }
        if spanEnd == value.count { return caller }
        let stateEnd = value.firstIndex(of: dash, from: spanEnd + 1) ?? value.count
        guard let decision = decision(value.extracting(spanEnd + 1..<stateEnd)) else { return nil }
        caller.decision = decision
        if stateEnd < value.count {
            let rest = value.extracting(stateEnd + 1..<value.count)
            guard rest.count == 16, rest.hexadecimal(at: 0) != nil else { return nil }
        }
        return caller
    }

    /// Reads the `x-b3-` fields; nil when there are none, or when one of them is malformed.
    static func caller(multiple headers: HeaderMap) -> Caller? {
        var caller = Caller()
        if let flags = headers.index(of: flags) {
            if headers.value(at: flags).equals("1") { caller.decision = .debug }
        }
        if caller.decision == .none, let index = headers.index(of: sampled) {
            let value = headers.value(at: index)
            if value.equals("1") || value.equalsIgnoringCase("true") {
                caller.decision = .sampled
            } else if value.equals("0") || value.equalsIgnoringCase("false") {
                caller.decision = .unsampled
            } else {
                return nil
            }
        }
        let traceIndex = headers.index(of: trace)
        let spanIndex = headers.index(of: span)
        if let traceIndex, let spanIndex {
            guard
                identify(
                    &caller, trace: headers.value(at: traceIndex),
                    span: headers.value(at: spanIndex))
            else { return nil }
            return caller
        }
        guard traceIndex == nil, spanIndex == nil, caller.decision != .none else { return nil }
        return caller
    }

    /// Takes identifiers of 16 or 32, and 16 digits.
    private static func identify(
        _ caller: inout Caller, trace: Span<UInt8>, span: Span<UInt8>
    ) -> Bool {
        guard trace.count == 16 || trace.count == 32, span.count == 16,
            let low = trace.hexadecimal(at: trace.count - 16),
            let high = trace.count == 16 ? 0 : trace.hexadecimal(at: 0),
            let identifier = span.hexadecimal(at: 0),
            high | low != 0, identifier != 0
        else { return false }
        caller.traceHigh = high
        caller.traceLow = low
        caller.span = identifier
        return true
    }

    private static func decision(_ state: Span<UInt8>) -> Caller.Decision? {
        guard state.count == 1 else { return nil }
        switch state[0] {
        case UInt8(ascii: "0"): return .unsampled
        case UInt8(ascii: "1"): return .sampled
        case UInt8(ascii: "d"): return .debug
        default: return nil
        }
    }

    // MARK: Writing

    static func writeSingle(_ place: TracePlace, to headers: inout HeaderMap) {
        var text = InlineArray<51, UInt8>(repeating: UInt8(ascii: "-"))
        // A trace that began with 64 bits keeps them, for systems that know no others.
        let start = place.traceHigh == 0 ? 16 : 0
        text.write(hexadecimal: place.traceHigh, at: 0)
        text.write(hexadecimal: place.traceLow, at: 16)
        text.write(hexadecimal: place.span, at: 33)
        text[50] =
            place.isDebug ? UInt8(ascii: "d") : UInt8(ascii: place.isSampled ? "1" : "0")
        headers.set(single, text.span.extracting(start..<51))
    }

    static func writeMultiple(_ place: TracePlace, to headers: inout HeaderMap) {
        var text = InlineArray<32, UInt8>(repeating: 0)
        let start = place.traceHigh == 0 ? 16 : 0
        text.write(hexadecimal: place.traceHigh, at: 0)
        text.write(hexadecimal: place.traceLow, at: 16)
        headers.set(trace, text.span.extracting(start..<32))
        text.write(hexadecimal: place.span, at: 0)
        headers.set(span, text.span.extracting(0..<16))
        headers.remove(parent)
        let one: StaticString = "1"
        let zero: StaticString = "0"
        if place.isDebug {
            headers.set(flags, one.span)
            headers.remove(sampled)
        } else {
            headers.set(sampled, place.isSampled ? one.span : zero.span)
            headers.remove(flags)
        }
    }
}
