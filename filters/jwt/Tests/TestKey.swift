import COpenSSL
import WeirBase

@testable import JwtFilter

/// Base64 for URLs, written apart from the filter's reader.
func base64URL(_ bytes: [UInt8]) -> String {
    let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
    var text = ""
    for start in stride(from: 0, to: bytes.count, by: 3) {
        let group = bytes[start..<min(start + 3, bytes.count)]
        var bits = 0
        for offset in 0..<3 {
            bits = bits << 8 | (offset < group.count ? Int(bytes[start + offset]) : 0)
        }
        for place in 0...group.count { text.append(letters[bits >> (18 - 6 * place) & 63]) }
    }
    return text
}

func base64URL(_ text: String) -> String { base64URL(Array(text.utf8)) }

/// The bytes of a text in Base64 for URLs; nil when it is none.
func fromBase64URL(_ text: String) -> [UInt8]? { Base64URL.decode(Array(text.utf8).span) }

/// A signature in DER.
func der(_ signature: [UInt8], halfSize: Int) -> [UInt8]? {
    ECDSASignature.der(signature.span, halfSize: halfSize)
}

/// Reads a key of a set.
func webKey(_ text: String) throws -> JSONWebKey {
    try JSONWebKey(try JSONReader().read(Array(text.utf8).span))
}

extension JSONWebKey {
    func isSigned(_ message: [UInt8], _ signature: [UInt8], _ name: SignatureAlgorithm) -> Bool {
        verifies(signature, message.span, name)
    }
}

extension Digest {
    func isCode(_ code: [UInt8], of message: [UInt8], key: [UInt8]) -> Bool {
        authenticates(message.span, by: code.span, key: key)
    }
}

/// A private key of an issuer under test, which signs as issuers do.
@safe
final class TestKey: @unchecked Sendable {
    enum Kind: String, Sendable, CaseIterable {
        case rsa, p256, p384, p521, ed25519, ed448
    }

    let kind: Kind
    let id: String?
    private let pointer: OpaquePointer

    /// Makes a key; `bits` counts for RSA.
    init(_ kind: Kind, id: String? = "k1", bits: Int = 2048) {
        self.kind = kind
        self.id = id
        let name: String =
            switch kind {
            case .rsa: "RSA"
            case .p256, .p384, .p521: "EC"
            case .ed25519: "ED25519"
            case .ed448: "ED448"
            }
        let context = unsafe EVP_PKEY_CTX_new_from_name(nil, name, nil)
        defer { unsafe EVP_PKEY_CTX_free(context) }
        unsafe EVP_PKEY_keygen_init(context)
        switch kind {
        case .rsa: unsafe EVP_PKEY_CTX_set_rsa_keygen_bits(context, Int32(bits))
        case .p256: unsafe EVP_PKEY_CTX_set_group_name(context, "P-256")
        case .p384: unsafe EVP_PKEY_CTX_set_group_name(context, "P-384")
        case .p521: unsafe EVP_PKEY_CTX_set_group_name(context, "P-521")
        case .ed25519, .ed448: break
        }
        var key: OpaquePointer?
        unsafe EVP_PKEY_generate(context, &key)
        unsafe pointer = key!
    }

    deinit { unsafe EVP_PKEY_free(pointer) }

    /// One per process and kind: RSA keys take a while to make.
    static let shared: [Kind: TestKey] = Dictionary(
        uniqueKeysWithValues: Kind.allCases.map { ($0, TestKey($0)) })

    /// The key for an algorithm's name.
    static func fit(_ algorithm: String) -> TestKey {
        switch algorithm {
        case "ES256": shared[.p256]!
        case "ES384": shared[.p384]!
        case "ES512": shared[.p521]!
        case "EdDSA", "Ed25519": shared[.ed25519]!
        case "Ed448": shared[.ed448]!
        default: shared[.rsa]!
        }
    }

    // MARK: The public half

    /// The key's numbers as a JWK has them.
    var members: [String: String] {
        switch kind {
        case .rsa: ["kty": "RSA", "n": base64URL(number("n")), "e": base64URL(number("e"))]
        case .p256, .p384, .p521:
            {
                let point = octets("pub")
                let size = (point.count - 1) / 2
                let curve = [Kind.p256: "P-256", .p384: "P-384", .p521: "P-521"][kind]!
                return [
                    "kty": "EC", "crv": curve, "x": base64URL(Array(point[1..<1 + size])),
                    "y": base64URL(Array(point[(1 + size)...])),
                ]
            }()
        case .ed25519, .ed448:
            [
                "kty": "OKP", "crv": kind == .ed25519 ? "Ed25519" : "Ed448",
                "x": base64URL(octets("pub")),
            ]
        }
    }

    /// The key as a member of a set, with other members added or, as nil, left out.
    func jwk(_ changes: [String: String?] = [:]) -> String {
        var all = members
        all["kid"] = id
        for (name, value) in changes { all[name] = value }
        let texts = all.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\"\($0.value)\"" }
        return "{\(texts.joined(separator: ","))}"
    }

    /// A set of keys.
    static func set(_ keys: TestKey...) -> String {
        "{\"keys\":[\(keys.map { $0.jwk() }.joined(separator: ","))]}"
    }

    private func number(_ name: String) -> [UInt8] {
        var number: OpaquePointer?
        unsafe EVP_PKEY_get_bn_param(pointer, name, &number)
        defer { unsafe BN_free(number) }
        var bytes = [UInt8](repeating: 0, count: unsafe (Int(BN_num_bits(number)) + 7) / 8)
        unsafe BN_bn2bin(number, &bytes)
        return bytes
    }

    private func octets(_ name: String) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 200)
        var count = 0
        unsafe EVP_PKEY_get_octet_string_param(pointer, name, &bytes, bytes.count, &count)
        return Array(bytes[..<count])
    }

    // MARK: Signing

    /// The signature by an algorithm's name, as tokens have it.
    func sign(_ message: String, _ algorithm: String) -> [UInt8] {
        let context = unsafe EVP_MD_CTX_new()
        defer { unsafe EVP_MD_CTX_free(context) }
        var settings: OpaquePointer?
        let function: OpaquePointer? =
            switch algorithm.suffix(3) {
            case "256": unsafe EVP_sha256()
            case "384": unsafe EVP_sha384()
            case "512": unsafe EVP_sha512()
            default: nil
            }
        unsafe EVP_DigestSignInit(context, &settings, function, nil, pointer)
        if algorithm.hasPrefix("PS") {
            unsafe EVP_PKEY_CTX_set_rsa_padding(settings, RSA_PKCS1_PSS_PADDING)
            unsafe EVP_PKEY_CTX_set_rsa_pss_saltlen(settings, RSA_PSS_SALTLEN_DIGEST)
        }
        let bytes = Array(message.utf8)
        var signature = [UInt8](repeating: 0, count: 1100)
        var count = signature.count
        unsafe EVP_DigestSign(context, &signature, &count, bytes, bytes.count)
        let result = Array(signature[..<count])
        guard kind == .p256 || kind == .p384 || kind == .p521 else { return result }
        return Self.raw(result, size: [Kind.p256: 32, .p384: 48, .p521: 66][kind]!)
    }

    /// The two numbers of a signature in DER, side by side.
    private static func raw(_ der: [UInt8], size: Int) -> [UInt8] {
        var at = der[1] == 0x81 ? 3 : 2
        var result: [UInt8] = []
        for _ in 0..<2 {
            let count = Int(der[at + 1])
            let digits = Array(der[at + 2..<at + 2 + count].drop { $0 == 0 })
            result += [UInt8](repeating: 0, count: size - digits.count) + digits
            at += 2 + count
        }
        return result
    }

    /// A token with these claims, as JSON.
    func token(
        _ claims: String, algorithm: String? = nil, header: String? = nil
    ) -> String {
        let usual: [Kind: String] = [
            .rsa: "RS256", .p256: "ES256", .p384: "ES384", .p521: "ES512", .ed25519: "EdDSA",
            .ed448: "EdDSA",
        ]
        let algorithm = algorithm ?? usual[kind]!
        let name = id.map { ",\"kid\":\"\($0)\"" } ?? ""
        let head = base64URL(header ?? "{\"alg\":\"\(algorithm)\"\(name)}")
        let message = "\(head).\(base64URL(claims))"
        return "\(message).\(base64URL(sign(message, algorithm)))"
    }
}

/// A token with a shared secret.
func secretToken(_ claims: String, _ secret: [UInt8], algorithm: String = "HS256") -> String {
    let message = base64URL("{\"alg\":\"\(algorithm)\"}") + "." + base64URL(claims)
    let function =
        switch algorithm {
        case "HS384": unsafe EVP_sha384()
        case "HS512": unsafe EVP_sha512()
        default: unsafe EVP_sha256()
        }
    var code = [UInt8](repeating: 0, count: 64)
    var count: UInt32 = 0
    let bytes = Array(message.utf8)
    unsafe HMAC(function, secret, Int32(secret.count), bytes, bytes.count, &code, &count)
    return "\(message).\(base64URL(Array(code[..<Int(count)])))"
}
