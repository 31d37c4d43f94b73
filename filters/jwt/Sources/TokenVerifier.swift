internal import WeirBase
internal import WeirFilter

/// Finds out whether a token is good, and what is known by it.
struct TokenVerifier: Sendable {
    let issuers: [TrustedIssuer]
    let nameClaim: ClaimPath
    let headers: ClaimHeaders
    /// A token is verified again after so long, whatever its own time.
    let cacheTime: Interval

    /// What came of it.
    enum Verdict {
        case good(VerifiedToken)
        case bad(TokenProblem)
        /// A key is missing that the issuer may have by now.
        case lacksKey(TokenProblem, TrustedIssuer)
    }

    /// Looks at a token: first who it says has issued it, then whether they have, then the rest.
    func verify(_ text: ByteString, at now: Int64) -> Verdict {
        do throws(TokenProblem) {
            let token = try CompactToken(text.span)
            guard case .string(let name)? = token.claims["iss"],
                let issuer = issuers.first(where: { sameBytes($0.name, name) })
            else { return .bad(.unknownIssuer) }
            switch issuer.verify(token, text.span, at: now) {
            case .bad(let problem): return .bad(problem)
            case .lacksKey(let problem): return .lacksKey(problem, issuer)
            case .good(let generation, let until):
                let end = try issuer.rules.check(token, at: now)
                let (latest, overflow) = now.addingReportingOverflow(cacheTime.nanoseconds)
                return .good(
                    VerifiedToken(
                        text: text, end: min(end, until, overflow ? .max : latest),
                        client: try client(token.claims, of: issuer),
                        fields: headers.fields(token.claims),
                        shelf: token.algorithm.isSymmetric ? nil : issuer.shelf,
                        generation: generation))
            }
        } catch {
            return .bad(error)
        }
    }

    private func client(
        _ claims: JSONValue, of issuer: TrustedIssuer
    ) throws(TokenProblem) -> ClientIdentity {
        // Numbers that lose digits would give two clients one name.
        guard let name = nameClaim.find(in: claims)?.exactText, !name.isEmpty else {
            throw .badClaims
        }
        return ClientIdentity(
            name: ByteString(issuer.namePrefix + name), source: "jwt", claims: claims)
    }
}
