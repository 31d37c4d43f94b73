internal import WeirBase
internal import WeirFilter

/// An issuer's part of a configuration, checked; keys come when it is provisioned.
struct IssuerPlan: Sendable {
    /// Where public keys come from.
    enum Source: Sendable {
        case none
        case inline(KeySet)
        case file(ConfigFile)
        case cluster(name: String, RemoteKeys.Settings)
    }

    let name: String
    let namePrefix: String
    let algorithms: Set<SignatureAlgorithm>
    let rules: ClaimRules
    let secret: [UInt8]
    let source: Source
    /// The way to its fields in the configuration.
    let field: [String]

    /// Checks an issuer; what it does not say, `common` says, and what `common` requires of claims
    /// is required beside its own.
    init(_ own: Jwt.Issuer, common: Jwt.Issuer = .init(), at field: [String]) throws {
        self.field = field
        guard let name = own.issuer, !name.isEmpty else {
            throw ConfigurationError(
                at: field, "expected `issuer`: what tokens have in their claim `iss`")
        }
        self.name = name
        namePrefix = own.namePrefix ?? common.namePrefix ?? ""
        let algorithms = try Self.algorithms(
            own.algorithms ?? common.algorithms,
            at: (own.algorithms == nil ? [] : field) + ["algorithms"])
        self.algorithms = algorithms
        rules = try Self.rules(own, common, at: field)
        secret = try Self.secret(own, algorithms, at: field)
        if let keys = own.jwks {
            source = try Self.source(keys, issuer: name, at: field + ["jwks"])
        } else {
            source = .none
        }
        try Self.checkKeys(own, algorithms, at: field)
    }

    /// Whether every algorithm has something to verify it with, and the other way round.
    private static func checkKeys(
        _ own: Jwt.Issuer, _ algorithms: Set<SignatureAlgorithm>, at field: [String]
    ) throws {
        let wantsSecret = algorithms.contains(where: \.isSymmetric)
        let wantsKeys = algorithms.contains { !$0.isSymmetric }
        if own.jwks == nil, own.secret == nil {
            throw ConfigurationError(at: field, "expected `jwks`: where the issuer's keys are")
        }
        if wantsSecret, own.secret == nil {
            throw ConfigurationError(
                at: field + ["secret"],
                "algorithms with a shared secret are asked for, and there is none")
        }
        if !wantsSecret, own.secret != nil {
            throw ConfigurationError(
                at: field + ["secret"],
                "no algorithm uses it; ask for one: `algorithms: [HS256]`")
        }
        if wantsKeys, own.jwks == nil {
            throw ConfigurationError(
                at: field + ["jwks"],
                "algorithms with public keys are asked for, and there are no keys")
        }
        if !wantsKeys, own.jwks != nil {
            throw ConfigurationError(at: field + ["jwks"], "no algorithm uses public keys")
        }
    }

    private static func algorithms(
        _ names: [String]?, at field: [String]
    ) throws -> Set<SignatureAlgorithm> {
        guard let names else { return Set(SignatureAlgorithm.standard) }
        guard !names.isEmpty else { throw ConfigurationError(at: field, "the list is empty") }
        return Set(
            try names.enumerated().map { index, name in
                guard let algorithm = SignatureAlgorithm(rawValue: name) else {
                    let known = SignatureAlgorithm.allCases.map(\.rawValue).joined(separator: ", ")
                    throw ConfigurationError(
                        at: field + ["\(index)"], "expected one of \(known), found `\(name)`")
                }
                return algorithm
            })
    }

    private static func secret(
        _ own: Jwt.Issuer, _ algorithms: Set<SignatureAlgorithm>, at field: [String]
    ) throws -> [UInt8] {
        guard let secret = own.secret else {
            if own.secretEncoding != nil {
                throw ConfigurationError(
                    at: field + ["secret-encoding"], "there is no `secret` that it is about")
            }
            return []
        }
        let bytes: [UInt8]
        switch own.secretEncoding ?? .text {
        case .text: bytes = Array(secret.value.utf8)
        case .base64url:
            guard let decoded = Base64URL.decode(Array(secret.value.utf8).span) else {
                throw ConfigurationError(
                    at: field + ["secret"], "it is no base64url without padding")
            }
            bytes = decoded
        }
        // RFC 7518, section 3.2: at least as long as the hash.
        let least = algorithms.filter(\.isSymmetric).compactMap { $0.digest?.size }.max() ?? 0
        guard bytes.count >= least else {
            throw ConfigurationError(
                at: field + ["secret"],
                "it has \(bytes.count) bytes; the algorithms need at least \(least)")
        }
        return bytes
    }
}
