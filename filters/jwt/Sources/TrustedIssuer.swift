internal import WeirBase
internal import WeirFilter

/// An issuer whose tokens are accepted, and how.
struct TrustedIssuer: Sendable {
    /// As tokens name it in `iss`.
    let name: String
    /// Stands before the names of its clients.
    let namePrefix: String
    let algorithms: Set<SignatureAlgorithm>
    let rules: ClaimRules
    /// What tokens of symmetric algorithms are signed with; empty when there are none.
    let secret: [UInt8]
    /// Where its public keys lie; nil when it has none.
    let shelf: KeyShelf?
    /// Who fetches them; nil when nobody does.
    let remote: RemoteKeys?

    /// What came of looking at a signature.
    enum Verdict {
        /// It is this issuer's, by keys of that generation, which are good until then.
        case good(generation: Int, until: Int64)
        case bad(TokenProblem)
        /// The key is missing, or none is there at all.
        case lacksKey(TokenProblem)
    }

    /// Looks at the signature of a token.
    func verify(_ token: CompactToken, _ text: Span<UInt8>, at now: Int64) -> Verdict {
        guard algorithms.contains(token.algorithm) else { return .bad(.unsupportedAlgorithm) }
        let message = text.extracting(0..<token.signedCount)
        // The family of the algorithm decides alone which kind of key is used.
        if token.algorithm.isSymmetric {
            guard !secret.isEmpty, let digest = token.algorithm.digest else {
                return .bad(.unsupportedAlgorithm)
            }
            let isGood = digest.authenticates(message, by: token.signature.span, key: secret)
            return isGood ? .good(generation: 0, until: .max) : .bad(.badSignature)
        }
        guard let shelf else { return .bad(.unsupportedAlgorithm) }
        guard let entry = shelf.entry(at: now) else { return .lacksKey(.keysUnavailable) }
        let candidates = entry.keys.candidates(token.keyID, token.algorithm)
        if candidates.contains(where: { $0.verifies(token.signature, message, token.algorithm) }) {
            return .good(generation: entry.generation, until: entry.times.usable)
        }
        if let id = token.keyID, entry.keys.hasKey(named: id) {
            return .bad(candidates.isEmpty ? .unsupportedAlgorithm : .badSignature)
        }
        return .lacksKey(candidates.isEmpty ? .unknownKey : .badSignature)
    }
}
