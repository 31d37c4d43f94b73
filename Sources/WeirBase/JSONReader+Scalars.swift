/// Text and numbers (RFC 8259, sections 6 and 7).
extension JSONCursor {
    /// The text whose opening quote stands here.
    mutating func string(_ text: Span<UInt8>) throws(JSONError) -> String {
        offset += 1
        let start = offset
        while offset < text.count {
            switch text[offset] {
            case UInt8(ascii: "\""):
                let plain = try Self.decoded(text.extracting(start..<offset), at: start)
                offset += 1
                return plain
            case UInt8(ascii: "\\"): return try escapedString(text, from: start)
            case 0..<0x20: throw fault("a control character stands in text without escape")
            default: offset += 1
            }
        }
        throw fault("the text ends too early")
    }

    /// Goes on with a text that begins at `start` and has its first escape here.
    private mutating func escapedString(
        _ text: Span<UInt8>, from start: Int
    ) throws(JSONError) -> String {
        // Checked piece by piece: an escape must not complete a character begun in raw bytes.
        var result = try Self.decoded(text.extracting(start..<offset), at: start)
        while offset < text.count {
            switch text[offset] {
            case UInt8(ascii: "\""):
                offset += 1
                return result
            case UInt8(ascii: "\\"): result.unicodeScalars.append(try escape(text))
            case 0..<0x20: throw fault("a control character stands in text without escape")
            default:
                let begin = offset
                while offset < text.count, text[offset] != UInt8(ascii: "\""),
                    text[offset] != UInt8(ascii: "\\"), text[offset] >= 0x20
                {
                    offset += 1
                }
                result += try Self.decoded(text.extracting(begin..<offset), at: begin)
            }
        }
        throw fault("the text ends too early")
    }

    private static func decoded(_ bytes: Span<UInt8>, at start: Int) throws(JSONError) -> String {
        do {
            return String(copying: try UTF8Span(validating: bytes))
        } catch {
            throw JSONError("the text is not UTF-8", at: start + error.byteOffsets.lowerBound)
        }
    }

    private mutating func escape(_ text: Span<UInt8>) throws(JSONError) -> Unicode.Scalar {
        let start = offset
        guard offset + 1 < text.count else { throw fault("the text ends too early") }
        let kind = text[offset + 1]
        offset += 2
        switch kind {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(kind)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): break
        default: throw JSONError("there is no such escape", at: start)
        }
        let unit = try hexUnit(text, start)
        if let scalar = Unicode.Scalar(unit) { return scalar }
        // Half a pair: the second half has to follow at once (RFC 8259, section 7).
        guard unit < 0xDC00, take(UInt8(ascii: "\\"), text), take(UInt8(ascii: "u"), text),
            case let low = UInt32(try hexUnit(text, start)), low >= 0xDC00, low < 0xE000,
            let scalar = Unicode.Scalar(0x10000 + (UInt32(unit) - 0xD800) << 10 + (low - 0xDC00))
        else { throw JSONError("an escape stands for half a character", at: start) }
        return scalar
    }

    private mutating func hexUnit(
        _ text: Span<UInt8>, _ start: Int
    ) throws(JSONError) -> UInt16 {
        var unit: UInt16 = 0
        for _ in 0..<4 {
            guard offset < text.count, let digit = text[offset].hexValue else {
                throw JSONError("expected four hexadecimal digits", at: start)
            }
            unit = unit << 4 | UInt16(digit)
            offset += 1
        }
        return unit
    }

    /// The number that begins here.
    mutating func number(_ text: Span<UInt8>) throws(JSONError) -> JSONValue {
        let start = offset
        _ = take(UInt8(ascii: "-"), text)
        let whole = offset
        try digits(text)
        guard offset == whole + 1 || text[whole] != UInt8(ascii: "0") else {
            throw JSONError("a number begins with a zero too many", at: start)
        }
        var isWhole = true
        if take(UInt8(ascii: "."), text) {
            isWhole = false
            try digits(text)
        }
        if take(UInt8(ascii: "e"), text) || take(UInt8(ascii: "E"), text) {
            isWhole = false
            if !take(UInt8(ascii: "+"), text) { _ = take(UInt8(ascii: "-"), text) }
            try digits(text)
        }
        // Longer ones say nothing that a `Double` could hold, and cost time to read.
        guard offset - start <= Self.longestNumber else {
            throw JSONError("a number has too many digits", at: start)
        }
        let digits = text.extracting(start..<offset).string
        if isWhole, let integer = Int64(digits) { return .integer(integer) }
        guard let number = Double(digits), number.isFinite else {
            throw JSONError("a number is too large", at: start)
        }
        return .number(number)
    }

    private static let longestNumber = 400

    private mutating func digits(_ text: Span<UInt8>) throws(JSONError) {
        let start = offset
        while offset < text.count, text[offset].isDigit { offset += 1 }
        if offset == start { throw fault("expected a digit") }
    }
}
