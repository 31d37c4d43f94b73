/// What a secure handshake has settled; one object per connection, shared by its streams.
public final class ConnectionSecurity: Sendable {
    /// The protocol's version as it is usually written: `TLSv1.3`.
    public let version: String
    /// The cipher suite's registered name: `TLS_AES_128_GCM_SHA256`.
    public let cipher: String
    /// The name that the client asked for (SNI), in lower case; nil when it asked for none.
    public let serverName: String?
    /// The protocol that was agreed on (ALPN); empty for none.
    public let applicationProtocol: String
    /// Whether an earlier session was taken up again.
    public let isResumed: Bool
    /// The peer's certificate; nil when it showed none.
    public let peer: PeerCertificate?

    /// Puts the facts together.
    public init(
        version: String, cipher: String, serverName: String?, applicationProtocol: String,
        isResumed: Bool, peer: PeerCertificate?
    ) {
        self.version = version
        self.cipher = cipher
        self.serverName = serverName
        self.applicationProtocol = applicationProtocol
        self.isResumed = isResumed
        self.peer = peer
    }
}

/// A certificate that the peer has shown and proved to own.
public final class PeerCertificate: Sendable {
    /// Whether its chain leads to a trusted authority.
    public let isVerified: Bool
    /// The subject's distinguished name (RFC 2253): `CN=build-7,O=Example`.
    public let subject: String
    /// The issuer's distinguished name (RFC 2253).
    public let issuer: String
    /// The serial number in lower-case hexadecimal digits.
    public let serial: String
    /// The SHA-256 digest of the certificate in lower-case hexadecimal digits.
    public let fingerprint: String
    /// The subject's alternative names that are DNS names, in lower case.
    public let dnsNames: [String]
    /// The subject's alternative names that are URIs, SPIFFE identities among them.
    public let uris: [String]
    /// The subject's alternative names that are mail addresses.
    public let emails: [String]
    /// The subject's alternative names that are IP addresses.
    public let ipAddresses: [String]
    /// The certificate itself in DER.
    public let der: [UInt8]

    /// Puts the facts together.
    public init(
        isVerified: Bool, subject: String, issuer: String, serial: String, fingerprint: String,
        dnsNames: [String] = [], uris: [String] = [], emails: [String] = [],
        ipAddresses: [String] = [], der: [UInt8] = []
    ) {
        self.isVerified = isVerified
        self.subject = subject
        self.issuer = issuer
        self.serial = serial
        self.fingerprint = fingerprint
        self.dnsNames = dnsNames
        self.uris = uris
        self.emails = emails
        self.ipAddresses = ipAddresses
        self.der = der
    }
}
