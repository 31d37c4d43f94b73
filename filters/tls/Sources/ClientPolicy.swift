internal import WeirFilter

/// What a listener asks clients to show.
struct ClientPolicy: Sendable {
    let isRequired: Bool
    let ca: ConfigFile
    let crl: ConfigFile?
    let depth: Int

    /// Nil when clients are asked for nothing.
    init?(_ configuration: Tls.ClientCertificates?) throws(ConfigurationError) {
        guard let configuration else { return nil }
        let field = ["client-certificates"]
        let depth = configuration.depth ?? 3
        guard (0...20).contains(depth) else {
            throw ConfigurationError(at: field + ["depth"], "expected 0 to 20, found \(depth)")
        }
        if configuration.mode == .off {
            if configuration.ca != nil || configuration.crl != nil {
                throw ConfigurationError(
                    at: field + [configuration.ca != nil ? "ca" : "crl"],
                    "`mode: off` asks clients for no certificate, so nothing is checked with it")
            }
            return nil
        }
        guard let ca = configuration.ca else {
            throw ConfigurationError(
                at: field,
                "expected `ca`: the authorities whose certificates are good")
        }
        isRequired = configuration.mode == .required
        self.ca = ca
        crl = configuration.crl
        self.depth = depth
    }

    /// The files that it names.
    var files: [ConfigFile] { [ca] + (crl.map { [$0] } ?? []) }

    /// Reads the files.
    func load() throws(ConfigurationError) -> LoadedClientPolicy {
        let field = ["client-certificates"]
        let trust = try TrustStore(ca: .file(ca), crl: crl, at: field)
        return LoadedClientPolicy(policy: self, trust: trust)
    }
}

/// The same with the files read.
struct LoadedClientPolicy: Sendable {
    let policy: ClientPolicy
    let trust: TrustStore

    /// A ticket is good only where the same is asked of clients: it stands for a certificate that
    /// was verified.
    var identity: [UInt8] { trust.identity(policy.isRequired ? 2 : 1, policy.depth) }

    /// Has OpenSSL ask for a certificate and check it.
    func apply(to context: ContextHandle) {
        trust.apply(to: context, depth: policy.depth)
        context.askForCertificate(isRequired: policy.isRequired, of: trust.authorities)
    }
}
