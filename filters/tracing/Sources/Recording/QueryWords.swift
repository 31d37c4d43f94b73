internal import WeirBase

/// What a span says of a query.
enum QueryWords {
    private static let hidden: StaticString = "REDACTED"

    /// The query as it is configured to be shown; nil for not at all.
    static func text(_ query: ByteString?, _ choice: Tracing.Query) -> String? {
        guard let query else { return nil }
        return switch choice {
        case .none: nil
        case .full: query.description
        case .names: names(query).description
        }
    }

    /// The query with every value replaced, as values may be keys, names of people and the like.
    private static func names(_ query: ByteString) -> ByteString {
        var result = ByteString()
        var start = 0
        let count = query.count
        while start <= count {
            let end = query.span.firstIndex(of: UInt8(ascii: "&"), from: start) ?? count
            if start > 0 { result.append(UInt8(ascii: "&")) }
            let pair = query.span.extracting(start..<end)
            if let equals = pair.firstIndex(of: UInt8(ascii: "=")) {
                result.append(pair.extracting(0...equals))
                if equals + 1 < pair.count { result.append(hidden.span) }
            } else if !pair.isEmpty {
                // What has no name may be all value.
                result.append(hidden.span)
            }
            start = end + 1
        }
        return result
    }
}
