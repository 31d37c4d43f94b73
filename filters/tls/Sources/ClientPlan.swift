internal import WeirFilter

/// What a cluster's configuration says, checked as far as that goes without its files.
struct ClientPlan: Sendable {
    let settings: ProtocolSettings
    let ca: Tls.Authorities
    let crl: ConfigFile?
    let certificate: Tls.CertificateFiles?
    /// The configured name, clean; nil to take the endpoint's.
    let serverName: PeerName?
    let reusesSessions: Bool
    let isVerifying: Bool

    init(_ configuration: Tls.Configuration, _ settings: ProtocolSettings) throws {
        self.settings = settings
        isVerifying = !(configuration.unsafeSkipVerify ?? false)
        for (field, isSet) in [
            ("ca", configuration.ca != nil), ("crl", configuration.crl != nil),
        ] where isSet && !isVerifying {
            throw ConfigurationError(
                at: [field], "`unsafe-skip-verify` takes any certificate, so this has no effect")
        }
        ca = configuration.ca ?? .system
        crl = configuration.crl
        certificate = configuration.certificate
        reusesSessions = configuration.sessionReuse ?? true
        serverName = try configuration.serverName.map { text in
            guard let name = PeerName(text) else {
                throw ConfigurationError(
                    at: ["server-name"],
                    "expected a host name such as api.example.com or an IP address, "
                        + "found `\(text)`")
            }
            return name
        }
    }

    /// The files that it names.
    var files: [ConfigFile] {
        var files = certificate?.files ?? []
        if case .file(let file) = ca, isVerifying { files.append(file) }
        if let crl { files.append(crl) }
        return files
    }
}

extension Tls.CertificateFiles {
    /// The files that it names.
    var files: [ConfigFile] { [chain, key] + (ocspStaple.map { [$0] } ?? []) }
}

/// Whom a certificate has to be for.
enum PeerName: Sendable, Hashable {
    /// A clean host name.
    case host(String)
    /// An IP address as text.
    case address(String)
}
