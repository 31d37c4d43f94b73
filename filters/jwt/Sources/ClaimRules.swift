internal import WeirBase
internal import WeirFilter

/// What the claims of an issuer's tokens must say.
struct ClaimRules: Sendable {
    /// A claim that must be there, with one of the values if any are listed.
    struct Required: Sendable {
        let path: ClaimPath
        let values: [String]
    }

    /// Whom tokens are for; one of them must be named. Empty when nobody asks.
    var audiences: [String] = []
    var leeway = Interval.seconds(60)
    /// The longest time since a token was issued.
    var maxAge: Interval?
    var requiresExpiry = true
    /// What kinds of token are taken, as `CompactToken.shortType` writes them; empty for any.
    var types: Set<String> = []
    var required: [Required] = []
    var scopes: [String] = []

    /// Checks everything; until when the token is good, in nanoseconds since 1970.
    func check(_ token: CompactToken, at now: Int64) throws(TokenProblem) -> Int64 {
        let claims = token.claims
        let end = try lifetime(claims, at: now)
        if !types.isEmpty {
            guard let type = token.type, types.contains(type) else { throw .badClaims }
        }
        try checkAudience(claims)
        for rule in required where !Self.fulfils(rule, claims) { throw .forbidden }
        if !scopes.isEmpty {
            let granted = Self.scopes(claims)
            guard scopes.allSatisfy({ granted.contains(ByteString($0)) }) else { throw .forbidden }
        }
        return end
    }

    // MARK: Times

    /// RFC 7519, sections 4.1.4 to 4.1.6.
    private func lifetime(_ claims: JSONValue, at now: Int64) throws(TokenProblem) -> Int64 {
        let expiry = try Self.time("exp", claims)
        let start = try Self.time("nbf", claims)
        let issued = try Self.time("iat", claims)
        guard expiry != nil || !requiresExpiry else { throw .badClaims }
        var end = Int64.max
        if let expiry { end = Self.sum(expiry, leeway.nanoseconds) }
        if let maxAge {
            guard let issued else { throw .badClaims }
            end = min(end, Self.sum(issued, maxAge.nanoseconds + leeway.nanoseconds))
        }
        guard now < end else { throw .expired }
        let soon = Self.sum(now, leeway.nanoseconds)
        guard start ?? .min <= soon, issued ?? .min <= soon else { throw .notYetValid }
        return end
    }

    /// A date in nanoseconds since 1970; dates that do not fit are the furthest that do.
    private static func time(_ name: String, _ claims: JSONValue) throws(TokenProblem) -> Int64? {
        guard let value = claims[name] else { return nil }
        guard let seconds = value.number else { throw .badClaims }
        let nanoseconds = seconds * 1e9
        return nanoseconds >= 9.2e18 ? .max : nanoseconds <= -9.2e18 ? .min : Int64(nanoseconds)
    }

    private static func sum(_ time: Int64, _ interval: Int64) -> Int64 {
        let (sum, overflow) = time.addingReportingOverflow(interval)
        return overflow ? .max : sum
    }

    // MARK: Other claims

    /// RFC 7519, section 4.1.3.
    private func checkAudience(_ claims: JSONValue) throws(TokenProblem) {
        guard !audiences.isEmpty else { return }
        switch claims["aud"] {
        case .string(let name)?: guard names(name) else { throw .wrongAudience }
        case .array(let list)?:
            let texts = list.compactMap(\.string)
            guard texts.count == list.count else { throw .badClaims }
            guard texts.contains(where: names) else { throw .wrongAudience }
        case nil: throw .wrongAudience
        default: throw .badClaims
        }
    }

    private func names(_ audience: String) -> Bool {
        audiences.contains { sameBytes($0, audience) }
    }

    private static func fulfils(_ rule: Required, _ claims: JSONValue) -> Bool {
        guard let value = rule.path.find(in: claims), value != .null else { return false }
        if rule.values.isEmpty { return true }
        return (value.array ?? [value]).contains { element in
            guard let text = element.scalarText else { return false }
            return rule.values.contains { sameBytes($0, text) }
        }
    }

    /// What a token allows: `scope` as text between spaces (RFC 8693, section 4.2), or a list, or
    /// either under the name `scp`.
    private static func scopes(_ claims: JSONValue) -> Set<ByteString> {
        var scopes: Set<ByteString> = []
        for name in ["scope", "scp"] {
            switch claims[name] {
            case .string(let text)?:
                for scope in text.split(separator: " ") { scopes.insert(ByteString(String(scope))) }
            case .array(let list)?:
                for scope in list.compactMap(\.string) { scopes.insert(ByteString(scope)) }
            default: break
            }
        }
        return scopes
    }
}

/// Whether two texts are the same byte for byte, as identifiers are compared (RFC 7515, section
/// 5.3): `==` takes composed and decomposed letters for the same.
func sameBytes(_ left: String, _ right: String) -> Bool { left.utf8.elementsEqual(right.utf8) }
