internal import COpenSSL
internal import WeirBase

/// A public key, prepared once and used by all threads: OpenSSL only reads it.
@safe
final class PublicKey: @unchecked Sendable {
    let kind: KeyKind
    private let pointer: OpaquePointer

    private init?(_ kind: KeyKind, owning pointer: OpaquePointer?) {
        guard let pointer = unsafe pointer else { return nil }
        self.kind = kind
        unsafe self.pointer = unsafe pointer
    }

    deinit { unsafe EVP_PKEY_free(pointer) }

    /// How many bits the key has, as its strength is told.
    var bits: Int { unsafe Int(EVP_PKEY_get_bits(pointer)) }

    // MARK: Making

    /// An RSA key of big-endian modulus and exponent; nil when OpenSSL takes none of that kind.
    static func rsa(modulus: [UInt8], exponent: [UInt8]) -> PublicKey? {
        // OpenSSL takes numbers as the machine keeps them.
        let number: [UInt8] = modulus.reversed()
        let power: [UInt8] = exponent.reversed()
        defer { ERR_clear_error() }
        return unsafe PublicKey(
            .rsa, owning: weir_rsa_public_key(number, number.count, power, power.count))
    }

    /// A point on a curve of NIST; nil when it does not lie there.
    static func elliptic(_ kind: KeyKind, x: [UInt8], y: [UInt8]) -> PublicKey? {
        let curve =
            switch kind {
            case .p256: "P-256"
            case .p384: "P-384"
            default: "P-521"
            }
        let point: [UInt8] = [4] + x + y
        defer { ERR_clear_error() }
        let key = unsafe PublicKey(kind, owning: weir_ec_public_key(curve, point, point.count))
        return key?.isSound == true ? key : nil
    }

    /// A key of an Edwards curve (RFC 8037); nil when it has another length.
    static func edwards(_ kind: KeyKind, x: [UInt8]) -> PublicKey? {
        defer { ERR_clear_error() }
        return unsafe PublicKey(
            kind,
            owning: EVP_PKEY_new_raw_public_key(
                kind == .ed25519 ? EVP_PKEY_ED25519 : EVP_PKEY_ED448, nil, x, x.count))
    }

    private var isSound: Bool {
        guard let context = unsafe EVP_PKEY_CTX_new_from_pkey(nil, pointer, nil) else {
            return false
        }
        defer {
            unsafe EVP_PKEY_CTX_free(context)
            ERR_clear_error()
        }
        return unsafe EVP_PKEY_public_check(context) == 1
    }

    // MARK: Verifying

    /// Whether `signature`, in the form that OpenSSL takes, is this key's for `message`.
    func verifies(
        _ signature: Span<UInt8>, of message: Span<UInt8>, _ algorithm: SignatureAlgorithm
    ) -> Bool {
        guard let context = unsafe EVP_MD_CTX_new() else { return false }
        defer {
            unsafe EVP_MD_CTX_free(context)
            // A bad signature leaves an error, which the next user of the thread must not find.
            ERR_clear_error()
        }
        var settings: OpaquePointer?
        let function = unsafe algorithm.digest?.function
        guard unsafe EVP_DigestVerifyInit(context, &settings, function, nil, pointer) == 1 else {
            return false
        }
        if algorithm.isPSS {
            // The salt is as long as the hash (RFC 7518, section 3.5).
            guard
                unsafe EVP_PKEY_CTX_set_rsa_padding(settings, RSA_PKCS1_PSS_PADDING) == 1,
                unsafe EVP_PKEY_CTX_set_rsa_pss_saltlen(settings, RSA_PSS_SALTLEN_DIGEST) == 1
            else { return false }
        }
        return unsafe signature.withUnsafeBufferPointer { signature in
            unsafe message.withUnsafeBufferPointer { message in
                unsafe EVP_DigestVerify(
                    context, signature.baseAddress, signature.count, message.baseAddress,
                    message.count) == 1
            }
        }
    }
}
