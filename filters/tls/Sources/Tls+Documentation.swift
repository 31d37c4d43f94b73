public import WeirFilter

extension Tls {
    /// What `weir filters tls` shows.
    public static let documentation = FilterDocumentation(
        summary: "Speaks TLS 1.2 and 1.3 with clients and with endpoints.",
        status: .beta,
        securityPosture: .robustToUntrustedDownstreamAndUpstream,
        phases: [],
        fields: listenerFields + clusterFields + protocolFields)

    private static let listenerFields = [
        ConfigurationField(
            "certificates.chain", "file", default: nil,
            "Listeners: a certificate in PEM, followed by those that lead to its authority."),
        ConfigurationField(
            "certificates.key", "file", default: nil, "The certificate's private key in PEM."),
        ConfigurationField(
            "certificates.passphrase", "secret", default: "none", "What opens an encrypted key."),
        ConfigurationField(
            "certificates.ocsp-staple", "file", default: "none",
            "An OCSP response in DER, sent to clients that ask for one."),
        ConfigurationField(
            "certificates.names", "list of host names", default: "those in the certificate",
            "The server names (SNI) that it is for; *.example.com stands for one label."),
        ConfigurationField(
            "strict-sni", "true or false", default: "false",
            "Refuses clients that ask for a name that no certificate is for; otherwise they are "
                + "shown the first."),
        ConfigurationField(
            "session-tickets.rotate", "duration", default: "12h",
            "How long a key for session tickets is used; `session-tickets: off` gives none out."),
        ConfigurationField(
            "session-tickets.keep", "count", default: "2",
            "How many keys that were replaced are still taken."),
        ConfigurationField(
            "client-certificates.mode", "off, optional or required", default: nil,
            "Whether clients are asked for a certificate; one that is shown has to be good."),
        ConfigurationField(
            "client-certificates.ca", "file", default: "none",
            "The authorities in PEM whose certificates are good; needed unless `off`."),
        ConfigurationField(
            "client-certificates.crl", "file", default: "none",
            "Revocation lists in PEM, one for each authority of a chain."),
        ConfigurationField(
            "client-certificates.depth", "count", default: "3",
            "How many authorities may stand between a certificate and a trusted one.",
            allows: .integer(0...20)),
    ]

    private static let clusterFields = [
        ConfigurationField(
            "ca", "system or a file", default: "system",
            "Clusters: the authorities that are trusted, in PEM."),
        ConfigurationField(
            "crl", "file", default: "none",
            "Revocation lists in PEM, one for each authority of a chain."),
        ConfigurationField(
            "server-name", "host name or IP address", default: "the endpoint's host name",
            "Whom an endpoint's certificate has to be for, and the name that it is asked for."),
        ConfigurationField(
            "certificate.chain", "file", default: nil,
            "Our own certificate in PEM, for endpoints that ask for one."),
        ConfigurationField("certificate.key", "file", default: nil, "Its private key in PEM."),
        ConfigurationField(
            "certificate.passphrase", "secret", default: "none", "What opens an encrypted key."),
        ConfigurationField(
            "session-reuse", "true or false", default: "true",
            "Whether sessions are taken up again."),
        ConfigurationField(
            "unsafe-skip-verify", "true or false", default: "false",
            "Takes any certificate: whoever stands between can read and change everything."),
    ]

    private static let protocolFields = [
        ConfigurationField(
            "min-version", "1.2 or 1.3", default: "1.2", "The lowest version that is spoken."),
        ConfigurationField(
            "max-version", "1.2 or 1.3", default: "1.3", "The highest version that is spoken."),
        ConfigurationField(
            "ciphers", "cipher list of OpenSSL", default: "ECDHE with AES-GCM or ChaCha20",
            "Cipher suites of TLS 1.2, the preferred one first."),
        ConfigurationField(
            "cipher-suites", "names joined by colons", default: "AES-128, AES-256, ChaCha20",
            "Cipher suites of TLS 1.3, the preferred one first."),
        ConfigurationField(
            "groups", "names joined by colons", default: "X25519:P-256:P-384",
            "Groups for the key exchange, the preferred one first."),
        ConfigurationField(
            "unsafe-security-level", "0 to 5", default: "OpenSSL's own",
            "OpenSSL's security level; low ones allow keys and signatures that can be broken.",
            allows: .integer(0...5)),
    ]
}
