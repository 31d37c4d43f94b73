/// A piece of Swift source that the rules look at. Comments leave no token.
struct Token: Equatable {
    enum Kind {
        /// A keyword, identifier or number.
        case word
        /// The content of a string literal; code in its interpolations has tokens of its own.
        case string
        /// One character of an operator or bracket.
        case mark
    }

    let kind: Kind
    let text: String
    let line: Int

    func isWord(_ word: String) -> Bool { kind == .word && text == word }
    func isMark(_ mark: String) -> Bool { kind == .mark && text == mark }
}

extension TextFile {
    var tokens: [Token] {
        var lexer = Lexer(bytes: Array(text.utf8))
        lexer.code()
        return lexer.tokens
    }
}

/// Knows just enough of Swift to tell code from comments and strings.
private struct Lexer {
    let bytes: [UInt8]
    var position = 0
    var line = 1
    var tokens: [Token] = []

    init(bytes: [UInt8]) { self.bytes = bytes }

    func starts(with text: StaticString, at offset: Int = 0) -> Bool {
        let wanted = Array(text.description.utf8)
        return bytes[min(position + offset, bytes.count)...].starts(with: wanted)
    }

    mutating func advance(_ count: Int = 1) {
        for _ in 0..<count where position < bytes.count {
            if bytes[position] == UInt8(ascii: "\n") { line += 1 }
            position += 1
        }
    }

    /// Reads code up to the end, or past the parenthesis that ends an interpolation.
    mutating func code(inInterpolation: Bool = false) {
        var depth = 0
        while position < bytes.count {
            let byte = bytes[position]
            if starts(with: "//") {
                while position < bytes.count, bytes[position] != UInt8(ascii: "\n") { advance() }
            } else if starts(with: "/*") {
                blockComment()
            } else if byte == UInt8(ascii: "\"") || opensRawString {
                string()
            } else if isWordByte(byte) {
                word()
            } else if byte <= UInt8(ascii: " ") {
                advance()
            } else {
                if byte == UInt8(ascii: "(") { depth += 1 }
                if byte == UInt8(ascii: ")") { depth -= 1 }
                if inInterpolation, depth < 0 { return advance() }
                add(.mark, String(UnicodeScalar(byte)))
                advance()
            }
        }
    }

    mutating func add(_ kind: Token.Kind, _ text: String) {
        tokens.append(Token(kind: kind, text: text, line: line))
    }

    func isWordByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 0x80...:
            true
        default: false
        }
    }

    mutating func word() {
        let start = position
        while position < bytes.count, isWordByte(bytes[position]) { position += 1 }
        add(.word, String(decoding: bytes[start..<position], as: UTF8.self))
    }

    mutating func blockComment() {
        var depth = 0
        repeat {
            if starts(with: "/*") {
                depth += 1
                advance(2)
            } else if starts(with: "*/") {
                depth -= 1
                advance(2)
            } else {
                advance()
            }
        } while depth > 0 && position < bytes.count
    }

    var opensRawString: Bool {
        let hashes = hashCount(at: position)
        return hashes > 0 && starts(with: "\"", at: hashes)
    }

    func hashCount(at start: Int) -> Int {
        bytes[min(start, bytes.count)...].prefix { $0 == UInt8(ascii: "#") }.count
    }

    mutating func string() {
        let startLine = line
        let hashes = hashCount(at: position)
        advance(hashes)
        let quotes = starts(with: "\"\"\"") ? 3 : 1
        advance(quotes)
        var content: [UInt8] = []
        while position < bytes.count {
            if closes(quotes: quotes, hashes: hashes) {
                advance(quotes + hashes)
                break
            }
            if starts(with: "\\"), hashCount(at: position + 1) >= hashes {
                advance(1 + hashes)
                if starts(with: "(") {
                    advance()
                    code(inInterpolation: true)
                } else {
                    advance()
                }
                continue
            }
            content.append(bytes[position])
            advance()
        }
        tokens.append(
            Token(kind: .string, text: String(decoding: content, as: UTF8.self), line: startLine))
    }

    func closes(quotes: Int, hashes: Int) -> Bool {
        let end = quotes == 3 ? starts(with: "\"\"\"") : starts(with: "\"")
        return end && hashCount(at: position + quotes) >= hashes
    }
}
