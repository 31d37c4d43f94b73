package import WeirBase
internal import WeirFilter

/// Regular expressions for numbers with units, of which only those in a range match: what JSON
/// Schema has for texts.
package enum NumberPattern {
    private static let timeUnits: [(name: String, size: Int)] = [
        ("us", 1000), ("ms", 1_000_000), ("s", 1_000_000_000), ("m", 60_000_000_000),
        ("h", 3_600_000_000_000), ("d", 86_400_000_000_000),
    ]

    private static let sizeUnits: [(name: String, size: Int)] = [
        ("B", 1), ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30),
    ]

    /// Lengths of time, as `ConfigDuration` reads them.
    package static func duration(_ range: ClosedRange<Interval>) -> String {
        if range == .zero ... .unbounded {
            return "^([0-9]+(\\.[0-9]*)?|\\.[0-9]+)(us|ms|s|m|h|d)$|^0+(\\.0*)?$"
        }
        let least = Int(range.lowerBound.nanoseconds)
        let most = Int(range.upperBound.nanoseconds)
        var forms = timeUnits.compactMap { unit in
            decimals(least, most, in: unit.size).map { "\($0)\(unit.name)" }
        }
        // Nothing is the same in every unit, so it needs none.
        if least <= 0 { forms.append("0+(\\.0*)?") }
        return "^(" + forms.joined(separator: "|") + ")$"
    }

    /// Numbers of bytes, as `ConfigSize` reads them.
    package static func size(_ range: ClosedRange<Int>) -> String {
        if range.lowerBound == 0, range.upperBound >= .unboundedSize {
            return "^[0-9]+(B|KiB|MiB|GiB)?$"
        }
        let forms = sizeUnits.compactMap { unit -> String? in
            let (least, most) = whole(range.lowerBound, range.upperBound, in: unit.size)
            guard least <= most else { return nil }
            let suffix = unit.size == 1 ? "B?" : unit.name
            return "0*\(integers(least, most))\(suffix)"
        }
        return "^(" + forms.joined(separator: "|") + ")$"
    }

    /// The whole numbers of a unit that lie in a range.
    private static func whole(_ least: Int, _ most: Int, in unit: Int) -> (Int, Int) {
        let down = max(0, least) / unit
        return (down * unit < least ? down + 1 : down, most / unit)
    }

    /// Numbers with or without a fraction that lie in a range; nil when there are none.
    private static func decimals(_ least: Int, _ most: Int, in unit: Int) -> String? {
        let (first, last) = whole(least, most, in: unit)
        var forms: [String] = []
        // Between the whole number below the range and the first one in it, some fractions lie in
        // the range; which ones is left to the loader.
        if first > 0, first * unit > least, last >= first - 1, most > (first - 1) * unit {
            let before = first == 1 ? "" : "\(first - 1)"
            forms.append("0*\(before)\\.[0-9]*[1-9][0-9]*")
        }
        if first <= last {
            let mayFollow = last * unit < most
            if mayFollow {
                forms.append("0*\(integers(first, last))(\\.[0-9]*)?")
            } else {
                if last > first { forms.append("0*\(integers(first, last - 1))(\\.[0-9]*)?") }
                forms.append("0*\(last)(\\.0*)?")
            }
            if first == 0 { forms.append("\\.[0-9]+") }
        }
        return forms.isEmpty ? nil : "(" + forms.joined(separator: "|") + ")"
    }

    /// The whole numbers from `least` to `most`, which is at least as much, without zeros in front.
    package static func integers(_ least: Int, _ most: Int) -> String {
        // As many digits as can be told apart; nobody writes more.
        let most = min(most, 999_999_999_999_999_999)
        // Runs that end where only the last digits differ: 7-9, 10-99, 100-119, 120-123.
        var ends: Set<Int> = [most]
        var power = 10
        while true {
            let nines = least - least % power + power - 1
            guard nines < most else { break }
            ends.insert(nines)
            power *= 10
        }
        power = 10
        while true {
            let zeros = (most + 1) / power * power - 1
            guard zeros > least else { break }
            ends.insert(zeros)
            let (next, overflow) = power.multipliedReportingOverflow(by: 10)
            if overflow { break }
            power = next
        }
        var forms: [String] = []
        var decades: ClosedRange<Int>?
        func finishDecades() {
            guard let range = decades else { return }
            forms.append("[1-9][0-9]{\(range.lowerBound),\(range.upperBound)}")
            decades = nil
        }
        var start = least
        for end in ends.sorted() {
            let digits = "\(end)".count - 1
            // All numbers of some digits, and those of one more, and so on, are said in one.
            if digits > 0, run(start, end) == "[1-9]" + run(0, 9, digits) {
                decades = (decades?.lowerBound ?? digits)...digits
            } else {
                finishDecades()
                forms.append(run(start, end))
            }
            if end < most { start = end + 1 }
        }
        finishDecades()
        return forms.count == 1 ? forms[0] : "(" + forms.joined(separator: "|") + ")"
    }

    /// Numbers of as many digits, each between those of the ends.
    private static func run(_ start: Int, _ end: Int) -> String {
        var form = ""
        var anyDigits = 0
        for (low, high) in zip("\(start)", "\(end)") {
            switch (low, high) {
            case ("0", "9"): anyDigits += 1
            case (let low, let high) where low == high: form.append(low)
            case (let low, let high): form += "[\(low)-\(high)]"
            }
        }
        return form + run(0, 9, anyDigits)
    }

    /// So many digits of any value.
    private static func run(_ least: Int, _ most: Int, _ count: Int) -> String {
        switch count {
        case 0: ""
        case 1: "[\(least)-\(most)]"
        default: "[\(least)-\(most)]{\(count)}"
        }
    }
}
