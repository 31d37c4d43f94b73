internal import WeirBase
public import WeirFilter

extension Tls {
    /// What the operator can set. Some fields belong to listeners and some to clusters; `validate`
    /// refuses those that stand on the wrong side.
    public struct Configuration: Decodable, Sendable {
        /// Listeners: what is shown to clients; the first is for those who ask for no known name.
        public var certificates: [CertificateFiles]?
        /// Listeners: whether clients have to show a certificate.
        public var clientCertificates: ClientCertificates?
        /// Listeners: whether sessions can be taken up again, and for how long.
        public var sessionTickets: SessionTickets?
        /// Listeners: whether names that no certificate is for are refused.
        public var strictSni: Bool?

        /// Clusters: what is shown to an endpoint that asks for it.
        public var certificate: CertificateFiles?
        /// Clusters: the authorities whose certificates are trusted.
        public var ca: Authorities?
        /// Clusters: certificates that are not valid any more.
        public var crl: ConfigFile?
        /// Clusters: the name to ask for and to find in the endpoint's certificate.
        public var serverName: String?
        /// Clusters: whether sessions are taken up again.
        public var sessionReuse: Bool?
        /// Clusters: takes any certificate.
        public var unsafeSkipVerify: Bool?

        /// The lowest version that is spoken.
        public var minVersion: Version?
        /// The highest version that is spoken.
        public var maxVersion: Version?
        /// Cipher suites of TLS 1.2, in OpenSSL's notation.
        public var ciphers: String?
        /// Cipher suites of TLS 1.3, the preferred one first, joined by colons.
        public var cipherSuites: String?
        /// Groups for the key exchange, the preferred one first, joined by colons.
        public var groups: String?
        /// OpenSSL's security level, to allow weaker keys and signatures than by default.
        public var unsafeSecurityLevel: Int?

        /// Describes TLS with all defaults.
        public init() {}
    }

    /// A certificate and its key.
    public struct CertificateFiles: Decodable, Sendable {
        /// The certificate, followed by those that lead to its authority, in PEM.
        public var chain: ConfigFile
        /// The private key in PEM.
        public var key: ConfigFile
        /// What opens the key if it is encrypted.
        public var passphrase: Secret?
        /// Listeners: an OCSP response in DER that is sent along.
        public var ocspStaple: ConfigFile?
        /// Listeners: the server names that it is for; those in the certificate when nil.
        public var names: [String]?

        /// Describes a certificate.
        public init(
            chain: ConfigFile, key: ConfigFile, passphrase: Secret? = nil,
            ocspStaple: ConfigFile? = nil, names: [String]? = nil
        ) {
            self.chain = chain
            self.key = key
            self.passphrase = passphrase
            self.ocspStaple = ocspStaple
            self.names = names
        }
    }

    /// Whether clients have to show certificates, and which.
    public struct ClientCertificates: Decodable, Sendable {
        /// What clients are asked for.
        public enum Mode: String, Decodable, Sendable, CaseIterable {
            /// Nothing.
            case off
            /// A certificate; one that is shown has to be good.
            case optional
            /// A good certificate.
            case required
        }

        /// What clients are asked for.
        public var mode: Mode
        /// The authorities whose certificates are good, in PEM.
        public var ca: ConfigFile?
        /// Certificates that are not good any more: lists in PEM for each authority of the chain.
        public var crl: ConfigFile?
        /// How many authorities may stand between a certificate and a trusted one; 3 when nil.
        public var depth: Int?

        /// Describes what is asked for.
        public init(
            mode: Mode, ca: ConfigFile? = nil, crl: ConfigFile? = nil, depth: Int? = nil
        ) {
            self.mode = mode
            self.ca = ca
            self.crl = crl
            self.depth = depth
        }
    }

    /// Whether and how long sessions can be taken up again by tickets.
    public enum SessionTickets: Decodable, Sendable {
        /// No tickets are given out.
        case off
        /// Tickets are encrypted with a key that is replaced after `rotate`; the last `keep` old
        /// keys are still taken.
        case on(rotate: ConfigDuration, keep: Int)

        /// A new key twice a day, the last two still taken.
        public static let standard = SessionTickets.on(
            rotate: ConfigDuration(.seconds(12 * 3600)), keep: 2)

        private enum CodingKeys: String, CodingKey { case rotate, keep }

        /// Reads `off`, or `{rotate: duration, keep: count}`.
        public init(from decoder: any Decoder) throws {
            if let text = try? decoder.singleValueContainer().decode(String.self) {
                guard text == "off" || text == "false" else {
                    throw ConfigurationError(
                        "expected `off` or `{rotate: 12h, keep: 2}`, found `\(text)`")
                }
                self = .off
                return
            }
            let values = try decoder.container(keyedBy: CodingKeys.self)
            let rotate = try values.decodeIfPresent(ConfigDuration.self, forKey: .rotate)
            let keep = try values.decodeIfPresent(Int.self, forKey: .keep)
            self = .on(rotate: rotate ?? ConfigDuration(.seconds(12 * 3600)), keep: keep ?? 2)
        }
    }

    /// Who is trusted.
    public enum Authorities: Decodable, Sendable {
        /// Those that the system trusts.
        case system
        /// Those of a file in PEM.
        case file(ConfigFile)

        /// Reads `system` or a path.
        public init(from decoder: any Decoder) throws {
            let text = try decoder.singleValueContainer().decode(String.self)
            self = text == "system" ? .system : .file(try ConfigFile(from: decoder))
        }
    }

    /// A version of the protocol.
    public enum Version: String, Decodable, Sendable, CaseIterable, Comparable {
        /// TLS 1.2 (RFC 5246).
        case tls12 = "1.2"
        /// TLS 1.3 (RFC 8446).
        case tls13 = "1.3"

        /// Orders by age.
        public static func < (left: Version, right: Version) -> Bool {
            left.rawValue < right.rawValue
        }
    }
}

extension Tls.SessionTickets: SchemaDescribing {
    /// `off`, or how keys are replaced.
    public static var schema: ConfigurationSchema {
        .anyOf([
            .choice(["off"]),
            .object([
                SchemaField("rotate", .duration(.seconds(1) ... .seconds(7 * 86_400))),
                SchemaField("keep", .integer(0...100)),
            ]),
        ])
    }
}

extension Tls.Authorities: SchemaDescribing {
    /// `system`, or a file.
    public static var schema: ConfigurationSchema {
        .anyOf([.choice(["system"]), ConfigFile.schema])
    }
}
