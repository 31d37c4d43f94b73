internal import WeirFilter

extension PeerCertificate {
    /// The facts of a certificate that a peer has shown.
    convenience init(_ certificate: Certificate, isVerified: Bool) {
        let names = certificate.alternativeNames
        self.init(
            isVerified: isVerified, subject: certificate.subject, issuer: certificate.issuer,
            serial: certificate.serial, fingerprint: certificate.fingerprint,
            dnsNames: names.dns, uris: names.uris, emails: names.emails, ipAddresses: names.ips,
            der: certificate.der)
    }
}
