internal import WeirBase

/// A command as Redis reads it (RESP): an array of strings.
struct RedisCommand {
    private(set) var bytes: [UInt8] = []

    init(capacity: Int) { bytes.reserveCapacity(capacity) }

    /// Begins a command of so many words.
    mutating func begin(words: Int) {
        bytes.append(UInt8(ascii: "*"))
        bytes.append(decimal: words)
        endLine()
    }

    mutating func add(_ word: Span<UInt8>) {
        bytes.append(UInt8(ascii: "$"))
        bytes.append(decimal: word.count)
        endLine()
        bytes.append(copying: word)
        endLine()
    }

    mutating func add(_ word: StaticString) { add(word.span) }

    mutating func add(_ number: Int) {
        var digits: [UInt8] = []
        digits.append(decimal: number)
        add(digits.span)
    }

    private mutating func endLine() {
        bytes.append(UInt8(ascii: "\r"))
        bytes.append(UInt8(ascii: "\n"))
    }
}
