internal import WeirBase

/// Digits that belong together, with single spaces or hyphens between them.
struct DigitRun {
    let start: Int
    /// Where the last digit stands; before `start` when there is none.
    private(set) var lastDigit: Int
    /// Whether the text ends before something that is no digit, so that the run may go on.
    let isOpen: Bool
    private var count = 0
    private let continues: Bool

    /// Finds the run that begins at `start`, or goes on there after more digits than a card has.
    init(_ text: [UInt8], from start: Int, continues: Bool) {
        self.start = start
        self.continues = continues
        lastDigit = start - 1
        var index = start
        while index < text.count {
            if text[index].isDigit {
                count += 1
                lastDigit = index
            } else if index > lastDigit + 1 || !Self.isSeparator(text[index]) {
                break
            }
            index += 1
        }
        isOpen = index == text.count
    }

    /// Whether there are more digits than any card has.
    var isTooLong: Bool { continues || count > 19 }

    /// Whether this is the number of a card, by its length and check digit (ISO/IEC 7812-1).
    func isCard(in text: [UInt8]) -> Bool {
        guard !continues, (13...19).contains(count) else { return false }
        var sum = 0
        var doubles = false
        for index in stride(from: lastDigit, through: start, by: -1) where text[index].isDigit {
            let digit = Int(text[index] - UInt8(ascii: "0")) * (doubles ? 2 : 1)
            sum += digit > 9 ? digit - 9 : digit
            doubles.toggle()
        }
        return sum % 10 == 0
    }

    /// Blots out all digits but the last four.
    func blot(_ text: inout [UInt8]) {
        var left = count - 4
        for index in start...lastDigit where text[index].isDigit && left > 0 {
            text[index] = UInt8(ascii: "*")
            left -= 1
        }
    }

    private static func isSeparator(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "-")
    }
}
