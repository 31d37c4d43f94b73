internal import COpenSSL
internal import WeirFilter

/// An X.509 certificate. Immutable, so that all threads may read it.
@safe
final class Certificate: @unchecked Sendable {
    let pointer: OpaquePointer

    /// Takes over a certificate.
    init(owning pointer: OpaquePointer) { unsafe self.pointer = unsafe pointer }

    deinit { unsafe X509_free(pointer) }

    /// All certificates of a PEM file, which has at least one.
    static func read(
        _ file: ConfigFile, at field: [String]
    ) throws(ConfigurationError) -> [Certificate] {
        let bytes = try SystemCalls.read(file.path, at: field)
        let found = parse(bytes)
        guard !found.isEmpty else {
            let isBroken = PEM.labels(bytes).contains { $0.hasSuffix("CERTIFICATE") }
            throw ConfigurationError(
                at: field,
                isBroken
                    ? "\(file): the certificate in it cannot be read: it is damaged"
                    : "\(file): no certificate in it; \(PEM.found(bytes))")
        }
        guard found.count == PEM.labels(bytes).count(where: { $0.hasSuffix("CERTIFICATE") })
        else {
            throw ConfigurationError(
                at: field, "\(file): certificate \(found.count + 1) in it is damaged")
        }
        return found
    }

    /// The certificates in PEM up to the first that cannot be read.
    static func parse(_ bytes: [UInt8]) -> [Certificate] {
        defer { OpenSSLErrors.clear() }
        return unsafe withMemoryBIO(bytes) { bio in
            var found: [Certificate] = []
            while let pointer = unsafe PEM_read_bio_X509_AUX(bio, nil, nil, nil) {
                unsafe found.append(Certificate(owning: pointer))
            }
            return found
        }
    }

    // MARK: Facts

    /// Whether `key` is the private half of this certificate's key.
    func fits(_ key: PrivateKey) -> Bool {
        defer { OpenSSLErrors.clear() }
        return unsafe X509_check_private_key(pointer, key.pointer) == 1
    }

    /// OpenSSL's number for the kind of key.
    var keyKind: Int32 { unsafe EVP_PKEY_get_base_id(X509_get0_pubkey(pointer)) }

    /// The seconds until the certificate is valid; negative once it is.
    var secondsUntilValid: Int { unsafe Self.seconds(until: X509_get0_notBefore(pointer)) }

    /// The seconds until the certificate expires; negative once it has.
    var secondsLeft: Int { unsafe Self.seconds(until: X509_get0_notAfter(pointer)) }

    private static func seconds(until time: UnsafePointer<ASN1_TIME>?) -> Int {
        var days: Int32 = 0
        var seconds: Int32 = 0
        guard unsafe ASN1_TIME_diff(&days, &seconds, nil, time) == 1 else { return 0 }
        return Int(days) * 86_400 + Int(seconds)
    }

    /// When it expires: `Jan  2 15:04:05 2026 GMT`.
    var notAfter: String { unsafe Self.text(X509_get0_notAfter(pointer)) }

    /// When it becomes valid.
    var notBefore: String { unsafe Self.text(X509_get0_notBefore(pointer)) }

    private static func text(_ time: UnsafePointer<ASN1_TIME>?) -> String {
        unsafe withOutputBIO { bio in _ = unsafe ASN1_TIME_print(bio, time) }
    }

    /// The subject's distinguished name (RFC 2253).
    var subject: String { unsafe Self.text(X509_get_subject_name(pointer)) }

    /// The issuer's distinguished name (RFC 2253).
    var issuer: String { unsafe Self.text(X509_get_issuer_name(pointer)) }

    private static func text(_ name: OpaquePointer?) -> String {
        unsafe withOutputBIO { bio in unsafe weir_print_name(bio, name) }
    }

    /// The subject's common name; nil for none.
    var commonName: String? {
        let name = unsafe X509_get_subject_name(pointer)
        var room = [CChar](repeating: 0, count: 256)
        let count = unsafe X509_NAME_get_text_by_NID(name, NID_commonName, &room, 256)
        guard count > 0 else { return nil }
        return String(
            decoding: room.prefix(Int(count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// The serial number in lower-case hexadecimal digits.
    var serial: String {
        let number = unsafe ASN1_INTEGER_to_BN(X509_get0_serialNumber(pointer), nil)
        defer { unsafe BN_free(number) }
        guard let digits = unsafe BN_bn2hex(number) else { return "" }
        defer { unsafe weir_openssl_free(digits) }
        return unsafe String(cString: digits).lowercased()
    }

    /// The SHA-256 digest in lower-case hexadecimal digits.
    var fingerprint: String {
        var digest = [UInt8](repeating: 0, count: 32)
        var count: UInt32 = 32
        guard unsafe X509_digest(pointer, EVP_sha256(), &digest, &count) == 1 else { return "" }
        return hexadecimal(digest)
    }

    /// The certificate in DER.
    var der: [UInt8] {
        let count = unsafe i2d_X509(pointer, nil)
        guard count > 0 else { return [] }
        return unsafe [UInt8](unsafeUninitializedCapacity: Int(count)) { room, filled in
            var next = room.baseAddress
            filled = Int(unsafe i2d_X509(pointer, &next))
        }
    }

    /// The subject's alternative names.
    var alternativeNames: AlternativeNames {
        var found = AlternativeNames()
        guard
            let names = unsafe X509_get_ext_d2i(pointer, NID_subject_alt_name, nil, nil)
                .map({ OpaquePointer($0) })
        else { return found }
        defer { unsafe weir_names_free(names) }
        for index in 0..<(unsafe weir_names_count(names)) {
            var start: UnsafePointer<UInt8>?
            var count: Int32 = 0
            let kind = unsafe weir_name_at(names, index, &start, &count)
            let bytes = unsafe [UInt8](UnsafeBufferPointer(start: start, count: Int(count)))
            found.add(kind, bytes)
        }
        return found
    }
}

extension Certificate {
    /// Whether both are the same certificate.
    func isSame(as other: Certificate) -> Bool {
        unsafe X509_cmp(pointer, other.pointer) == 0
    }

    /// The status of an OCSP response in DER (RFC 6960, section 4.2.1), 0 for a good one; nil when
    /// it is none.
    static func stapleStatus(_ bytes: [UInt8]) -> Int32? {
        defer { OpenSSLErrors.clear() }
        return unsafe bytes.withUnsafeBufferPointer { memory in
            var start = memory.baseAddress
            guard let response = unsafe d2i_OCSP_RESPONSE(nil, &start, memory.count) else {
                return nil
            }
            defer { unsafe OCSP_RESPONSE_free(response) }
            return unsafe OCSP_response_status(response)
        }
    }
}
