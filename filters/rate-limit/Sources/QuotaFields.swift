internal import WeirBase
internal import WeirFilter

/// The fields that tell clients about quotas.
enum QuotaFields {
    private static let policy: HeaderName = "ratelimit-policy"
    private static let limit: HeaderName = "ratelimit"
    private static let retry: HeaderName = "retry-after"

    /// When to come back (RFC 9110, section 10.2.3), in whole seconds and at least one.
    static func retryAfter(_ wait: Interval) -> (HeaderName, ByteString) {
        (retry, ByteString("\(max(1, seconds(wait)))"))
    }

    /// `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers-10, sections 3 and
    /// 4): lists of structured fields (RFC 9651), an item for each limit that is no shadow.
    static func fields(_ items: [Demand], _ rules: [LimitRule]) -> [(HeaderName, ByteString)] {
        var policies = ByteString()
        var limits = ByteString()
        for item in items {
            let rule = rules[item.rule]
            if rule.isShadow { continue }
            if let quota = rule.quota {
                if !policies.isEmpty { policies.append(", ") }
                policies.append("\"\(rule.name)\";q=\(quota.requests)")
                // A window is told in whole seconds.
                let (window, rest) = quota.period.nanoseconds
                    .quotientAndRemainder(dividingBy: 1_000_000_000)
                if rest == 0 { policies.append(";w=\(window)") }
            }
            if !limits.isEmpty { limits.append(", ") }
            limits.append(
                "\"\(rule.name)\";r=\(item.outcome.remaining);t=\(seconds(item.outcome.reset))")
        }
        var fields: [(HeaderName, ByteString)] = []
        if !policies.isEmpty { fields.append((policy, policies)) }
        if !limits.isEmpty { fields.append((limit, limits)) }
        return fields
    }

    /// Whole seconds, rounded up.
    private static func seconds(_ interval: Interval) -> Int64 {
        (interval.nanoseconds + 999_999_999) / 1_000_000_000
    }
}
