internal import WeirBase

/// Masks values in a JSON text and leaves every other byte as it is.
struct JSONMasker: Sendable {
    let names: Set<String>
    /// A JSON text, with its quotes.
    let mask: ByteString

    /// The masked text; nil when `text` is no JSON.
    func mask(_ text: ByteString, limit: Int) -> ByteString? {
        // Once the strict reader has accepted the text, finding one's way needs no more checks.
        let reader = JSONReader(sizeLimit: limit, keepsFirstOfDuplicates: true)
        guard (try? reader.read(text.span)) != nil else { return nil }
        var result = ByteString()
        var copied = 0
        var index = 0
        let bytes = text.storage
        while index < bytes.count {
            guard bytes[index] == UInt8(ascii: "\"") else {
                index += 1
                continue
            }
            let start = index
            index = Self.endOfString(bytes, from: start)
            // In JSON, text before a colon is a name, and nothing else is.
            let colon = Self.skipSpace(bytes, from: index)
            guard colon < bytes.count, bytes[colon] == UInt8(ascii: ":"),
                isMasked(text.span.extracting(start..<index))
            else { continue }
            let value = Self.skipSpace(bytes, from: colon + 1)
            index = Self.endOfValue(bytes, from: value)
            result.append(text.span.extracting(copied..<value))
            result.append(mask)
            copied = index
        }
        result.append(text.span.extracting(copied..<bytes.count))
        return result
    }

    /// Whether that name, with its quotes, is one of those; escapes are decoded.
    private func isMasked(_ quoted: Span<UInt8>) -> Bool {
        guard let name = try? JSONReader().read(quoted).string else { return true }
        return names.contains(name)
    }

    private static func skipSpace(_ bytes: [UInt8], from start: Int) -> Int {
        var index = start
        while index < bytes.count, bytes[index] <= 0x20 { index += 1 }
        return index
    }

    /// Behind the quote that ends the text whose first quote stands there.
    private static func endOfString(_ bytes: [UInt8], from start: Int) -> Int {
        var index = start + 1
        while bytes[index] != UInt8(ascii: "\"") {
            index += bytes[index] == UInt8(ascii: "\\") ? 2 : 1
        }
        return index + 1
    }

    /// Behind the value that begins there.
    private static func endOfValue(_ bytes: [UInt8], from start: Int) -> Int {
        var index = start
        var depth = 0
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "\""):
                index = endOfString(bytes, from: index)
                if depth == 0 { return index }
                continue
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                // One that was not opened here ends the object around a number or a word.
                if depth == 0 { return index }
                depth -= 1
                if depth == 0 { return index + 1 }
            case UInt8(ascii: ","), 0...0x20: if depth == 0 { return index }
            default: break
            }
            index += 1
        }
        return index
    }
}
