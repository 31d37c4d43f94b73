import Testing
import WeirBase
import WeirConfig
import WeirFilter

/// The patterns of the schema match what the loader takes.
@Suite struct NumberPatternTests {
    private func matches(_ text: String, _ pattern: String) throws -> Bool {
        try text.contains(Regex(pattern))
    }

    @Test(arguments: [
        (0, 0), (0, 9), (0, 10), (1, 10), (7, 7), (5, 123), (99, 100), (100, 199), (64, 1024),
        (1000, 65_536), (123, 4567), (0, 32), (10_000, 10_001), (999, 1000),
    ])
    func integersAreThoseOfTheRange(_ least: Int, _ most: Int) throws {
        let regex = try Regex("^\(NumberPattern.integers(least, most))$")
        for number in 0...(most * 2 + 20) {
            let isMatch = "\(number)".contains(regex)
            if isMatch != (least...most).contains(number) {
                Issue.record("\(number) in \(least)...\(most)")
            }
        }
    }

    @Test func thereIsNoEndToLargeNumbers() throws {
        let pattern = "^\(NumberPattern.integers(1, .max))$"
        #expect(try matches("1", pattern) && matches("999999999999999999", pattern))
        #expect(try !matches("0", pattern))
    }

    private static let durations = [
        "0", "0s", "0ms", "1us", "999us", "1000us", "0.5ms", "1ms", "1.5ms", "59.9s", "60s",
        "60.5s",
        "61s", "0.001s", "1m", "1.0m", "1.5m", "24h", "24.5h", "25h", "1d", "1.5d", "2d", "365d",
        "366d", ".5s", "5.s", "5", "s", "5 s", "-1s", "1h30m", "007s", "1440m", "1441m",
    ]

    @Test(arguments: [
        Interval.zero ... .unbounded, .milliseconds(1) ... .seconds(86_400),
        .shortest ... .seconds(60), .zero ... .seconds(600), .seconds(1) ... .unbounded,
        .milliseconds(100) ... .seconds(365 * 86_400),
    ])
    func durationsAreThoseOfTheRange(_ range: ClosedRange<Interval>) throws {
        let regex = try Regex(NumberPattern.duration(range))
        for text in Self.durations {
            let isIn = ConfigDuration(text).map { range.contains($0.interval) } ?? false
            let isMatch = text.contains(regex)
            // Below the first whole number of a unit fractions are left to the loader.
            let isLenient = text.contains(".") && isMatch
            if isMatch != isIn, !isLenient { Issue.record("\(text) in \(range)") }
        }
    }

    @Test(arguments: [0...Int.max, 1...16 << 20, 1024...1 << 20, 65_535...268_435_456, 0...65_536])
    func sizesAreThoseOfTheRange(_ range: ClosedRange<Int>) throws {
        let regex = try Regex(NumberPattern.size(range))
        let texts = [
            "0", "1", "1B", "1023", "1024", "1KiB", "64KiB", "65535", "65536", "65537", "1MiB",
            "1025KiB", "16MiB", "17MiB", "256MiB", "257MiB", "1GiB", "2GiB", "1kb", "1 KiB",
            "1.5MiB",
            "-1", "MiB",
        ]
        for text in texts {
            let isIn = ConfigSize(text).map { range.contains($0.bytes) } ?? false
            if text.contains(regex) != isIn { Issue.record("\(text) in \(range)") }
        }
    }
}
