/// Why a pattern in the file cannot be used.
struct PatternProblem: Error {
    let message: String
    let expected: String?

    init(_ message: String, expected: String? = nil) {
        self.message = message
        self.expected = expected
    }
}

extension Cursor {
    /// Text made into a pattern; nil, and noted, when it is none.
    func pattern<Pattern>(_ parse: (String) throws(PatternProblem) -> Pattern) -> Pattern? {
        guard let text = string() else { return nil }
        do {
            return try parse(text)
        } catch {
            report(error.message, expected: error.expected)
            return nil
        }
    }
}
