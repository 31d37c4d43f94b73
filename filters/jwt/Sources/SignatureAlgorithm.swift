/// The ways of signing a token (RFC 7518, section 3.1, RFC 8037, RFC 9864), by their names in token
/// headers. `none` is not among them.
enum SignatureAlgorithm: String, Sendable, CaseIterable {
    case rs256 = "RS256"
    case rs384 = "RS384"
    case rs512 = "RS512"
    case ps256 = "PS256"
    case ps384 = "PS384"
    case ps512 = "PS512"
    case es256 = "ES256"
    case es384 = "ES384"
    case es512 = "ES512"
    /// Either curve, which the key decides.
    case edDSA = "EdDSA"
    case ed25519 = "Ed25519"
    case ed448 = "Ed448"
    case hs256 = "HS256"
    case hs384 = "HS384"
    case hs512 = "HS512"

    /// Whether whoever can verify can sign as well.
    var isSymmetric: Bool {
        switch self {
        case .hs256, .hs384, .hs512: true
        default: false
        }
    }

    /// What is accepted unless the operator says otherwise: everything with public keys.
    static let standard = allCases.filter { !$0.isSymmetric }

    /// The hash function; nil for those that need none beside the signature.
    var digest: Digest? {
        switch self {
        case .rs256, .ps256, .es256, .hs256: .sha256
        case .rs384, .ps384, .es384, .hs384: .sha384
        case .rs512, .ps512, .es512, .hs512: .sha512
        case .edDSA, .ed25519, .ed448: nil
        }
    }

    /// The kinds of key that may verify it. Any other would be a confusion of algorithms (RFC 8725,
    /// section 2.1).
    func fits(_ kind: KeyKind) -> Bool {
        switch self {
        case .rs256, .rs384, .rs512, .ps256, .ps384, .ps512: kind == .rsa
        case .es256: kind == .p256
        case .es384: kind == .p384
        case .es512: kind == .p521
        case .edDSA: kind == .ed25519 || kind == .ed448
        case .ed25519: kind == .ed25519
        case .ed448: kind == .ed448
        case .hs256, .hs384, .hs512: false
        }
    }

    /// Whether it is RSA with probabilistic padding (RFC 7518, section 3.5).
    var isPSS: Bool {
        switch self {
        case .ps256, .ps384, .ps512: true
        default: false
        }
    }

    /// How many bytes each half of an ECDSA signature has (RFC 7518, section 3.4); nil for others.
    var halfSize: Int? {
        switch self {
        case .es256: 32
        case .es384: 48
        case .es512: 66
        default: nil
        }
    }
}

/// What a public key is made of.
enum KeyKind: Sendable {
    case rsa, p256, p384, p521, ed25519, ed448
}
