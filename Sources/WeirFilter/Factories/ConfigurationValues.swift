public import WeirBase

/// A length of time as it is written in configuration: `250ms`, `15s`, `5m`, `1h`,
/// `365d`. A day has 24 hours.
public struct ConfigDuration: Decodable, Sendable, Hashable, CustomStringConvertible {
    /// The length.
    public let interval: Interval

    /// Wraps a length.
    public init(_ interval: Interval) { self.interval = interval }

    /// Reads a number with a unit: `us`, `ms`, `s`, `m`, `h` or `d`.
    public init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let value = ConfigDuration(text) else {
            throw ConfigurationError(
                "expected a duration such as 250ms, 15s or 5m, found `\(text)`")
        }
        self = value
    }

    /// Reads a number with a unit; nil for other text.
    public init?(_ text: String) {
        let digits = text.prefix { $0.isNumber || $0 == "." }
        guard let number = Double(digits), number >= 0 else { return nil }
        let unit: Double
        switch text.dropFirst(digits.count) {
        case "us": unit = 1e3
        case "ms": unit = 1e6
        case "s": unit = 1e9
        case "m": unit = 60e9
        case "h": unit = 3600e9
        case "d": unit = 86_400e9
        case "" where number == 0: unit = 1
        default: return nil
        }
        guard number * unit < 9e18 else { return nil }
        interval = Interval(nanoseconds: Int64(number * unit))
    }

    /// The shortest text that reads as this length.
    public var description: String {
        let count = interval.nanoseconds
        if count == 0 { return "0s" }
        let units: [(Int64, String)] = [
            (86_400_000_000_000, "d"), (3_600_000_000_000, "h"), (60_000_000_000, "m"),
            (1_000_000_000, "s"),
            (1_000_000, "ms"), (1000, "us"),
        ]
        for (size, name) in units where count % size == 0 { return "\(count / size)\(name)" }
        return "\(Double(count) / 1000)us"
    }
}

/// A number of bytes as it is written in configuration: `4096`, `16KiB`, `1MiB`, `1GiB`.
public struct ConfigSize: Decodable, Sendable, Hashable, CustomStringConvertible {
    /// The number of bytes.
    public let bytes: Int

    /// Wraps a number of bytes.
    public init(_ bytes: Int) { self.bytes = bytes }

    /// Reads a whole number, with or without a unit.
    public init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let value = ConfigSize(text) else {
            throw ConfigurationError("expected a size such as 4096, 16KiB or 1MiB, found `\(text)`")
        }
        self = value
    }

    /// Reads a whole number, with or without a unit; nil for other text.
    public init?(_ text: String) {
        let digits = text.prefix(while: \.isNumber)
        guard let number = Int(digits) else { return nil }
        let unit: Int
        switch text.dropFirst(digits.count) {
        case "", "B": unit = 1
        case "KiB": unit = 1 << 10
        case "MiB": unit = 1 << 20
        case "GiB": unit = 1 << 30
        default: return nil
        }
        let (product, overflow) = number.multipliedReportingOverflow(by: unit)
        guard !overflow else { return nil }
        bytes = product
    }

    /// The shortest text that reads as this size.
    public var description: String {
        let units = [(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")]
        for (size, name) in units where bytes > 0 && bytes % size == 0 {
            return "\(bytes / size)\(name)"
        }
        return "\(bytes)"
    }
}

/// A share of requests as it is written in configuration: `10%`, `0.5%`.
public struct Percentage: Decodable, Sendable, Hashable, CustomStringConvertible {
    /// Between 0 and 100.
    public let percent: Double

    /// Wraps a share between 0 and 100.
    public init(_ percent: Double) { self.percent = percent }

    /// Reads a number with a percent sign.
    public init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard text.hasSuffix("%"), let number = Double(text.dropLast()), (0...100).contains(number)
        else {
            throw ConfigurationError("expected a percentage from 0% to 100%, found `\(text)`")
        }
        percent = number
    }

    /// Draws: true for about this share of calls.
    public func draw(_ random: any RandomSource) -> Bool {
        if percent >= 100 { return true }
        if percent <= 0 { return false }
        return Double(random.next() >> 11) * (100 / 9_007_199_254_740_992) < percent
    }

    /// The text that `init` reads.
    public var description: String {
        percent == percent.rounded() ? "\(Int(percent))%" : "\(percent)%"
    }
}
