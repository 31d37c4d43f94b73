internal import WeirBase

/// The text of a `Cookie` field: pairs between semicolons (RFC 6265, section 5.4).
enum CookieText {
    /// Calls `body` with the value of each cookie of that name, without quotes around it, until it
    /// says that it has seen enough.
    static func search(
        _ name: ByteString, _ line: Span<UInt8>, _ body: (Span<UInt8>) -> Bool
    ) -> Bool {
        var start = 0
        while start <= line.count {
            let end = line.firstIndex(of: UInt8(ascii: ";"), from: start) ?? line.count
            let pair = line.extracting(start..<end).trimmed
            if let split = split(pair, of: name) {
                var value = pair.extracting(split + 1..<pair.count).trimmed
                let quote = UInt8(ascii: "\"")
                if value.count >= 2 && value[0] == quote && value[value.count - 1] == quote {
                    value = value.extracting(1..<value.count - 1)
                }
                if body(value) { return true }
            }
            start = end + 1
        }
        return false
    }

    /// The line without the cookies of that name; nil when it has none.
    static func without(_ name: ByteString, _ line: Span<UInt8>) -> ByteString? {
        var rest = ByteString()
        var isFound = false
        var start = 0
        while start <= line.count {
            let end = line.firstIndex(of: UInt8(ascii: ";"), from: start) ?? line.count
            let part = line.extracting(start..<end)
            if split(part.trimmed, of: name) != nil {
                isFound = true
            } else if rest.isEmpty {
                // The space after the semicolon that went.
                rest.append(part.trimmed)
            } else {
                rest.append(UInt8(ascii: ";"))
                rest.append(part)
            }
            start = end + 1
        }
        return isFound ? rest : nil
    }

    /// Where the value begins, at the equals sign, of a pair of that name; nil for others.
    private static func split(_ pair: Span<UInt8>, of name: ByteString) -> Int? {
        guard let split = pair.firstIndex(of: UInt8(ascii: "=")),
            pair.extracting(0..<split).trimmed.equals(name.span)
        else { return nil }
        return split
    }
}
