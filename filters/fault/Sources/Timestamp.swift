/// A time of day as RFC 3339 writes it: `2026-12-01T00:00:00Z`, `2026-12-01T01:30:00.5+01:30`.
enum Timestamp {
    /// The time in nanoseconds since 1970-01-01 00:00 UTC; nil for other text, and outside the
    /// years 1970 to 2261.
    static func unixNanoseconds(_ text: String) -> Int64? {
        var text = Substring(text)
        guard let year = number(&text, 4), skip(&text, "-"), let month = number(&text, 2),
            skip(&text, "-"), let day = number(&text, 2), skip(&text, "T", "t", " "),
            let hour = number(&text, 2), skip(&text, ":"), let minute = number(&text, 2),
            skip(&text, ":"), let second = number(&text, 2),
            let fraction = fraction(&text), let offset = offset(&text), text.isEmpty,
            (1970...2261).contains(year), (1...12).contains(month),
            (1...days(in: month, of: year)).contains(day), hour < 24, minute < 60, second <= 60
        else { return nil }
        let days = days(before: year) + (1..<month).reduce(0) { $0 + self.days(in: $1, of: year) }
        let minutes = ((days + day - 1) * 24 + hour) * 60 + minute - offset
        return Int64(minutes * 60 + second) * 1_000_000_000 + fraction
    }

    private static func number(_ text: inout Substring, _ count: Int) -> Int? {
        let digits = text.prefix(count)
        guard digits.utf8.count == count, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) })
        else { return nil }
        text.removeFirst(count)
        return Int(digits)
    }

    private static func skip(_ text: inout Substring, _ choices: Character...) -> Bool {
        guard let first = text.first, choices.contains(first) else { return false }
        text.removeFirst()
        return true
    }

    /// The nanoseconds after the point, 0 without one.
    private static func fraction(_ text: inout Substring) -> Int64? {
        guard skip(&text, ".") else { return 0 }
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard !digits.isEmpty else { return nil }
        text.removeFirst(digits.count)
        return Int64(String((digits + "000000000").prefix(9)))
    }

    /// The minutes by which the clock is ahead of UTC.
    private static func offset(_ text: inout Substring) -> Int? {
        if skip(&text, "Z", "z") { return 0 }
        let isBehind = text.first == "-"
        guard skip(&text, "+", "-"), let hour = number(&text, 2), skip(&text, ":"),
            let minute = number(&text, 2), hour < 24, minute < 60
        else { return nil }
        return (hour * 60 + minute) * (isBehind ? -1 : 1)
    }

    private static func isLeap(_ year: Int) -> Bool {
        year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    }

    private static func days(in month: Int, of year: Int) -> Int {
        switch month {
        case 2: isLeap(year) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// The days from 1970 to the beginning of a year.
    private static func days(before year: Int) -> Int {
        let past = year - 1
        return (year - 1970) * 365 + (past / 4 - past / 100 + past / 400) - 477
    }
}
