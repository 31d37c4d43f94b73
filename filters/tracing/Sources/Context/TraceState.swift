internal import WeirBase

/// The `tracestate` of a request (W3C Trace Context, section 3.3): passed on as it is when that is
/// allowed, put together from several lines, cut when it is long, dropped when it is malformed.
enum TraceState {
    /// How many members a list may have; a longer one is malformed.
    static let mostMembers = 32
    /// How many bytes are passed on (section 3.3.1.5).
    static let mostBytes = 512
    /// Members longer than this are the first to go.
    static let longMember = 128

    /// Makes the lines of a request fit to be passed on: nothing happens to a single proper one.
    static func tidy(_ headers: inout HeaderMap) {
        guard let first = headers.index(of: .tracestate) else { return }
        var members = 0
        var bytes = 0
        var lines = 0
        var line: Int? = first
        while let index = line {
            guard count(headers.value(at: index), into: &members) else {
                return headers.remove(.tracestate)
            }
            bytes += headers.value(at: index).count
            lines += 1
            line = headers.index(of: .tracestate, from: index + 1)
        }
        if members == 0 { return headers.remove(.tracestate) }
        if lines == 1 && bytes <= mostBytes { return }
        let value = shortened(all(headers))
        if value.isEmpty { return headers.remove(.tracestate) }
        headers.set(.tracestate, value.span)
    }

    /// The members of all lines in order, empty ones left out.
    static func all(_ headers: HeaderMap) -> [ByteString] {
        var members: [ByteString] = []
        var line = headers.index(of: .tracestate)
        while let index = line {
            forEachMember(headers.value(at: index)) { member in
                if !member.isEmpty { members.append(ByteString(member)) }
                return true
            }
            line = headers.index(of: .tracestate, from: index + 1)
        }
        return members
    }

    /// The members joined: when that is too long, without long ones, then without the last ones.
    static func shortened(_ members: [ByteString]) -> ByteString {
        var kept = members
        func byteCount() -> Int { kept.reduce(kept.count - 1) { $0 + $1.count } }
        while byteCount() > mostBytes,
            let long = kept.lastIndex(where: { $0.count > longMember })
        {
            kept.remove(at: long)
        }
        while byteCount() > mostBytes { kept.removeLast() }
        var value = ByteString()
        for member in kept {
            if !value.isEmpty { value.append(UInt8(ascii: ",")) }
            value.append(member)
        }
        return value
    }

    /// Adds the members of a line; false when it is malformed or there are too many.
    private static func count(_ line: Span<UInt8>, into members: inout Int) -> Bool {
        var count = members
        let isGood = forEachMember(line) { member in
            if member.isEmpty { return true }
            count += 1
            return count <= mostMembers && isMember(member)
        }
        members = count
        return isGood
    }

    /// Calls `body` with each member, whitespace around it removed, until it returns false.
    @discardableResult
    private static func forEachMember(
        _ line: Span<UInt8>, _ body: (Span<UInt8>) -> Bool
    ) -> Bool {
        var start = 0
        while start <= line.count {
            let end = line.firstIndex(of: UInt8(ascii: ","), from: start) ?? line.count
            guard body(line.extracting(start..<end).trimmed) else { return false }
            start = end + 1
        }
        return true
    }

    /// Whether it is `key=value` (section 3.3.1.3).
    private static func isMember(_ member: Span<UInt8>) -> Bool {
        guard let equals = member.firstIndex(of: UInt8(ascii: "=")), (1...256).contains(equals),
            (1...256).contains(member.count - equals - 1),
            isKeyStart(member[0])
        else { return false }
        for index in 1..<equals where !isKeyByte(member[index]) { return false }
        for index in equals + 1..<member.count where !isValueByte(member[index]) { return false }
        return true
    }

    private static func isKeyStart(_ byte: UInt8) -> Bool { byte.isDigit || byte &- 0x61 < 26 }

    private static func isKeyByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "*"), UInt8(ascii: "/"),
            UInt8(ascii: "@"):
            true
        default: isKeyStart(byte)
        }
    }

    private static func isValueByte(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte < 0x7F && byte != UInt8(ascii: "=")
    }
}
