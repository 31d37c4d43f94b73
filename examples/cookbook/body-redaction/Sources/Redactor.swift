internal import WeirBase

/// Blots out what may not be seen in a text that comes in pieces, however it is cut.
///
/// The end of a piece may be the beginning of a number or a word; it is held back until the next
/// piece: at most 38 bytes of a number, or a word without its last byte.
struct Redactor: Sendable {
    private let cards: Bool
    /// In lower case, the longest first.
    private let words: [[UInt8]]
    private var heldBack: [UInt8] = []
    /// Whether the text so far ends in digits that are too many for a card.
    private var isInLongRun = false

    init(cards: Bool, words: [[UInt8]]) {
        self.cards = cards
        self.words = words.sorted { $0.count > $1.count }
    }

    /// Redacts the next piece, in place; what is held back comes first in the one after it.
    mutating func redact(_ piece: inout ByteString, isLast: Bool) {
        if !heldBack.isEmpty { piece.storage.insert(contentsOf: heldBack, at: 0) }
        let end = scan(&piece.storage, isLast: isLast)
        heldBack = Array(piece.storage[end...])
        piece.storage.removeSubrange(end...)
    }

    /// Redacts up to the place that it returns; what follows cannot be decided yet.
    private mutating func scan(_ text: inout [UInt8], isLast: Bool) -> Int {
        var index = 0
        while index < text.count {
            if !isInLongRun, let count = word(in: text, at: index, isLast: isLast) {
                if count == 0 { return index }
                for place in index..<index + count { text[place] = UInt8(ascii: "*") }
                index += count
            } else if cards, text[index].isDigit || isInLongRun {
                let run = DigitRun(text, from: index, continues: isInLongRun)
                isInLongRun = run.isOpen && run.isTooLong && !isLast
                if run.isOpen && !isLast { return run.isTooLong ? run.lastDigit + 1 : index }
                if run.isCard(in: text) { run.blot(&text) }
                index = run.lastDigit + 1
            } else {
                index += 1
            }
        }
        return index
    }

    /// The length of the word that stands there, 0 if one may, nil if none does.
    private func word(in text: [UInt8], at index: Int, isLast: Bool) -> Int? {
        for word in words {
            let rest = min(word.count, text.count - index)
            guard (0..<rest).allSatisfy({ text[index + $0].lowercased == word[$0] }) else {
                continue
            }
            if rest == word.count { return rest }
            // A shorter one has to wait until it is clear that it is not this one.
            if !isLast { return 0 }
        }
        return nil
    }
}
