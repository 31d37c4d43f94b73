import WeirBase

/// Parses field lines (RFC 9112, section 5) up to the empty line that ends them: the fields of a
/// head or the trailers of a chunked body.
///
/// Lines are parsed once they are there; a line that is cut off is parsed again from its start when
/// its end has come, so that every byte is looked at a bounded number of times however it arrives.
struct FieldSection {
    /// Where the line to parse next starts.
    var line = 0
    /// No line feed stands in `line..<searched`.
    var searched = 0
    /// How many fields were parsed.
    private(set) var count = 0
    var facts = FieldFacts()
    private let isTrailers: Bool

    /// The longest field name: what `HeaderMap` can hold with room to spare.
    private static let nameBound = 4096

    /// What no trailer section may hold, because only an attack has reason to (RFC 9110, section
    /// 6.5.1).
    private static let framing: KnownHeaders = [.contentLength, .host, .transferEncoding]

    init(isTrailers: Bool) { self.isTrailers = isTrailers }

    enum Step {
        case needMore
        case complete
        case failed(Fault)
    }

    /// Whether the line that starts at `line` may be complete, given that it once was not.
    mutating func mayHaveLine(_ bytes: Span<UInt8>) -> Bool {
        if searched <= line { return true }
        if bytes.firstIndex(of: UInt8(ascii: "\n"), from: searched) != nil { return true }
        searched = bytes.count
        return false
    }

    /// Parses all complete lines from `line` on and adds them to `headers`; when it is complete,
    /// `line` is past the empty line.
    mutating func parse(
        _ bytes: Span<UInt8>, fieldBound: Int, into headers: inout HeaderMap
    ) -> Step {
        guard mayHaveLine(bytes) else { return .needMore }
        let step = parseLines(bytes, fieldBound: fieldBound, into: &headers)
        headers.adoptParsed(bytes.extracting(0..<line))
        return step
    }

    private mutating func parseLines(
        _ bytes: Span<UInt8>, fieldBound: Int, into headers: inout HeaderMap
    ) -> Step {
        let end = bytes.count
        while line < end {
            if bytes[line] == UInt8(ascii: "\r") {
                guard line &+ 1 < end else { break }
                guard bytes[line &+ 1] == UInt8(ascii: "\n") else {
                    return .failed(.bareCarriageReturn)
                }
                line &+= 2
                return .complete
            }
            if let step = parseField(bytes, fieldBound: fieldBound, into: &headers) { return step }
        }
        searched = end
        return .needMore
    }

    /// Parses one field line and moves `line` past it; anything else is returned.
    @inline(__always)
    private mutating func parseField(
        _ bytes: Span<UInt8>, fieldBound: Int, into headers: inout HeaderMap
    ) -> Step? {
        let end = bytes.count
        let colon = bytes.endOfToken(from: line)
        guard colon < end else { return cutOff(end) }
        guard bytes[colon] == UInt8(ascii: ":") && colon > line else {
            return nameFault(bytes, at: colon)
        }
        var start = colon &+ 1
        while start < end && bytes[start].isBlank { start &+= 1 }
        let carriageReturn = bytes.firstForbiddenInValue(from: start)
        guard carriageReturn &+ 1 < end else {
            if carriageReturn < end && bytes[carriageReturn] != UInt8(ascii: "\r") {
                return .failed(valueFault(bytes[carriageReturn]))
            }
            return cutOff(end)
        }
        guard bytes[carriageReturn] == UInt8(ascii: "\r") else {
            return .failed(valueFault(bytes[carriageReturn]))
        }
        guard bytes[carriageReturn &+ 1] == UInt8(ascii: "\n") else {
            return .failed(.bareCarriageReturn)
        }
        var stop = carriageReturn
        while stop > start && bytes[stop &- 1].isBlank { stop &-= 1 }
        guard count < fieldBound else { return .failed(.tooManyFields) }
        guard colon &- line <= Self.nameBound else { return .failed(.headTooLong) }

        let known = KnownHeader.named(bytes.extracting(line..<colon))
        if FieldFacts.interesting.contains(known) {
            if isTrailers {
                if Self.framing.contains(known) { return .failed(.trailerForbidden) }
            } else {
                let value = bytes.extracting(start..<stop)
                if let fault = facts.note(known, value, at: count) { return .failed(fault) }
            }
        }
        let isWhole =
            stop == carriageReturn && start == colon &+ 2 && bytes[colon &+ 1] == UInt8(ascii: " ")
        headers.expectParsed(
            known: known, name: line..<colon, value: start..<stop, isWhole: isWhole)
        count &+= 1
        line = carriageReturn &+ 2
        return nil
    }

    private mutating func cutOff(_ end: Int) -> Step {
        searched = end
        return .needMore
    }

    /// What is wrong with a name that ends at `position` without a colon, or is empty.
    private func nameFault(_ bytes: Span<UInt8>, at position: Int) -> Step {
        let byte = bytes[position]
        if byte == UInt8(ascii: "\n") { return .failed(.bareLineFeed) }
        if byte.isBlank { return .failed(position == line ? .lineFolding : .spaceBeforeColon) }
        return .failed(.badFieldName)
    }

    /// What is wrong with a value that holds `byte`.
    private func valueFault(_ byte: UInt8) -> Fault {
        byte == UInt8(ascii: "\n") ? .bareLineFeed : .badFieldValue
    }
}

extension Span where Element == UInt8 {
    /// The position of the first byte at or after `start` that is not of a token, or `count`.
    ///
    /// Most tokens are letters, digits and hyphens, which are found eight at a time.
    @inline(__always)
    func endOfToken(from start: Int) -> Int {
        var index = start
        while index &+ 8 <= count {
            let others = word(at: index).nameBytes ^ .bytes(0x80)
            if others == 0 {
                index &+= 8
                continue
            }
            index &+= others.firstMarkedByte
            if !self[index].isToken { return index }
            index &+= 1
        }
        while index < count && self[index].isToken { index &+= 1 }
        return index
    }
}
