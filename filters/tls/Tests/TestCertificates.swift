import COpenSSL
import Foundation
import WeirFilter

@testable import TlsFilter

/// A folder that is removed with the object.
final class Folder: Sendable {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "weir-tls-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Writes a file and returns its path.
    @discardableResult
    func write(_ name: String, _ text: String) throws -> String {
        try write(name, bytes: Array(text.utf8))
    }

    /// Writes a file and returns its path.
    @discardableResult
    func write(_ name: String, bytes: [UInt8]) throws -> String {
        try Data(bytes).write(to: URL(fileURLWithPath: "\(path)/\(name)"), options: .atomic)
        return "\(path)/\(name)"
    }
}

/// A certificate with its key, made for a test.
@safe
final class Identity: @unchecked Sendable {
    enum Kind { case ecdsa, rsa }

    let key: OpaquePointer
    let certificate: OpaquePointer
    private(set) var issuer: Identity?
    private static let serials = NSLock()
    nonisolated(unsafe) private static var lastSerial = 1000

    /// `days` is how long it is valid from `from` days on. Names are DNS names or, with a colon,
    /// other kinds as OpenSSL writes them: `IP:127.0.0.1`.
    init(
        _ subject: String, names: [String] = [], kind: Kind = .ecdsa, issuer: Identity? = nil,
        isAuthority: Bool = false, from: Int = -1, days: Int = 100
    ) {
        unsafe key = Self.makeKey(kind)
        self.issuer = issuer
        unsafe certificate = X509_new()
        unsafe X509_set_version(certificate, 2)
        let serial = Self.serials.withLock {
            unsafe Self.lastSerial += 1
            return unsafe Self.lastSerial
        }
        unsafe ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial)
        let name = unsafe X509_get_subject_name(certificate)
        unsafe X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, subject, -1, -1, 0)
        unsafe X509_set_issuer_name(
            certificate, issuer.map { unsafe X509_get_subject_name($0.certificate) } ?? name)
        unsafe X509_time_adj_ex(X509_getm_notBefore(certificate), Int32(from), 0, nil)
        unsafe X509_time_adj_ex(X509_getm_notAfter(certificate), Int32(from + days), 3600, nil)
        unsafe X509_set_pubkey(certificate, key)
        if isAuthority {
            add(NID_basic_constraints, "critical,CA:TRUE")
            add(NID_key_usage, "critical,keyCertSign,cRLSign,digitalSignature")
        } else {
            add(NID_basic_constraints, "critical,CA:FALSE")
        }
        if !names.isEmpty {
            let list = names.map { $0.contains(":") ? $0 : "DNS:\($0)" }.joined(separator: ",")
            add(NID_subject_alt_name, list)
        }
        unsafe X509_sign(certificate, issuer?.key ?? key, EVP_sha256())
    }

    deinit {
        unsafe X509_free(certificate)
        unsafe EVP_PKEY_free(key)
    }

    private static func makeKey(_ kind: Kind) -> OpaquePointer {
        unsafe kind == .ecdsa ? weir_new_p256_key()! : weir_new_rsa_key(2048)!
    }

    private func add(_ kind: Int32, _ value: String) {
        let made = unsafe X509V3_EXT_conf_nid(nil, nil, kind, value)
        unsafe X509_add_ext(certificate, made, -1)
        unsafe X509_EXTENSION_free(made)
    }

    /// The certificate in PEM.
    var pem: String { unsafe withOutputBIO { unsafe PEM_write_bio_X509($0, certificate) } }

    /// The certificate and those of its issuers but the root.
    var chainPEM: String {
        guard let issuer, issuer.issuer != nil else { return pem }
        return pem + issuer.chainPEM
    }

    /// The key in PEM.
    var keyPEM: String {
        unsafe withOutputBIO {
            unsafe PEM_write_bio_PKCS8PrivateKey($0, key, nil, nil, 0, nil, nil)
        }
    }

    /// The key in PEM, encrypted.
    func keyPEM(passphrase: String) -> String {
        unsafe withOutputBIO { bio in
            unsafe passphrase.withCString {
                _ = unsafe PEM_write_bio_PKCS8PrivateKey(
                    bio, key, EVP_aes_128_cbc(), UnsafeMutablePointer(mutating: $0),
                    Int32(passphrase.utf8.count), nil, nil)
            }
        }
    }

    /// A revocation list of this authority in PEM.
    func revocationList(_ revoked: [Identity], days: Int = 30) -> String {
        let list = unsafe X509_CRL_new()
        defer { unsafe X509_CRL_free(list) }
        unsafe X509_CRL_set_version(list, 1)
        unsafe X509_CRL_set_issuer_name(list, X509_get_subject_name(certificate))
        let now = unsafe X509_time_adj_ex(nil, min(0, Int32(days) - 1), 0, nil)
        unsafe X509_CRL_set1_lastUpdate(list, now)
        unsafe X509_time_adj_ex(now, Int32(days), 0, nil)
        unsafe X509_CRL_set1_nextUpdate(list, now)
        for identity in revoked {
            let entry = unsafe X509_REVOKED_new()
            unsafe X509_REVOKED_set_serialNumber(entry, X509_get_serialNumber(identity.certificate))
            unsafe X509_REVOKED_set_revocationDate(entry, now)
            unsafe X509_CRL_add0_revoked(list, entry)
        }
        unsafe ASN1_TIME_free(now)
        unsafe X509_CRL_sort(list)
        unsafe X509_CRL_sign(list, key, EVP_sha256())
        return unsafe withOutputBIO { unsafe PEM_write_bio_X509_CRL($0, list) }
    }

    /// Writes certificate and key to `name.pem` and `name.key` and returns the configuration.
    func files(_ folder: Folder, _ name: String) throws -> Tls.CertificateFiles {
        Tls.CertificateFiles(
            chain: .init(try folder.write("\(name).pem", chainPEM)),
            key: .init(try folder.write("\(name).key", keyPEM)))
    }
}
