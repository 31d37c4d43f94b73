internal import WeirBase

/// A public key of a set, with what its owner says about its use (RFC 7517, section 4).
struct JSONWebKey: Sendable {
    let key: PublicKey
    /// How tokens name it; nil when they do not.
    let id: String?
    /// The only algorithm that it may be used with; nil when its owner names none.
    let algorithm: SignatureAlgorithm?
    /// Everything that counts, so that two sets can be compared.
    let fingerprint: String

    /// Whether a token may be verified with it by that algorithm.
    func fits(_ algorithm: SignatureAlgorithm) -> Bool {
        algorithm.fits(key.kind) && (self.algorithm == nil || self.algorithm == algorithm)
    }

    /// Whether `signature`, as tokens have it, is this key's for `message`.
    func verifies(
        _ signature: [UInt8], _ message: Span<UInt8>, _ algorithm: SignatureAlgorithm
    ) -> Bool {
        guard fits(algorithm) else { return false }
        guard let size = algorithm.halfSize else {
            return key.verifies(signature.span, of: message, algorithm)
        }
        guard let der = ECDSASignature.der(signature.span, halfSize: size) else { return false }
        return key.verifies(der.span, of: message, algorithm)
    }

    /// Whether tokens name it so.
    func isNamed(_ name: String) -> Bool { id.map { sameBytes($0, name) } ?? false }

    /// Why a key of a set is not used.
    struct Unusable: Error {
        let reason: String

        init(_ reason: String) { self.reason = reason }
    }

    /// Prepares a key.
    init(_ value: JSONValue) throws(Unusable) {
        guard case .object = value else { throw Unusable("it is no object") }
        id = try Self.text("kid", in: value)
        if let use = try Self.text("use", in: value), use != "sig" {
            throw Unusable("its use is not `sig`")
        }
        if let operations = value["key_ops"] {
            guard let list = operations.array, list.contains(.string("verify")) else {
                throw Unusable("its key_ops do not have `verify`")
            }
        }
        // A private key in a public place is known to others: what it signs proves nothing.
        guard value["d"] == nil else { throw Unusable("it holds a private key") }
        if let name = try Self.text("alg", in: value) {
            guard let known = SignatureAlgorithm(rawValue: name) else {
                throw Unusable("its alg is unknown")
            }
            algorithm = known
        } else {
            algorithm = nil
        }
        key = try Self.key(value)
        if let algorithm, !algorithm.fits(key.kind) { throw Unusable("its alg is of another kty") }
        fingerprint = ["kty", "crv", "kid", "alg", "x", "y", "n", "e"].map {
            value[$0]?.string ?? ""
        }.joined(separator: " ")
    }

    private static func text(
        _ name: String, in value: JSONValue
    ) throws(Unusable) -> String? {
        guard let member = value[name] else { return nil }
        guard let text = member.string else { throw Unusable("its \(name) is no text") }
        return text
    }

    private static func bytes(_ name: String, in value: JSONValue) throws(Unusable) -> [UInt8] {
        guard let text = value[name]?.string,
            let bytes = Base64URL.decode(Array(text.utf8).span), !bytes.isEmpty
        else { throw Unusable("its \(name) is missing or no base64url") }
        return bytes
    }

    private static func key(_ value: JSONValue) throws(Unusable) -> PublicKey {
        switch value["kty"]?.string {
        case "RSA": return try rsa(value)
        case "EC": return try elliptic(value)
        case "OKP": return try edwards(value)
        case "oct":
            // A secret among public keys would be the classic confusion of algorithms.
            throw Unusable("it is a shared secret, which belongs into `secret`")
        default: throw Unusable("its kty is unknown")
        }
    }

    /// RFC 7518, section 6.3.
    private static func rsa(_ value: JSONValue) throws(Unusable) -> PublicKey {
        let modulus = try bytes("n", in: value)
        let exponent = Array(try bytes("e", in: value).drop { $0 == 0 })
        // Even exponents and 1 are none, however many zeros are before them; long ones only make
        // work.
        guard let last = exponent.last, last & 1 == 1, exponent != [1], exponent.count <= 8,
            modulus[modulus.count - 1] & 1 == 1
        else { throw Unusable("its numbers are those of no RSA key") }
        // Looked at before OpenSSL has to calculate with it.
        guard modulus.count <= 1024 else { throw Unusable("it has more than 8192 bits") }
        guard let key = PublicKey.rsa(modulus: modulus, exponent: exponent) else {
            throw Unusable("its numbers are those of no RSA key")
        }
        // RFC 7518, section 3.3.
        guard key.bits >= 2048 else { throw Unusable("it has fewer than 2048 bits") }
        return key
    }

    /// RFC 7518, section 6.2.
    private static func elliptic(_ value: JSONValue) throws(Unusable) -> PublicKey {
        let kind: KeyKind
        let size: Int
        switch value["crv"]?.string {
        case "P-256": (kind, size) = (.p256, 32)
        case "P-384": (kind, size) = (.p384, 48)
        case "P-521": (kind, size) = (.p521, 66)
        default: throw Unusable("its crv is unknown")
        }
        let x = try bytes("x", in: value)
        let y = try bytes("y", in: value)
        guard x.count == size, y.count == size else {
            throw Unusable("its x and y have another length than its crv wants")
        }
        guard let key = PublicKey.elliptic(kind, x: x, y: y) else {
            throw Unusable("it is no point of its crv")
        }
        return key
    }

    /// RFC 8037, section 2.
    private static func edwards(_ value: JSONValue) throws(Unusable) -> PublicKey {
        let kind: KeyKind
        switch value["crv"]?.string {
        case "Ed25519": kind = .ed25519
        case "Ed448": kind = .ed448
        default: throw Unusable("its crv is unknown")
        }
        guard let key = PublicKey.edwards(kind, x: try bytes("x", in: value)) else {
            throw Unusable("its x has another length than its crv wants")
        }
        return key
    }
}
