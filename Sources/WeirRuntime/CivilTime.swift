internal import WeirBase

/// A moment as year, month, day and time of day in UTC.
public struct CivilTime: Sendable {
    /// The year of the Gregorian calendar.
    public let year: Int
    /// The month, 1 to 12.
    public let month: Int
    /// The day of the month, 1 to 31.
    public let day: Int
    /// The day of the week, 0 for Sunday.
    public let weekday: Int
    /// The millisecond of the day, 0 to 86 399 999.
    public let millisecondOfDay: Int

    /// Splits milliseconds since 1970-01-01 00:00 UTC, for years 0 to 9999.
    public init(unixMilliseconds: Int64) {
        let milliseconds = Int(unixMilliseconds)
        let dayNumber = (milliseconds >= 0 ? milliseconds : milliseconds - 86_399_999) / 86_400_000
        millisecondOfDay = milliseconds - dayNumber * 86_400_000
        weekday = ((dayNumber + 4) % 7 + 7) % 7
        // Years start in March here, so that a leap day is the last day of its year; 400 years,
        // an era, have 146 097 days.
        let shifted = dayNumber + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
        month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    /// Whole seconds of milliseconds, rounded down.
    static func seconds(_ milliseconds: Int64) -> Int64 {
        (milliseconds >= 0 ? milliseconds : milliseconds - 999) / 1000
    }

    /// Appends `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, section 5.6.7).
    public func appendHTTPDate(to bytes: inout [UInt8]) {
        Self.append("SunMonTueWedThuFriSat", weekday, to: &bytes)
        bytes.append(UInt8(ascii: ","))
        bytes.append(UInt8(ascii: " "))
        Self.append(day, digits: 2, to: &bytes)
        bytes.append(UInt8(ascii: " "))
        Self.append("JanFebMarAprMayJunJulAugSepOctNovDec", month - 1, to: &bytes)
        bytes.append(UInt8(ascii: " "))
        Self.append(year, digits: 4, to: &bytes)
        bytes.append(UInt8(ascii: " "))
        appendTime(to: &bytes)
        bytes.append(copying: (" GMT" as StaticString).span)
    }

    /// Appends `1994-11-06T08:49:37.000Z`.
    public func appendISO8601(to bytes: inout [UInt8]) {
        Self.append(year, digits: 4, to: &bytes)
        bytes.append(UInt8(ascii: "-"))
        Self.append(month, digits: 2, to: &bytes)
        bytes.append(UInt8(ascii: "-"))
        Self.append(day, digits: 2, to: &bytes)
        bytes.append(UInt8(ascii: "T"))
        appendTime(to: &bytes)
        bytes.append(UInt8(ascii: "."))
        Self.append(millisecondOfDay % 1000, digits: 3, to: &bytes)
        bytes.append(UInt8(ascii: "Z"))
    }

    private func appendTime(to bytes: inout [UInt8]) {
        let second = millisecondOfDay / 1000
        Self.append(second / 3600, digits: 2, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        Self.append(second / 60 % 60, digits: 2, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        Self.append(second % 60, digits: 2, to: &bytes)
    }

    private static func append(_ names: StaticString, _ index: Int, to bytes: inout [UInt8]) {
        bytes.append(copying: names.span.extracting(index * 3..<index * 3 + 3))
    }

    private static func append(_ number: Int, digits: Int, to bytes: inout [UInt8]) {
        var divisor = 1
        for _ in 1..<digits { divisor *= 10 }
        while divisor > 0 {
            bytes.append(UInt8(ascii: "0") + UInt8(number / divisor % 10))
            divisor /= 10
        }
    }
}
