internal import WeirBase
internal import WeirFilter

/// Rules for claims, and where keys come from.
extension IssuerPlan {
    static func rules(
        _ own: Jwt.Issuer, _ common: Jwt.Issuer, at field: [String]
    ) throws -> ClaimRules {
        var rules = ClaimRules()
        rules.audiences = own.audiences ?? common.audiences ?? []
        if (own.audiences ?? common.audiences)?.isEmpty == true {
            throw ConfigurationError(
                at: (own.audiences == nil ? [] : field) + ["audiences"],
                "the list is empty: no token could pass")
        }
        if let leeway = own.leeway ?? common.leeway {
            guard leeway.interval <= .seconds(600) else {
                throw ConfigurationError(
                    at: (own.leeway == nil ? [] : field) + ["leeway"],
                    "expected at most 10m, found \(leeway)")
            }
            rules.leeway = leeway.interval
        }
        if let maxAge = own.maxAge ?? common.maxAge {
            guard maxAge.interval > .zero, maxAge.interval <= .seconds(365 * 86_400) else {
                throw ConfigurationError(
                    at: (own.maxAge == nil ? [] : field) + ["max-age"],
                    "expected more than 0s and at most 365d, found \(maxAge)")
            }
            rules.maxAge = maxAge.interval
        }
        rules.requiresExpiry = !(own.unsafeNoExpiry ?? common.unsafeNoExpiry ?? false)
        let types = own.types ?? common.types
        if types?.isEmpty == true {
            throw ConfigurationError(
                at: (own.types == nil ? [] : field) + ["types"],
                "the list is empty: no token could pass")
        }
        rules.types = Set((types ?? []).map(CompactToken.shortType))
        // What is asked of all is asked of each, whatever it asks itself: a route that wants more
        // than its chain says so beside `issuers`.
        rules.required = try required(common, at: []) + required(own, at: field)
        rules.scopes = try scopes(common, at: [])
        for scope in try scopes(own, at: field) where !rules.scopes.contains(scope) {
            rules.scopes.append(scope)
        }
        return rules
    }

    private static func required(
        _ issuer: Jwt.Issuer, at field: [String]
    ) throws -> [ClaimRules.Required] {
        let field = field + ["required-claims"]
        return try (issuer.requiredClaims?.entries ?? []).map { claim, values in
            guard let path = ClaimPath(claim) else {
                throw ConfigurationError(
                    at: field,
                    "expected the name of a claim such as email or realm.roles, found `\(claim)`")
            }
            // A list that somebody has emptied allows nothing, rather than everything.
            if values?.isEmpty == true {
                throw ConfigurationError(
                    at: field + [claim],
                    "the list is empty: write the claims as a list if any value will do")
            }
            return ClaimRules.Required(path: path, values: values ?? [])
        }
    }

    private static func scopes(_ issuer: Jwt.Issuer, at field: [String]) throws -> [String] {
        let scopes = issuer.scopes ?? []
        for (index, scope) in scopes.enumerated() where !isScope(scope) {
            throw ConfigurationError(
                at: field + ["scopes", "\(index)"],
                "expected one scope such as orders:read, found `\(scope)`")
        }
        return scopes
    }

    /// RFC 6749, section 3.3: printable ASCII but space, quotes and backslash.
    private static func isScope(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x22 && $0 != 0x5C }
    }

    // MARK: Keys

    static func source(
        _ keys: Jwt.Keys, issuer: String, at field: [String]
    ) throws -> Source {
        let given = [
            keys.inline == nil ? nil : "inline", keys.file == nil ? nil : "file",
            keys.cluster == nil ? nil : "cluster",
        ].compactMap { $0 }
        guard given.count == 1 else {
            let found = given.isEmpty ? "none" : given.joined(separator: " and ")
            throw ConfigurationError(
                at: field, "expected one of `inline`, `file` and `cluster`, found \(found)")
        }
        if let cluster = keys.cluster {
            return .cluster(name: cluster, try remote(keys, issuer: issuer, at: field))
        }
        let others = [
            ("path", keys.path != nil), ("host", keys.host != nil), ("cache", keys.cache != nil),
            ("refresh-ahead", keys.refreshAhead != nil), ("stale-grace", keys.staleGrace != nil),
            ("refetch-interval", keys.refetchInterval != nil), ("timeout", keys.timeout != nil),
        ]
        for (name, isGiven) in others where isGiven {
            throw ConfigurationError(
                at: field + [name], "only keys that are fetched from a `cluster` have it")
        }
        if let file = keys.file { return .file(file) }
        do {
            return .inline(try KeySet(Array((keys.inline ?? "").utf8).span))
        } catch {
            throw ConfigurationError(at: field + ["inline"], error.description)
        }
    }

    private static func remote(
        _ keys: Jwt.Keys, issuer: String, at field: [String]
    ) throws -> RemoteKeys.Settings {
        guard let path = keys.path else {
            throw ConfigurationError(
                at: field + ["path"], "expected where the cluster has the keys: `path: /jwks.json`")
        }
        guard path.hasPrefix("/"), path.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw ConfigurationError(
                at: field + ["path"], "expected a path such as /jwks.json, found `\(path)`")
        }
        if let host = keys.host {
            guard !host.isEmpty, host.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != 0x2F })
            else {
                throw ConfigurationError(
                    at: field + ["host"], "expected a host such as id.example.com, found `\(host)`")
            }
        }
        func interval(
            _ value: ConfigDuration?, _ name: String, default: Interval,
            _ range: ClosedRange<Int64>
        ) throws -> Interval {
            let interval = value?.interval ?? `default`
            guard interval >= .milliseconds(range.lowerBound),
                interval <= .milliseconds(range.upperBound)
            else {
                let least = ConfigDuration(.milliseconds(range.lowerBound))
                let most = ConfigDuration(.milliseconds(range.upperBound))
                throw ConfigurationError(
                    at: field + [name],
                    "expected \(least) to \(most), found \(ConfigDuration(interval))")
            }
            return interval
        }
        let day: Int64 = 86_400_000
        return RemoteKeys.Settings(
            issuer: issuer,
            request: CallRequest(
                .get, ByteString(path), authority: keys.host.map { ByteString($0) },
                headers: [(HeaderName(.accept), "application/json")],
                timeout: try interval(keys.timeout, "timeout", default: .seconds(5), 10...60_000),
                responseLimit: KeySet.sizeLimit),
            cache: try interval(keys.cache, "cache", default: .seconds(600), 1000...day),
            refreshAhead: try interval(
                keys.refreshAhead, "refresh-ahead", default: .seconds(60), 0...day),
            staleGrace: try interval(
                keys.staleGrace, "stale-grace", default: .seconds(3600), 0...30 * day),
            refetchInterval: try interval(
                keys.refetchInterval, "refetch-interval", default: .seconds(10), 100...day))
    }
}
