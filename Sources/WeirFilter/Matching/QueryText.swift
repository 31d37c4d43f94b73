internal import WeirBase

/// The text of a query: pairs between ampersands, as forms send them.
enum QueryText {
    /// Calls `body` with the decoded value of each parameter of that name, until it says that it
    /// has seen enough.
    static func search(
        _ name: ByteString, _ query: Span<UInt8>, _ body: (ByteString) -> Bool
    ) -> Bool {
        var start = 0
        while start <= query.count {
            let end = query.firstIndex(of: UInt8(ascii: "&"), from: start) ?? query.count
            let pair = query.extracting(start..<end)
            let split = pair.firstIndex(of: UInt8(ascii: "=")) ?? pair.count
            if isEscaped(pair.extracting(0..<split), name) {
                let value = pair.extracting(min(split + 1, pair.count)..<pair.count)
                if body(decoded(value)) { return true }
            }
            start = end + 1
        }
        return false
    }

    /// The query without the parameters of that name; nil when it has none.
    static func without(_ name: ByteString, _ query: Span<UInt8>) -> ByteString? {
        var rest = ByteString()
        var isFound = false
        var isFirst = true
        var start = 0
        while start <= query.count {
            let end = query.firstIndex(of: UInt8(ascii: "&"), from: start) ?? query.count
            let pair = query.extracting(start..<end)
            let split = pair.firstIndex(of: UInt8(ascii: "=")) ?? pair.count
            if isEscaped(pair.extracting(0..<split), name) {
                isFound = true
            } else {
                if !isFirst { rest.append(UInt8(ascii: "&")) }
                rest.append(pair)
                isFirst = false
            }
            start = end + 1
        }
        return isFound ? rest : nil
    }

    /// Whether `text` is `name` once it is decoded.
    private static func isEscaped(_ text: Span<UInt8>, _ name: ByteString) -> Bool {
        guard text.count >= name.count else { return false }
        return text.equals(name.span) || decoded(text) == name
    }

    /// The text with its escapes resolved; those that are none stay as they are.
    static func decoded(_ text: Span<UInt8>) -> ByteString {
        text.percentDecoded(plusIsSpace: true)
    }
}
