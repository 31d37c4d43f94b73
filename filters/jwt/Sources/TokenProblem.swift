internal import WeirBase
internal import WeirFilter

/// Why a token is not accepted; the raw value is its outcome in metrics.
enum TokenProblem: String, Error, CaseIterable {
    /// There is none.
    case missing
    /// There are several.
    case ambiguous
    /// It is no token, or one that two readers could understand differently.
    case malformed
    /// It is longer than allowed.
    case oversized
    /// Its algorithm is not one that its issuer may use.
    case unsupportedAlgorithm = "unsupported_algorithm"
    /// Nobody who is trusted has issued it, by its own words.
    case unknownIssuer = "unknown_issuer"
    /// The key that it names is not its issuer's.
    case unknownKey = "unknown_key"
    /// Its signature is not its issuer's.
    case badSignature = "bad_signature"
    /// Its time is over.
    case expired
    /// Its time has not come.
    case notYetValid = "not_yet_valid"
    /// It is for somebody else.
    case wrongAudience = "wrong_audience"
    /// A claim that has to be there is missing or of the wrong type.
    case badClaims = "bad_claims"
    /// It is good, but does not give this right.
    case forbidden
    /// The issuer's keys are not to be had.
    case keysUnavailable = "keys_unavailable"

    var status: Int {
        switch self {
        case .ambiguous: 400
        case .forbidden: 403
        case .keysUnavailable: 503
        default: 401
        }
    }

    var cause: StaticString {
        switch self {
        case .missing: "jwt_missing"
        case .ambiguous: "jwt_ambiguous"
        case .malformed, .oversized: "jwt_malformed"
        case .expired: "jwt_expired"
        case .forbidden: "jwt_forbidden"
        case .keysUnavailable: "jwt_keys_unavailable"
        case .unsupportedAlgorithm, .unknownIssuer, .unknownKey, .badSignature, .notYetValid,
            .wrongAudience, .badClaims:
            "jwt_invalid"
        }
    }

    /// What the client is told (RFC 6750, section 3.1); nil for nothing. It says no more than what
    /// a client can know already or may know.
    private var challenge: (error: String, description: String)? {
        switch self {
        case .missing, .keysUnavailable: nil
        case .ambiguous: ("invalid_request", "the request has more than one token")
        case .forbidden: ("insufficient_scope", "the token does not give this right")
        case .malformed, .oversized: ("invalid_token", "the token is malformed")
        case .expired: ("invalid_token", "the token has expired")
        case .notYetValid: ("invalid_token", "the token is not valid yet")
        case .wrongAudience: ("invalid_token", "the token is for another audience")
        case .unsupportedAlgorithm, .unknownIssuer, .unknownKey, .badSignature, .badClaims:
            ("invalid_token", "the token is not accepted")
        }
    }

    /// The answer, made once per configuration. `realm` and `scope` have no quotes.
    func response(realm: String, scopes: [String]) -> LocalResponse {
        var headers: [(HeaderName, ByteString)] = []
        if self == .keysUnavailable {
            headers.append((HeaderName(.retryAfter), "1"))
        } else {
            var value = "Bearer realm=\"\(realm)\""
            if let challenge {
                value += ", error=\"\(challenge.error)\""
                value += ", error_description=\"\(challenge.description)\""
            }
            if self == .forbidden, !scopes.isEmpty {
                value += ", scope=\"\(scopes.joined(separator: " "))\""
            }
            headers.append(("www-authenticate", ByteString(value)))
        }
        return LocalResponse(status: status, cause: cause, headers: headers)
    }
}
