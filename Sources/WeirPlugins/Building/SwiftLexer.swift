/// As much of Swift's grammar of words as finding declarations takes: comments are gone, and what
/// stands in texts is no code.
enum SwiftLexer {
    /// A piece of source.
    enum Token: Equatable {
        /// A name or keyword.
        case word(String)
        /// A text without interpolations; nil for any other.
        case text(String?)
        /// Any other character that is no space.
        case mark(Character)
    }

    /// The pieces of a source in order. Never fails: what is no Swift gives tokens too.
    static func tokens(_ source: String) -> [Token] {
        var characters = Array(source)[...]
        var tokens: [Token] = []
        while let character = characters.first {
            if character.isWhitespace {
                characters.removeFirst()
            } else if skipComment(&characters) {
                continue
            } else if let text = takeText(&characters) {
                tokens.append(.text(text))
            } else if character.isLetter || character == "_" || character == "`" {
                let word = characters.prefix {
                    $0.isLetter || $0.isNumber || $0 == "_" || $0 == "`"
                }
                characters = characters.dropFirst(word.count)
                tokens.append(.word(String(word.filter { $0 != "`" })))
            } else {
                characters.removeFirst()
                tokens.append(.mark(character))
            }
        }
        return tokens
    }

    private static func skipComment(_ rest: inout ArraySlice<Character>) -> Bool {
        guard rest.first == "/" else { return false }
        switch rest.dropFirst().first {
        case "/": rest = rest.drop { !$0.isNewline }
        case "*":
            var depth = 0
            repeat {
                if rest.starts(with: "/*") {
                    depth += 1
                    rest = rest.dropFirst(2)
                } else if rest.starts(with: "*/") {
                    depth -= 1
                    rest = rest.dropFirst(2)
                } else {
                    rest = rest.dropFirst()
                }
            } while depth > 0 && !rest.isEmpty
        default: return false
        }
        return true
    }

    /// The text that begins here: its value, or an inner nil when it is made of parts; an outer nil
    /// when no text begins here.
    private static func takeText(_ rest: inout ArraySlice<Character>) -> String?? {
        let hashes = rest.prefix { $0 == "#" }.count
        let behind = rest.dropFirst(hashes)
        guard behind.first == "\"" else { return nil }
        let isLong = behind.starts(with: "\"\"\"")
        let quotes = isLong ? 3 : 1
        let end =
            Array(repeating: "\"" as Character, count: quotes)
            + Array(repeating: "#", count: hashes)
        let escape: [Character] = ["\\"] + Array(repeating: "#", count: hashes)
        rest = behind.dropFirst(quotes)
        var value = ""
        var isPlain = !isLong
        while let character = rest.first, !rest.starts(with: end) {
            if !isLong && character.isNewline { return .some(nil) }
            if rest.starts(with: escape) {
                isPlain = false
                rest = rest.dropFirst(escape.count)
                if rest.first == "(" { skipParentheses(&rest) } else { rest = rest.dropFirst() }
            } else {
                value.append(character)
                rest = rest.dropFirst()
            }
        }
        rest = rest.dropFirst(end.count)
        return .some(isPlain ? value : nil)
    }

    private static func skipParentheses(_ rest: inout ArraySlice<Character>) {
        var depth = 0
        while let character = rest.first {
            if skipComment(&rest) || takeText(&rest) != nil { continue }
            if character == "(" { depth += 1 }
            if character == ")" { depth -= 1 }
            rest = rest.dropFirst()
            if depth == 0 { return }
        }
    }
}
