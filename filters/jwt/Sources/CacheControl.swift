internal import WeirBase

/// What a response says about how long it is good (RFC 9111, section 5.2.2).
enum CacheControl {
    /// The time of `max-age`, zero for `no-store` and `no-cache`; nil when neither is said.
    static func lifetime(_ field: Span<UInt8>) -> Interval? {
        var lifetime: Interval?
        var start = 0
        while start <= field.count {
            let end = field.firstIndex(of: UInt8(ascii: ","), from: start) ?? field.count
            let directive = field.extracting(start..<end).trimmed
            if directive.equalsIgnoringCase("no-store") || directive.equalsIgnoringCase("no-cache")
            {
                return .zero
            }
            if directive.startsIgnoringCase("max-age="), lifetime == nil,
                let seconds = directive.extracting(8..<directive.count).decimal
            {
                lifetime = .seconds(Int64(min(seconds, 1 << 31)))
            }
            start = end + 1
        }
        return lifetime
    }
}
