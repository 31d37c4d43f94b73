internal import WeirFilter

extension Tls.Configuration {
    /// Whether it can stand under a listener.
    func checkListener() throws(ConfigurationError) {
        guard certificates != nil else {
            throw ConfigurationError(
                "expected `certificates`: a listener has to show one to its clients")
        }
        try refuse(
            [
                ("certificate", certificate != nil), ("ca", ca != nil), ("crl", crl != nil),
                ("server-name", serverName != nil), ("session-reuse", sessionReuse != nil),
                ("unsafe-skip-verify", unsafeSkipVerify != nil),
            ],
            "it belongs to clusters: it says how endpoints are talked to")
    }

    /// Whether it can stand under a cluster.
    func checkCluster() throws(ConfigurationError) {
        try refuse(
            [
                ("certificates", certificates != nil),
                ("client-certificates", clientCertificates != nil),
                ("session-tickets", sessionTickets != nil), ("strict-sni", strictSni != nil),
            ],
            "it belongs to listeners: it says how clients are talked to")
        let isWrong = [
            ("ocsp-staple", certificate?.ocspStaple != nil), ("names", certificate?.names != nil),
        ]
        for (field, isSet) in isWrong where isSet {
            throw ConfigurationError(
                at: ["certificate", field], "it belongs to the certificates of a listener")
        }
    }

    private func refuse(
        _ fields: [(name: String, isSet: Bool)], _ message: String
    ) throws(ConfigurationError) {
        for field in fields where field.isSet {
            throw ConfigurationError(at: [field.name], message)
        }
    }
}
