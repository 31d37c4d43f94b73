internal import WeirBase

/// The `baggage` of a request (W3C Baggage, section 3.3): passed on as it is when it is well formed
/// and within the bounds; otherwise members that are malformed or too many are left out whole.
enum Baggage {
    /// How many members are passed on, over all lines.
    static let mostMembers = 64
    /// How many bytes are passed on, over all lines and with what joins them.
    static let mostBytes = 8192

    /// Makes the lines of a request fit to be passed on.
    static func tidy(_ headers: inout HeaderMap) {
        guard let first = headers.index(of: .baggage) else { return }
        var members = 0
        var bytes = -1
        var isGood = true
        var line: Int? = first
        while let index = line, isGood {
            let value = headers.value(at: index)
            bytes += value.count + 1
            forEachMember(value) { member in
                members += 1
                if !isMember(member) { isGood = false }
            }
            line = headers.index(of: .baggage, from: index + 1)
        }
        if isGood && members <= mostMembers && bytes <= mostBytes { return }
        let value = kept(headers)
        if value.isEmpty { return headers.remove(.baggage) }
        headers.set(.baggage, value.span)
    }

    /// The first members that are well formed and fit, in one line.
    private static func kept(_ headers: HeaderMap) -> ByteString {
        var value = ByteString()
        var members = 0
        var line = headers.index(of: .baggage)
        while let index = line {
            forEachMember(headers.value(at: index)) { member in
                guard members < mostMembers, isMember(member),
                    value.count + member.count + (members > 0 ? 1 : 0) <= mostBytes
                else { return }
                if members > 0 { value.append(UInt8(ascii: ",")) }
                value.append(member)
                members += 1
            }
            line = headers.index(of: .baggage, from: index + 1)
        }
        return value
    }

    /// The value of the first well-formed member of that name, decoded; nil when there is none.
    static func value(_ name: ByteString, in headers: HeaderMap) -> String? {
        var found: String?
        var line = headers.index(of: .baggage)
        while let index = line {
            forEachMember(headers.value(at: index)) { member in
                let pair = member.extracting(0..<end(of: member, at: UInt8(ascii: ";")))
                guard found == nil, isMember(member),
                    let equals = pair.firstIndex(of: UInt8(ascii: "=")),
                    pair.extracting(0..<equals).trimmed.equals(name.span)
                else { return }
                found = decoded(pair.extracting(equals + 1..<pair.count).trimmed)
            }
            line = headers.index(of: .baggage, from: index + 1)
        }
        return found
    }

    /// Resolves percent escapes; what is no UTF-8 then becomes U+FFFD.
    private static func decoded(_ value: Span<UInt8>) -> String {
        value.percentDecoded().description
    }

    private static func forEachMember(_ line: Span<UInt8>, _ body: (Span<UInt8>) -> Void) {
        var start = 0
        while start <= line.count {
            let end = line.firstIndex(of: UInt8(ascii: ","), from: start) ?? line.count
            body(line.extracting(start..<end).trimmed)
            start = end + 1
        }
    }

    /// Whether it is `key=value` with properties behind it.
    private static func isMember(_ member: Span<UInt8>) -> Bool {
        var start = 0
        while start <= member.count {
            let end = member.firstIndex(of: UInt8(ascii: ";"), from: start) ?? member.count
            let isFirst = start == 0
            guard isPair(member.extracting(start..<end), needsValue: isFirst) else { return false }
            start = end + 1
        }
        return true
    }

    private static func isPair(_ text: Span<UInt8>, needsValue: Bool) -> Bool {
        let equals = text.firstIndex(of: UInt8(ascii: "="))
        if equals == nil && needsValue { return false }
        let key = text.extracting(0..<(equals ?? text.count)).trimmed
        if key.isEmpty { return false }
        for index in 0..<key.count where !key[index].isToken { return false }
        guard let equals else { return true }
        let value = text.extracting(equals + 1..<text.count).trimmed
        for index in 0..<value.count where !isOctet(value[index]) { return false }
        return true
    }

    private static func isOctet(_ byte: UInt8) -> Bool {
        byte > 0x20 && byte < 0x7F && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
            && byte != UInt8(ascii: ",") && byte != UInt8(ascii: ";")
    }

    private static func end(of text: Span<UInt8>, at byte: UInt8) -> Int {
        text.firstIndex(of: byte) ?? text.count
    }
}
