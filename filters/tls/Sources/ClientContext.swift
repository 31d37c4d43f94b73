internal import WeirFilter

/// What new connections to a cluster's endpoints use, made from one reading of the files.
final class ClientContext: Sendable {
    let handle: ContextHandle
    /// Nil when sessions are not taken up again.
    let sessions: SessionCache?
    let isVerifying: Bool
    /// Our own certificate.
    let certificate: LoadedCertificate?

    init(_ plan: ClientPlan) throws(ConfigurationError) {
        handle = try ContextHandle(plan.settings, isServer: false)
        isVerifying = plan.isVerifying
        certificate = try plan.certificate.map { files throws(ConfigurationError) in
            try LoadedCertificate(files, at: ["certificate"])
        }
        if let certificate { try handle.use(certificate, at: ["certificate"]) }
        if plan.isVerifying {
            // OpenSSL's own bound on the length of a chain.
            let trust = try TrustStore(ca: plan.ca, crl: plan.crl, at: [])
            trust.apply(to: handle, depth: 100)
        }
        // Sessions go with what they were verified by: another reading begins with none.
        sessions = plan.reusesSessions ? SessionCache() : nil
        handle.setClient(isVerifying: plan.isVerifying, keepsSessions: plan.reusesSessions)
    }
}

/// What one connection to an endpoint is to find.
final class ClientConnection: Sendable {
    let context: ClientContext
    /// Whom the endpoint's certificate has to be for; nil when nobody asks.
    let name: PeerName?
    /// Under which sessions are kept.
    let sessionKey: String
    /// The protocols to agree on, as they are sent; empty to leave them out.
    let protocols: [UInt8]
    /// Whether to do without agreeing on a protocol.
    let needsNoProtocol: Bool

    init(context: ClientContext, name: PeerName?, address: String, protocols: [String]) {
        self.context = context
        self.name = name
        sessionKey = "\(name?.text ?? "") \(address)"
        needsNoProtocol = protocols.isEmpty || protocols.contains("http/1.1")
        self.protocols = protocols == ["http/1.1"] ? [] : ProtocolList.encode(protocols)
    }

    /// The name to ask for (SNI), which is never an address (RFC 6066, section 3).
    var serverName: String? {
        if case .host(let name) = name { return name }
        return nil
    }

    /// What is wrong with a finished handshake; nil for nothing.
    func check(_ session: SessionHandle) -> HandshakeFailure? {
        if needsNoProtocol || !session.applicationProtocol.isEmpty { return nil }
        return HandshakeFailure(
            "tls_no_shared_protocol", detail: "the endpoint has chosen none of those offered")
    }
}
