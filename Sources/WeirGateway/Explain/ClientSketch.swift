internal import WeirBase
internal import WeirFilter

/// Who is said to ask: what filters and the handshake would have found out.
struct ClientSketch {
    /// The name by which a filter knows the client; nil for none.
    let name: String?
    /// Claims with their values, those given more than once as a list.
    let claims: [(name: String, values: [String])]
    let subject: String?
    let dnsNames: [String]
    let uris: [String]
    let fingerprint: String?

    init(
        name: String?, claims: [String], subject: String?, dnsNames: [String], uris: [String],
        fingerprint: String?
    ) throws(RequestSketch.Mistake) {
        var read: [(name: String, values: [String])] = []
        for text in claims {
            guard let equals = text.firstIndex(of: "="), equals > text.startIndex else {
                throw RequestSketch.Mistake(
                    message: "`\(text)` is no claim; expected PATH=VALUE such as role=admin")
            }
            let (own, value) = (text[..<equals], String(text[text.index(after: equals)...]))
            guard ClaimPath(String(own)) != nil else {
                throw RequestSketch.Mistake(
                    message: "`\(own)` is no way to a claim such as realm.roles")
            }
            if let index = read.firstIndex(where: { $0.name == own }) {
                read[index].values.append(value)
            } else {
                read.append((String(own), [value]))
            }
        }
        self.name = name
        self.claims = read
        self.subject = subject
        self.dnsNames = dnsNames.map { $0.lowercased() }
        self.uris = uris
        self.fingerprint = fingerprint.map {
            $0.lowercased().filter { $0 != ":" }
        }
    }

    /// Whether a certificate is shown in the handshake.
    var showsCertificate: Bool {
        subject != nil || !dnsNames.isEmpty || !uris.isEmpty || fingerprint != nil
    }

    /// Who the client is to filters; nil when nobody has found it out.
    var identity: ClientIdentity? {
        guard name != nil || !claims.isEmpty else { return nil }
        // A claim is found by its whole name as well as by its steps.
        let members = claims.map { claim in
            JSONValue.Member(
                claim.name,
                claim.values.count == 1
                    ? .string(claim.values[0]) : .array(claim.values.map { .string($0) }))
        }
        return ClientIdentity(
            name: ByteString(name ?? ""), source: "explain",
            claims: members.isEmpty ? .null : .object(members))
    }

    /// What a handshake for that server name settles.
    func security(serverName: String?) -> ConnectionSecurity {
        ConnectionSecurity(
            version: "TLSv1.3", cipher: "TLS_AES_128_GCM_SHA256", serverName: serverName,
            applicationProtocol: "http/1.1", isResumed: false,
            peer: showsCertificate
                ? PeerCertificate(
                    isVerified: true, subject: subject ?? "", issuer: "", serial: "",
                    fingerprint: fingerprint ?? "", dnsNames: dnsNames, uris: uris)
                : nil)
    }
}
