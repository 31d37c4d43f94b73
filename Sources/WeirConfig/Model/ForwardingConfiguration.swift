internal import WeirFilter

/// `forwarding` of a listener: what the gateway says about itself in messages.
public struct ForwardingConfiguration: Sendable, Hashable {
    /// What becomes of the `Server` field of responses.
    public enum ServerField: String, Sendable, CaseIterable {
        /// The upstream's goes through; the gateway's own answers have none.
        case passThrough = "pass-through"
        /// Every response says `weir`.
        case weir
        /// No response has one.
        case off
    }

    /// How an upstream learns of the client's certificate.
    public enum ClientCertificate: String, Sendable, CaseIterable {
        /// It does not.
        case off
        /// In the field `X-Forwarded-Client-Cert`.
        case xfcc
    }

    /// Whether requests get `X-Forwarded-For`, `-Proto` and `-Host`. Default: true.
    public var xForwarded = true
    /// Whether requests get `Forwarded` (RFC 7239). Default: false.
    public var forwarded = false
    /// The name that `Via` gets in both directions (RFC 9110, section 7.6.3); nil for none.
    /// Default: nil (`off`).
    public var via: String?
    /// What becomes of `Server` in responses. Default: pass-through.
    public var server = ServerField.passThrough
    /// The field of responses that says why the gateway, not the upstream, answered: `X-Weir-Cause`
    /// for example, in lower case; nil for none. Default: nil (`off`).
    public var causeHeader: String?
    /// How an upstream learns of the client's certificate, if it was verified. Whatever stands
    /// here, what a client sends of the field is removed, unless it is a trusted hop. Default: off.
    public var clientCertificate = ClientCertificate.off

    /// All defaults.
    public init() {}
}

extension ForwardingConfiguration: SettingsGroup {
    static let fields: [Field<ForwardingConfiguration>] = [
        .flag(
            "x-forwarded", \.xForwarded,
            "Whether requests get X-Forwarded-For, -Proto and -Host."),
        .flag("forwarded", \.forwarded, "Whether requests get Forwarded (RFC 7239)."),
        .custom(
            "via", "off or a name", \.via, "The name that Via gets in both directions.",
            allows: .anyOf([.choice(["off"]), .token]),
            read: { $0.tokenOrOff() }, render: { .text($0 ?? "off") }),
        .choice("server", \.server, "What becomes of Server in responses."),
        .custom(
            "cause-header", "off or a field name", \.causeHeader,
            "The field of responses that says why the gateway answered.",
            allows: .anyOf([.choice(["off"]), .fieldName]),
            read: { $0.tokenOrOff().map { $0?.lowercased() } }, render: { .text($0 ?? "off") }),
        .choice(
            "client-certificate", \.clientCertificate,
            "Whether requests get the client's certificate in X-Forwarded-Client-Cert."),
    ]
}

/// `client-address` of a listener: how the client's address is found.
public struct ClientAddressConfiguration: Sendable, Hashable {
    /// How many proxies in front are trusted: so many addresses are taken from the end of
    /// `X-Forwarded-For`. With 0 the client is whoever connects, and what it sent of the field is
    /// not believed. Default: 0.
    public var trustedHops = 0

    /// All defaults.
    public init() {}
}

extension ClientAddressConfiguration: SettingsGroup {
    static let fields: [Field<ClientAddressConfiguration>] = [
        .integer(
            "trusted-hops", \.trustedHops, 0...32,
            "How many proxies in front are trusted to append to X-Forwarded-For.")
    ]
}
