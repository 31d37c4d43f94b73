internal import COpenSSL
internal import WeirFilter

/// Authorities that are trusted, and what they have revoked.
@safe
final class TrustStore: @unchecked Sendable {
    /// The authorities of a file; empty for those of the system.
    let authorities: [Certificate]
    private let store: OpaquePointer
    private let digest: [UInt8]

    init(
        ca: Tls.Authorities, crl: ConfigFile?, at field: [String]
    ) throws(ConfigurationError) {
        OpenSSLErrors.clear()
        defer { OpenSSLErrors.clear() }
        guard let store = unsafe X509_STORE_new() else {
            throw ConfigurationError("OpenSSL makes no store: \(OpenSSLErrors.takeText())")
        }
        var contents: [UInt8] = []
        var found: [Certificate] = []
        do throws(ConfigurationError) {
            switch ca {
            case .system:
                guard unsafe X509_STORE_set_default_paths(store) == 1 else {
                    throw ConfigurationError(
                        at: field + ["ca"],
                        "the system's authorities cannot be read: \(OpenSSLErrors.takeText())")
                }
            case .file(let file):
                found = try Certificate.read(file, at: field + ["ca"])
                for authority in found {
                    unsafe X509_STORE_add_cert(store, authority.pointer)
                    contents += authority.der
                }
                // Whatever the file names is trusted, be it the root of its chain or not.
                unsafe X509_STORE_set_flags(store, UInt(X509_V_FLAG_PARTIAL_CHAIN))
            }
            if let crl { contents += try unsafe Self.add(crl, to: store, at: field + ["crl"]) }
        } catch {
            unsafe X509_STORE_free(store)
            throw error
        }
        authorities = found
        unsafe self.store = unsafe store
        digest = Self.sha256(contents)
    }

    deinit { unsafe X509_STORE_free(store) }

    /// Reads revocation lists, and has all certificates looked up in them.
    private static func add(
        _ file: ConfigFile, to store: OpaquePointer, at field: [String]
    ) throws(ConfigurationError) -> [UInt8] {
        let bytes = try SystemCalls.read(file.path, at: field)
        let count = unsafe withMemoryBIO(bytes) { bio in
            var count = 0
            while let list = unsafe PEM_read_bio_X509_CRL(bio, nil, nil, nil) {
                unsafe X509_STORE_add_crl(store, list)
                unsafe X509_CRL_free(list)
                count += 1
            }
            return count
        }
        let labels = PEM.labels(bytes).count { $0 == "X509 CRL" }
        guard count > 0 else {
            throw ConfigurationError(
                at: field,
                labels > 0
                    ? "\(file): the revocation list in it cannot be read: it is damaged"
                    : "\(file): no revocation list in it; \(PEM.found(bytes))")
        }
        guard count == labels else {
            throw ConfigurationError(
                at: field, "\(file): revocation list \(count + 1) in it is damaged")
        }
        let flags = UInt(X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL)
        unsafe X509_STORE_set_flags(store, flags)
        return bytes
    }

    /// Verifies the peers of a context by this store.
    func apply(to context: ContextHandle, depth: Int) {
        unsafe SSL_CTX_set1_cert_store(context.pointer, store)
        unsafe SSL_CTX_set_verify_depth(context.pointer, Int32(depth))
    }

    /// 32 bytes that differ when anything does by which peers are judged.
    func identity(_ mode: UInt8, _ depth: Int) -> [UInt8] {
        Self.sha256(digest + [mode, UInt8(truncatingIfNeeded: depth)])
    }

    private static func sha256(_ bytes: [UInt8]) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 32)
        var count: UInt32 = 32
        unsafe EVP_Digest(bytes, bytes.count, &digest, &count, EVP_sha256(), nil)
        return digest
    }
}
