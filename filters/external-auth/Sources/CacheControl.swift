internal import WeirBase

/// How long an answer says that it holds (RFC 9111, section 5.2.2).
enum CacheControl {
    /// The time that `Cache-Control` gives; zero when the answer must not be kept, nil when it says
    /// nothing about it.
    static func lifetime(of headers: HeaderMap) -> Interval? {
        var lifetime: Interval?
        var from = 0
        while let index = headers.index(of: .cacheControl, from: from) {
            let value = headers.value(at: index)
            var start = 0
            while start <= value.count {
                let end = value.firstIndex(of: UInt8(ascii: ","), from: start) ?? value.count
                if let given = directive(value.extracting(start..<end).trimmed) {
                    lifetime = min(lifetime ?? given, given)
                }
                start = end + 1
            }
            from = index + 1
        }
        return lifetime
    }

    private static func directive(_ text: Span<UInt8>) -> Interval? {
        if text.startsIgnoringCase("no-store") || text.startsIgnoringCase("no-cache") {
            return .zero
        }
        guard text.startsIgnoringCase("max-age=") else { return nil }
        // An age that cannot be read counts as over (RFC 9111, section 4.2.1).
        guard let seconds = text.extracting(8..<text.count).decimal else { return .zero }
        return .seconds(Int64(min(seconds, 1 << 31)))
    }
}
