internal import WeirFilter

/// A certificate, its chain and its key, read and checked.
struct LoadedCertificate: Sendable {
    /// The file of the chain, for messages.
    let file: ConfigFile
    /// The certificate, then those that lead to its authority.
    let chain: [Certificate]
    let key: PrivateKey
    /// An OCSP response in DER.
    let staple: [UInt8]?
    /// The server names that it is for, `*.` before those that are patterns.
    let names: [String]

    /// Reads the files. `field` leads to their entry in the configuration.
    init(_ files: Tls.CertificateFiles, at field: [String]) throws(ConfigurationError) {
        file = files.chain
        chain = try Certificate.read(files.chain, at: field + ["chain"])
        key = try PrivateKey(
            files.key, passphrase: files.passphrase, at: field + ["key"],
            passphraseField: field + ["passphrase"])
        guard chain[0].fits(key) else {
            throw ConfigurationError(
                at: field + ["key"],
                "\(files.key): the key does not match the certificate in \(files.chain)")
        }
        guard chain[0].secondsUntilValid <= 0 else {
            throw ConfigurationError(
                at: field + ["chain"],
                "\(files.chain): the certificate is not valid before \(chain[0].notBefore)")
        }
        guard chain[0].secondsLeft > 0 else {
            throw ConfigurationError(
                at: field + ["chain"],
                "\(files.chain): the certificate expired on \(chain[0].notAfter)")
        }
        staple = try files.ocspStaple.map { file throws(ConfigurationError) in
            try Self.staple(file, at: field + ["ocsp-staple"])
        }
        names = Self.names(files, chain[0])
    }

    private static func staple(
        _ file: ConfigFile, at field: [String]
    ) throws(ConfigurationError) -> [UInt8] {
        let bytes = try SystemCalls.read(file.path, at: field)
        let status = Certificate.stapleStatus(bytes)
        guard let status else {
            throw ConfigurationError(at: field, "\(file): it is no OCSP response in DER")
        }
        guard status == 0 else {
            throw ConfigurationError(
                at: field, "\(file): the OCSP response reports an error (status \(status))")
        }
        return bytes
    }

    /// The configured names, else those of the certificate (RFC 6125, section 6.4.4: the common
    /// name counts only where there are no alternative names).
    private static func names(
        _ files: Tls.CertificateFiles, _ leaf: Certificate
    ) -> [String] {
        if let configured = files.names {
            return configured.compactMap(ServerName.pattern)
        }
        let alternative = leaf.alternativeNames.dns.compactMap(ServerName.pattern)
        if !alternative.isEmpty { return alternative }
        return leaf.commonName.flatMap(ServerName.pattern).map { [$0] } ?? []
    }
}
