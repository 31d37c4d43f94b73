internal import COpenSSL
internal import WeirBase

/// A certificate that its own key has signed, both in PEM.
struct SelfSigned {
    let certificate: String
    let key: String

    /// `names` are host names and IP addresses, at least one; nil when OpenSSL fails.
    init?(names: [String], days: Int) {
        guard let key = unsafe weir_new_p256_key(), let made = unsafe X509_new(),
            let serial = randomBytes(16)
        else { return nil }
        defer {
            unsafe X509_free(made)
            unsafe EVP_PKEY_free(key)
        }
        let list = names.map { name in
            IPAddress(name).map { "IP:\($0)" } ?? "DNS:\(name)"
        }.joined(separator: ",")
        let number = unsafe BN_bin2bn(serial, 16, nil)
        defer { unsafe BN_free(number) }
        // A serial number has at most 20 bytes and is positive (RFC 5280, section 4.1.2.2).
        unsafe BN_to_ASN1_INTEGER(number, X509_get_serialNumber(made))
        let subject = unsafe X509_get_subject_name(made)
        guard unsafe X509_set_version(made, 2) == 1,
            unsafe X509_NAME_add_entry_by_txt(
                subject, "CN", Int32(weir_utf8_text), "Weir development: \(names[0].prefix(40))",
                -1, -1,
                0) == 1,
            unsafe X509_set_issuer_name(made, subject) == 1,
            unsafe X509_gmtime_adj(X509_getm_notBefore(made), -3600) != nil,
            unsafe X509_time_adj_ex(X509_getm_notAfter(made), Int32(days), 0, nil) != nil,
            unsafe X509_set_pubkey(made, key) == 1,
            unsafe Self.add(NID_basic_constraints, "critical,CA:FALSE", to: made),
            unsafe Self.add(NID_key_usage, "critical,digitalSignature", to: made),
            unsafe Self.add(NID_ext_key_usage, "serverAuth", to: made),
            unsafe Self.add(NID_subject_alt_name, list, to: made),
            unsafe X509_sign(made, key, EVP_sha256()) > 0
        else { return nil }
        certificate = unsafe withOutputBIO { _ = unsafe PEM_write_bio_X509($0, made) }
        self.key = unsafe withOutputBIO {
            _ = unsafe PEM_write_bio_PKCS8PrivateKey($0, key, nil, nil, 0, nil, nil)
        }
    }

    private static func add(_ kind: Int32, _ value: String, to certificate: OpaquePointer) -> Bool {
        guard let made = unsafe X509V3_EXT_conf_nid(nil, nil, kind, value) else { return false }
        defer { unsafe X509_EXTENSION_free(made) }
        return unsafe X509_add_ext(certificate, made, -1) == 1
    }
}
