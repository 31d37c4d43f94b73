import WeirBase

/// The parts of a request line (RFC 9112, section 3), as positions in the bytes it was read from.
struct RequestLine {
    var method: Method
    var name: Range<Int>
    var target: Range<Int>
    var version: HTTPVersion
    /// Where the line after it starts.
    var next: Int

    /// The longest method; the registry's longest has 17 bytes.
    static let methodBound = 32

    enum Step {
        case needMore
        case complete(RequestLine)
        case failed(Fault)
    }

    /// Parses the line that starts at `start`. Parts are divided by exactly one space.
    static func parse(_ bytes: Span<UInt8>, from start: Int, targetBound: Int) -> Step {
        let end = bytes.count
        var space = start
        var letters: UInt64 = 0
        while space < end && bytes[space].isToken {
            letters = letters &<< 8 | UInt64(bytes[space])
            space &+= 1
        }
        guard space &- start <= methodBound else { return .failed(.badMethod) }
        guard space < end else { return .needMore }
        guard bytes[space] == UInt8(ascii: " ") && space > start else {
            // The first byte of a TLS record that carries a handshake (RFC 8446, section 5.1).
            if bytes[start] == 0x16 { return .failed(.tlsHandshake) }
            return .failed(bytes[space] == UInt8(ascii: "\n") ? .bareLineFeed : .badMethod)
        }
        let targetStart = space &+ 1
        let targetEnd = firstBelow0x21(bytes, from: targetStart)
        guard targetEnd &- targetStart <= targetBound else { return .failed(.targetTooLong) }
        guard targetEnd < end else { return .needMore }
        guard bytes[targetEnd] == UInt8(ascii: " ") && targetEnd > targetStart else {
            return .failed(targetFault(bytes[targetEnd]))
        }
        let version: HTTPVersion
        switch parseVersion(bytes, from: targetEnd &+ 1) {
        case .success(let found?): version = found
        case .success(nil): return .needMore
        case .failure(let fault): return .failed(fault)
        }
        // Past `HTTP/x.y`.
        let stop = targetEnd &+ 9
        if stop < end && bytes[stop] != UInt8(ascii: "\r") {
            return .failed(bytes[stop] == UInt8(ascii: "\n") ? .bareLineFeed : .badRequestLine)
        }
        guard stop &+ 1 < end else { return .needMore }
        guard bytes[stop &+ 1] == UInt8(ascii: "\n") else { return .failed(.bareCarriageReturn) }
        return .complete(
            RequestLine(
                method: method(letters, count: space &- start), name: start..<space,
                target: targetStart..<targetEnd, version: version, next: stop &+ 2))
    }

    /// Reads `HTTP/1.0` or `HTTP/1.1` (RFC 9112, section 2.3); nil while it is cut off.
    static func parseVersion(
        _ bytes: Span<UInt8>, from start: Int
    ) -> Result<HTTPVersion?, Fault> {
        if start &+ 8 <= bytes.count {
            switch bytes.word(at: start) {
            case 0x312E_312F_5054_5448: return .success(.http11)
            case 0x302E_312F_5054_5448: return .success(.http10)
            default: break
            }
        }
        let prefix: StaticString = "HTTP/"
        for offset in 0..<8 {
            guard start + offset < bytes.count else { return .success(nil) }
            let byte = bytes[start + offset]
            switch offset {
            case 0..<5: guard byte == prefix.span[offset] else { return .failure(.badVersion) }
            case 6: guard byte == UInt8(ascii: ".") else { return .failure(.badVersion) }
            default: guard byte.isDigit else { return .failure(.badVersion) }
            }
        }
        return .failure(.versionUnsupported)
    }

    private static func targetFault(_ byte: UInt8) -> Fault {
        switch byte {
        case UInt8(ascii: "\n"): .bareLineFeed
        // A target and nothing after it was HTTP/0.9.
        case UInt8(ascii: "\r"), UInt8(ascii: " "): .badRequestLine
        default: .badTarget
        }
    }

    /// The method whose letters, one byte each, are `letters`.
    private static func method(_ letters: UInt64, count: Int) -> Method {
        guard count <= 7 else { return .other }
        return switch letters {
        case 0x47_4554: .get
        case 0x4845_4144: .head
        case 0x504F_5354: .post
        case 0x50_5554: .put
        case 0x4445_4C45_5445: .delete
        case 0x43_4F4E_4E45_4354: .connect
        case 0x4F_5054_494F_4E53: .options
        case 0x54_5241_4345: .trace
        case 0x50_4154_4348: .patch
        default: .other
        }
    }

    /// The position of the first control byte, space or DEL at or after `start`, or the end.
    private static func firstBelow0x21(_ bytes: Span<UInt8>, from start: Int) -> Int {
        var index = start
        while index &+ 8 <= bytes.count {
            let word = bytes.word(at: index)
            let marked = word.bytesBelow(0x21) | (word ^ .bytes(0x7F)).zeroBytes
            if marked != 0 { return index &+ marked.firstMarkedByte }
            index &+= 8
        }
        while index < bytes.count && bytes[index] > 0x20 && bytes[index] != 0x7F { index &+= 1 }
        return index
    }
}
