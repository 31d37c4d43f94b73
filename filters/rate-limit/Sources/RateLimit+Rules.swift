internal import WeirBase
internal import WeirFilter

extension RateLimit.Configuration {
    /// The limits, checked. Throws `ConfigurationError` at the field at fault.
    func rules() throws -> [LimitRule] {
        let prefix = ipv6Prefix ?? 64
        guard (1...128).contains(prefix) else {
            throw ConfigurationError(
                at: ["ipv6-prefix"], "expected a prefix from 1 to 128, found \(prefix)")
        }
        guard let limits else {
            return [try rule(shorthand, at: [], prefix)]
        }
        if let field = shorthand.firstField {
            throw ConfigurationError(at: [field], "with `limits`, each of them says its own")
        }
        guard !limits.isEmpty, limits.count <= Self.mostLimits else {
            throw ConfigurationError(
                at: ["limits"], "expected 1 to \(Self.mostLimits) limits, found \(limits.count)")
        }
        let rules = try limits.enumerated().map { index, limit in
            try rule(limit, at: ["limits", "\(index)"], prefix)
        }
        for index in rules.indices
        where rules[..<index].contains(where: { $0.name == rules[index].name }) {
            throw ConfigurationError(
                at: ["limits", "\(index)", "name"],
                "there is another limit `\(rules[index].name)`; give each a name of its own")
        }
        return rules
    }

    private static let mostLimits = 16

    private var shorthand: RateLimit.Limit {
        RateLimit.Limit(
            name: name, requests: requests, per: per, burst: burst, key: key, cost: cost,
            when: when, missingKey: missingKey, shadow: nil)
    }

    private func rule(
        _ limit: RateLimit.Limit, at path: [String], _ prefix: Int
    ) throws -> LimitRule {
        let quota =
            (store ?? .local).knowsQuotas && limit.requests == nil && limit.per == nil
                && limit.burst == nil ? nil : try limit.quota(at: path)
        return LimitRule(
            name: try limit.checkedName(at: path), quota: quota,
            parts: (limit.key?.attributes ?? []).map { KeyPart($0, ipv6Prefix: prefix) },
            cost: try limit.checkedCost(quota, at: path),
            condition: try limit.condition(at: path), missing: limit.missingKey ?? .share,
            isShadow: limit.shadow ?? shadow ?? false)
    }
}

extension RateLimit.Limit {
    /// The first field of the shorthand that is there.
    fileprivate var firstField: String? {
        let fields: [(String, Bool)] = [
            ("name", name != nil), ("requests", requests != nil), ("per", per != nil),
            ("burst", burst != nil), ("key", key != nil), ("cost", cost != nil),
            ("when", when != nil), ("missing-key", missingKey != nil),
        ]
        return fields.first { $0.1 }?.0
    }

    fileprivate func quota(at path: [String]) throws -> Quota {
        guard let requests else {
            throw ConfigurationError(
                at: path, "expected `requests` and `per`, such as `requests: 100, per: second`")
        }
        let bound = Quota.mostRequests
        guard (1...bound).contains(requests) else {
            throw ConfigurationError(
                at: path + ["requests"], "expected 1 to \(bound), found \(requests)")
        }
        guard let per else {
            throw ConfigurationError(
                at: path, "expected `per`: second, minute, hour, day or a duration")
        }
        guard per.interval.interval >= .milliseconds(1), per.interval.interval <= Self.longest
        else {
            throw ConfigurationError(
                at: path + ["per"], "expected 1ms to 365d, found `\(per.text)`")
        }
        let burst = burst ?? requests
        guard (1...bound).contains(burst) else {
            throw ConfigurationError(
                at: path + ["burst"], "expected 1 to \(bound), found \(burst)")
        }
        guard let quota = Quota(requests: requests, period: per.interval.interval, burst: burst)
        else {
            throw ConfigurationError(
                at: path + ["burst"], "at this rate it would take more than 10 years to refill")
        }
        return quota
    }

    private static let longest = Interval.seconds(365 * 86_400)

    fileprivate func condition(at path: [String]) throws -> RequestCondition? {
        do {
            return try when.map { try RequestCondition($0) }
        } catch let error as ConfigurationError {
            throw ConfigurationError(at: path + ["when"] + error.path, error.message)
        }
    }

    /// The name, or one made of the numbers.
    fileprivate func checkedName(at path: [String]) throws -> String {
        guard let name else {
            guard let requests, let per else { return "default" }
            return "\(requests)-per-\(per.text)"
        }
        let isPlain = name.utf8.allSatisfy {
            $0.isDigit || ($0.lowercased >= 97 && $0.lowercased <= 122) || "-_.".utf8.contains($0)
        }
        guard isPlain, (1...64).contains(name.utf8.count) else {
            throw ConfigurationError(
                at: path + ["name"],
                "expected 1 to 64 letters, digits, `-`, `_` or `.`, found `\(name)`")
        }
        return name
    }

    fileprivate func checkedCost(_ quota: Quota?, at path: [String]) throws -> LimitRule.Cost {
        let most = quota?.burst ?? Quota.mostRequests
        func check(_ cost: Int, _ field: String...) throws -> Int {
            guard (1...most).contains(cost) else {
                throw ConfigurationError(
                    at: path + field,
                    "expected 1 to \(most)\(quota == nil ? "" : ", the burst"), found \(cost)")
            }
            return cost
        }
        switch cost {
        case nil: return .fixed(1)
        case .fixed(let cost): return .fixed(try check(cost, "cost"))
        case .header(let name, let most):
            guard let header = HeaderName(name) else {
                throw ConfigurationError(
                    at: path + ["cost", "header"],
                    "expected a field name such as x-cost, found `\(name)`")
            }
            return .header(header, most: try check(most, "cost", "max"))
        }
    }
}

extension Quota: CustomStringConvertible {
    /// The numbers as they are configured.
    var description: String {
        "\(requests) per \(ConfigDuration(period)), burst \(burst)"
    }
}
