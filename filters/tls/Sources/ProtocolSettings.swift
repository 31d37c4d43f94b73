internal import WeirFilter

/// Versions and algorithms, with the defaults filled in.
struct ProtocolSettings: Sendable {
    let lowest: Tls.Version
    let highest: Tls.Version
    let ciphers: String
    let cipherSuites: String
    let groups: String
    let securityLevel: Int32?

    /// Suites with forward secrecy and authenticated encryption, the fastest first.
    static let defaultCiphers = [
        "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256",
        "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-RSA-AES256-GCM-SHA384",
        "ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-RSA-CHACHA20-POLY1305",
    ].joined(separator: ":")

    static let defaultCipherSuites =
        "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256"

    static let defaultGroups = "X25519:P-256:P-384"

    init(_ configuration: Tls.Configuration) throws(ConfigurationError) {
        lowest = configuration.minVersion ?? .tls12
        highest = configuration.maxVersion ?? .tls13
        guard lowest <= highest else {
            throw ConfigurationError(
                at: ["min-version"],
                "\(lowest.rawValue) is above `max-version`, which is \(highest.rawValue)")
        }
        ciphers = try Self.list(configuration.ciphers, "ciphers") ?? Self.defaultCiphers
        cipherSuites =
            try Self.list(configuration.cipherSuites, "cipher-suites") ?? Self.defaultCipherSuites
        groups = try Self.list(configuration.groups, "groups") ?? Self.defaultGroups
        if let level = configuration.unsafeSecurityLevel, !(0...5).contains(level) {
            throw ConfigurationError(
                at: ["unsafe-security-level"], "expected 0 to 5, found \(level)")
        }
        securityLevel = configuration.unsafeSecurityLevel.map(Int32.init)
    }

    private static func list(
        _ text: String?, _ field: String
    ) throws(ConfigurationError) -> String? {
        guard let text, text.utf8.allSatisfy({ $0 <= 0x20 || $0 == 0 }) else { return text }
        throw ConfigurationError(at: [field], "the list is empty; leave it out for the default")
    }
}
